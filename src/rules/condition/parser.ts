/** The grammar: one method per construct, recursive descent, one token of look-ahead. */
import {
  type ArgumentListNode,
  type ArgumentNode,
  type CompareOp,
  type ConditionNode,
  type FieldNode,
  LIST_OPS,
  type ListNode,
  MODIFIERS,
  type Modifier,
  NUMBER_OPS,
  type OperandNode,
  type RightNode,
  STRING_OPS,
  TRANSFORMS,
  type TransformName,
  type TransformNode,
  type ValueNode,
} from './ast.ts';
import { ALL_OPS, TRANSFORM_LIST } from './expected.ts';
import { Lexer } from './lexer.ts';

export class Parser {
  // Typed outright: a call of `fail` narrows only through a declared type.
  readonly #lex: Lexer;
  readonly #maxDepth: number;
  #depth = 0;

  constructor(text: string, maxDepth: number) {
    this.#lex = new Lexer(text);
    this.#maxDepth = maxDepth;
  }

  condition(): ConditionNode {
    const lex: Lexer = this.#lex;
    const tree = this.#either();
    if (!lex.atEnd) {
      lex.fail(`unexpected token after '${lex.last}', expecting 'or', 'and'`, this.#hintForRest());
    }
    return tree;
  }

  operand(): OperandNode {
    return this.#operand() ?? this.#lex.fail('expected a field or a valid transformer');
  }

  #hintForRest(): string | undefined {
    const { text, at, last } = this.#lex;
    // A capital NOT was read as the name of a macro.
    if (/^(AND|OR|NOT|And|Or|Not)$/.test(last)) return 'keywords are lower case';
    if (/^(AND|OR|NOT|And|Or|Not)\b/.test(text.slice(at, at + 4))) return 'keywords are lower case';
    if (text[at] === '&' || text[at] === '|') return "write 'and' or 'or'";
    if (text[at] === '=') return 'a value that contains "=" must be quoted';
    return undefined;
  }

  #enter(): void {
    if (++this.#depth > this.#maxDepth) this.#lex.fail(`exceeded max depth limit of ${this.#maxDepth}`);
  }

  // Written out twice rather than through a shared helper: each level of parentheses costs stack for every call on
  // the way down, and a thousand levels have to fit.
  #either(): ConditionNode {
    const lex: Lexer = this.#lex;
    lex.skipBlanks();
    const first = this.#both();
    lex.skipBlanks();
    if (!lex.takeWord('or')) return first;
    const children = [first];
    do {
      lex.skipBlanks();
      children.push(this.#both());
      lex.skipBlanks();
    } while (lex.takeWord('or'));
    return { kind: 'or', children, start: first.start, end: children.at(-1)!.end };
  }

  #both(): ConditionNode {
    const lex: Lexer = this.#lex;
    const first = this.#negation();
    lex.skipBlanks();
    if (!lex.takeWord('and')) return first;
    const children = [first];
    do {
      lex.skipBlanks();
      children.push(this.#negation());
      lex.skipBlanks();
    } while (lex.takeWord('and'));
    return { kind: 'and', children, start: first.start, end: children.at(-1)!.end };
  }

  /** Two `not` cancel out while reading, so a chain of them costs no depth. */
  #negation(): ConditionNode {
    const lex: Lexer = this.#lex;
    const start = lex.at;
    let negated = false;
    while (lex.takeWord('not')) {
      negated = !negated;
      lex.skipBlanks();
    }
    const child = this.#primary();
    return negated ? { kind: 'not', child, start, end: child.end } : child;
  }

  #primary(): ConditionNode {
    const lex: Lexer = this.#lex;
    if (lex.take('(')) {
      this.#enter();
      const inner = this.#either();
      this.#depth--;
      lex.skipBlanks();
      if (!lex.take(')')) lex.fail("expected a ')' token", this.#hintForRest());
      return inner;
    }
    const start = lex.at;
    const left = this.#operand();
    if (left !== null) return this.#check(left);
    const name = lex.takeIdentifier();
    if (name === null || name === 'and' || name === 'or' || name === 'not') {
      lex.at = start;
      const hint = lex.text[start] === '!' ? "write 'not'" : undefined;
      lex.fail("expected a '(' token, a field check, or an identifier", hint);
    }
    return { kind: 'identifier', name, start, end: lex.at };
  }

  #check(left: OperandNode): ConditionNode {
    const lex: Lexer = this.#lex;
    if (left.kind === 'transform' && left.name === 'val') {
      lex.at = left.start;
      lex.fail("the 'val' transformer is only allowed on the right-hand side of a comparison");
    }
    lex.skipBlanks();
    const opStart = lex.at;
    if (lex.take('exists')) return { kind: 'exists', left, start: left.start, end: lex.at };
    const op = this.#operator();
    if (op === null) lex.fail(`expected a valid check operator: one of ${ALL_OPS}`);
    const opSpan = { start: opStart, end: lex.at };
    const modifier = (STRING_OPS as readonly string[]).includes(op) ? this.#modifier() : null;
    lex.skipBlanks();
    const right = this.#right(op, modifier);
    return { kind: 'compare', left, op, opSpan, modifier, right, start: left.start, end: right.end };
  }

  #operator(): CompareOp | null {
    const lex: Lexer = this.#lex;
    for (const op of NUMBER_OPS) if (lex.take(op)) return op;
    // Operators made of letters need a blank behind them, signs do not.
    for (const op of STRING_OPS) {
      if (/[a-z]/.test(op) ? this.#takeSpaced(op) : lex.take(op)) return op;
    }
    for (const op of LIST_OPS) if (lex.takeWord(op)) return op;
    return null;
  }

  #takeSpaced(word: string): boolean {
    const { text, at } = this.#lex;
    const after = at + word.length;
    if (!text.startsWith(word, at) || !(this.#lex.isBlankAt(after) || after === text.length)) return false;
    return this.#lex.take(word);
  }

  /** `oneof` and its kin are ordinary words unless blanks stand around them and a list follows. */
  #modifier(): Modifier | null {
    const lex: Lexer = this.#lex;
    const start = lex.at;
    lex.skipBlanks();
    const spaced = lex.at > start;
    const word = MODIFIERS.find((name) => lex.text.startsWith(name, lex.at));
    if (spaced && word !== undefined && lex.isBlankAt(lex.at + word.length)) {
      lex.at += word.length;
      lex.skipBlanks();
      const next = lex.text[lex.at];
      const listFollows = next === '(' || (next !== undefined && /[^()"'=,\s]/.test(next));
      const keyword = lex.takeWord('and') || lex.takeWord('or');
      if (listFollows && !keyword) return word;
    }
    lex.at = start;
    return null;
  }

  #right(op: CompareOp, modifier: Modifier | null): RightNode {
    if (modifier !== null) return this.#list() ?? this.#bareValue() ?? this.#failValue();
    const operand = this.#transform();
    if (operand !== null) return operand;
    if ((NUMBER_OPS as readonly string[]).includes(op)) {
      const start = this.#lex.at;
      const text = this.#lex.takeNumber();
      if (text !== null) return { kind: 'value', text, quoted: false, start, end: this.#lex.at };
      this.#lex.fail(`expected a number value or a field with a valid transformer: ${TRANSFORM_LIST}`);
    }
    if ((LIST_OPS as readonly string[]).includes(op)) {
      const list = this.#list();
      if (list !== null) return list;
    }
    return this.#value() ?? this.#failValue();
  }

  #failValue(): never {
    return this.#lex.fail(`expected a string value or a field with a valid transformer: ${TRANSFORM_LIST}`);
  }

  #list(): ListNode | null {
    const lex: Lexer = this.#lex;
    const start = lex.at;
    if (!lex.take('(')) return null;
    const items: ValueNode[] = [];
    lex.skipBlanks();
    while (!lex.take(')')) {
      if (items.length > 0 && !lex.take(',')) lex.fail("expected a ')' token");
      lex.skipBlanks();
      items.push(this.#value() ?? lex.fail('expected a string value in the list'));
      lex.skipBlanks();
    }
    return { kind: 'list', items, start, end: lex.at };
  }

  #value(): ValueNode | null {
    const start = this.#lex.at;
    const quoted = this.#lex.takeQuoted();
    if (quoted !== null) return { kind: 'value', text: quoted, quoted: true, start, end: this.#lex.at };
    return this.#bareValue();
  }

  #bareValue(): ValueNode | null {
    const start = this.#lex.at;
    const text = this.#lex.takeBareString();
    return text === null ? null : { kind: 'value', text, quoted: false, start, end: this.#lex.at };
  }

  #operand(): OperandNode | null {
    return this.#field() ?? this.#transform();
  }

  #field(): FieldNode | null {
    const start = this.#lex.at;
    const name = this.#lex.takeFieldName();
    if (name === null) return null;
    const arg = this.#index();
    return { kind: 'field', name, arg, start, end: this.#lex.at };
  }

  #index(): string | null {
    const lex: Lexer = this.#lex;
    if (!lex.take('[')) return null;
    const arg = lex.takeQuoted() ?? lex.takeBareArgument();
    if (arg === null) lex.fail('expected a valid field argument: a quoted string or a bare string');
    if (!lex.take(']')) lex.fail("expected a ']' token");
    return arg;
  }

  #transform(): TransformNode | null {
    const lex: Lexer = this.#lex;
    const start = lex.at;
    const name = TRANSFORMS.find((candidate) => lex.text.startsWith(`${candidate}(`, start));
    if (name === undefined) return null;
    lex.at += name.length + 1;
    this.#enter();
    const args = this.#arguments(name);
    this.#depth--;
    const index = this.#index();
    return { kind: 'transform', name, args, index, start, end: lex.at };
  }

  /** Reads up to and with the closing parenthesis. */
  #arguments(name: TransformName | null): ArgumentNode[] {
    const lex: Lexer = this.#lex;
    const args: ArgumentNode[] = [];
    lex.skipBlanks();
    while (!lex.take(')')) {
      if (args.length > 0 && !lex.take(',')) lex.fail("expected a ')' token");
      lex.skipBlanks();
      args.push(this.#argument(name));
      lex.skipBlanks();
    }
    return args;
  }

  /** `owner` is null inside a group: groups do not nest. */
  #argument(owner: TransformName | null): ArgumentNode {
    const lex: Lexer = this.#lex;
    const start = lex.at;
    if (owner !== null && lex.take('(')) {
      const items = this.#arguments(null);
      const group: ArgumentListNode = { kind: 'arguments', items, start, end: lex.at };
      return group;
    }
    const operand = this.#operand();
    if (operand !== null) {
      const val = operand.kind === 'transform' && operand.name === 'val';
      if (!val && !(owner === 'val' && operand.kind === 'transform')) return operand;
      lex.at = start;
      lex.fail("the 'val' transformer can not be nested: it takes a field and stands alone");
    }
    const text = lex.takeQuoted() ?? lex.takeNumber();
    if (text === null) lex.fail('expected a field, a quoted string or a valid transformer');
    const quoted = lex.text[start] === '"' || lex.text[start] === "'";
    return { kind: 'value', text, quoted, start, end: lex.at };
  }
}
