/** Tree as written → tree with types, or every mistake in it. */
import { nearest } from '../../base/suggest.ts';
import { EVENT_TYPES, EventSet, eventTypeId } from '../../schema/events.ts';
import type { Catalogue, Field } from '../../schema/fields.ts';
import type { CompareNode, ConditionNode, ExistsNode, OperandNode, Span, ValueNode } from './ast.ts';
import { checkFieldComparison } from './check-fields.ts';
import { addressOf, bools, netOf, numbers } from './check-literals.ts';
import { type CheckedOperand, CheckFault, checkOperandNode, type ProblemKind } from './check-operand.ts';
import { specialMeaning } from './check-special.ts';
import type { Checked, CheckedOp, Net, Operand, Predicate, Quantifier, TypePredicate } from './checked.ts';
import { parseInteger } from './literals.ts';
import { EQUALITY, KIND_NAMES, OPS, OPS_OF, QUANTIFIERS, TEXT } from './operators.ts';
import { parseOperand } from './parse.ts';
import { hasNeedlessAnchor, RegexBudget } from './regex.ts';
import { decodeHex } from './text.ts';
import { textTest } from './text-test.ts';

export interface CheckProblem {
  /** `unknown-field`: a rule with skip-if-unknown-filter is dropped for it instead of failing. */
  readonly kind: ProblemKind;
  readonly message: string;
  readonly span: Span;
  readonly hint?: string;
}

export interface ConditionWarning {
  readonly code: 'LOAD_COMPILE_CONDITION' | 'LOAD_DEPRECATED_ITEM' | 'LINT';
  readonly message: string;
  readonly span: Span;
}

export interface CheckOptions {
  /**
   * `falco`: read as Falco 0.44 does even where that surprises (`fd.net in (A, B)` looks at A only).
   * Default `saker`. The differences are listed in docs/differences.md.
   */
  readonly compat?: 'saker' | 'falco';
  /** Comparisons without a fault or warning, from earlier checks with the same catalogue and `compat`. */
  readonly known?: Map<ConditionNode, Predicate>;
  /** What regular expressions may still cost; shared by all conditions of a load. */
  readonly regexes?: RegexBudget;
}

export type CheckResult =
  | { readonly ok: true; readonly condition: Checked; readonly warnings: readonly ConditionWarning[] }
  | {
      readonly ok: false;
      readonly errors: readonly CheckProblem[];
      readonly warnings: readonly ConditionWarning[];
    };

export type CheckOperandResult =
  | { readonly ok: true; readonly operand: Operand; readonly field: Field | null }
  | { readonly ok: false; readonly error: CheckProblem };

export function checkCondition(
  ast: ConditionNode,
  catalogue: Catalogue,
  options: CheckOptions = {},
): CheckResult {
  const checker = new Checker(catalogue, options);
  const condition = checker.node(ast);
  const { errors, warnings } = checker;
  return errors.length === 0 ? { ok: true, condition, warnings } : { ok: false, errors, warnings };
}

/** A field or transformer alone, as an output prints it. `field` is null for a transformer. */
export function checkOperand(ast: OperandNode, catalogue: Catalogue): CheckOperandResult {
  try {
    return { ok: true, ...checkOperandNode(ast, catalogue) };
  } catch (fault) {
    return { ok: false, error: problemOf(fault) };
  }
}

function problemOf(fault: unknown): CheckProblem {
  if (!(fault instanceof CheckFault)) throw fault;
  const { problem: kind, message, span, hint } = fault;
  return hint === undefined ? { kind, message, span } : { kind, message, span, hint };
}

const NEVER: Predicate = { kind: 'type', holds: EventSet.NONE, narrows: true, span: { start: 0, end: 0 } };

type LeafNode = Exclude<ConditionNode, { kind: 'and' | 'or' | 'not' }>;

/** Most faults, and most warnings, of one condition: each costs a search for the name that was meant. */
const MAX_PROBLEMS = 100;

class Checker {
  readonly errors: CheckProblem[] = [];
  readonly warnings: ConditionWarning[] = [];
  readonly #catalogue: Catalogue;
  readonly #compat: 'saker' | 'falco';
  /** Macros are shared between rules, so that most comparisons come again. */
  readonly #known: Map<ConditionNode, Predicate>;

  readonly #regexes: RegexBudget;

  constructor(catalogue: Catalogue, options: CheckOptions) {
    this.#catalogue = catalogue;
    this.#compat = options.compat ?? 'saker';
    this.#known = options.known ?? new Map();
    this.#regexes = options.regexes ?? new RegexBudget();
  }

  /** A faulty check is recorded and replaced, so that the rest is still checked. */
  node(node: ConditionNode): Checked {
    switch (node.kind) {
      case 'and':
      case 'or':
        return { kind: node.kind, children: node.children.map((child) => this.node(child)) };
      case 'not':
        return { kind: 'not', child: this.node(node.child) };
      default:
        if (this.errors.length >= MAX_PROBLEMS) return NEVER;
        try {
          return this.#known.get(node) ?? this.#newLeaf(node);
        } catch (fault) {
          this.errors.push(problemOf(fault));
          return NEVER;
        }
    }
  }

  #newLeaf(node: LeafNode): Predicate {
    const warned = this.warnings.length;
    const predicate = this.#leaf(node);
    if (this.warnings.length === warned) this.#known.set(node, predicate);
    else if (warned >= MAX_PROBLEMS) this.warnings.length = MAX_PROBLEMS;
    return predicate;
  }

  #leaf(node: LeafNode): Predicate {
    if (node.kind === 'identifier')
      throw new CheckFault(`undefined macro '${node.name}' used in filter`, node);
    const left = checkOperandNode(node.left, this.#catalogue);
    this.#warnDeprecated(left, node);
    if (node.kind === 'exists') return this.#exists(node, left);
    return specialMeaning(this.#compare(node, left), node);
  }

  #exists(node: ExistsNode, left: CheckedOperand): Predicate {
    if (left.field?.name === 'evt.type') return typePredicate(EventSet.ALL, true, node);
    return { kind: 'exists', left: left.operand, span: spanOf(node) };
  }

  #compare(node: CompareNode, left: CheckedOperand): Predicate {
    const { operand, field } = left;
    if (
      !OPS_OF[operand.type].has(node.op) ||
      (operand.shape === 'list' && !/^in(tersects)?$/.test(node.op))
    ) {
      const kind = operand.shape === 'list' ? 'list' : KIND_NAMES[operand.type];
      throw new CheckFault(`filter error: '${node.op}' operator not supported for ${kind} filters`, node);
    }
    if (node.right.kind === 'field' || node.right.kind === 'transform') {
      return checkFieldComparison(node, left, node.right, this.#catalogue);
    }
    const values = node.right.kind === 'list' ? node.right.items : [node.right];
    const quantifier: Quantifier = node.modifier === null ? 'any' : QUANTIFIERS[node.modifier];
    const span = spanOf(node);
    const op = OPS[node.op];
    if (field?.name === 'evt.type') return this.#eventType(node, op, quantifier, values);
    switch (operand.type) {
      case 'number':
        return {
          kind: 'number',
          left: operand,
          op: op as 'eq',
          quantifier,
          values: numbers(values, left),
          span,
        };
      case 'bool':
        return { kind: 'bool', left: operand, op: op as 'eq', quantifier, values: bools(values), span };
      case 'ip': {
        const nets = this.#nets(values, left, node);
        return { kind: 'address', left: operand as never, op: op as 'eq', quantifier, values: nets, span };
      }
      case 'dynamic': {
        const parsed = values.map((value) => parseInteger(value.text, 'i64'));
        if (!TEXT.includes(node.op) && parsed.every((value) => value !== null)) {
          return { kind: 'number', left: operand, op: op as 'eq', quantifier, values: parsed, span };
        }
        return {
          kind: 'text',
          left: operand,
          op,
          quantifier,
          values: this.#texts(node, values, false),
          span,
        };
      }
      default: {
        const texts = this.#texts(node, values, operand.type === 'bytes');
        return { kind: 'text', left: operand, op, quantifier, values: texts, span };
      }
    }
  }

  #texts(node: CompareNode, values: readonly ValueNode[], allowsNul: boolean): string[] {
    return values.map((value) => {
      if (node.op === 'bcontains' || node.op === 'bstartswith') {
        const bytes = decodeHex(value.text);
        if (bytes !== null) return bytes;
        throw new CheckFault(`filter error: '${node.op}' needs hexadecimal digits in pairs`, value);
      }
      if (!allowsNul && value.text.includes('\0')) {
        throw new CheckFault('filter error: a string can not contain a NUL byte', value);
      }
      this.#warnMisuse(node, value);
      return value.text;
    });
  }

  #warnMisuse(node: CompareNode, { text, start, end }: ValueNode): void {
    const span = { start, end };
    if (node.op === 'regex') {
      try {
        this.#regexes.check(text);
      } catch (error) {
        throw new CheckFault(`invalid regex pattern: ${(error as Error).message}`, node);
      }
      if (hasNeedlessAnchor(text)) {
        const message = `regex '${text}': the whole value is matched anyway; ^, $ or .* at an end says nothing or hides a contains`;
        this.warnings.push({ code: 'LOAD_COMPILE_CONDITION', message, span });
      }
      return;
    }
    if (!/^[a-z0-9]+[.(]/.test(text)) return;
    const operand = parseOperand(text, { maxDepth: 10 });
    if (!operand.ok || operand.end !== text.length) return;
    const what = operand.ast.kind === 'field' ? 'field' : 'field transformer';
    const valid =
      operand.ast.kind === 'field' ? this.#catalogue.resolve(operand.ast.name, operand.ast.arg) : operand.ast;
    if (valid === undefined) return;
    const message = `'${text}' may be a valid ${what} misused as a const string value`;
    this.warnings.push({ code: 'LOAD_COMPILE_CONDITION', message, span });
  }

  #nets(values: readonly ValueNode[], left: CheckedOperand, node: CompareNode): Net[] {
    const nets = values.map((value) => (left.fieldType === 'net' ? netOf(value) : addressOf(value, node)));
    const falcoReadsFirst = this.#compat === 'falco' && left.field?.name === 'fd.net' && node.op === 'in';
    return falcoReadsFirst ? nets.slice(0, 1) : nets;
  }

  #eventType(
    node: CompareNode,
    op: CheckedOp,
    quantifier: Quantifier,
    values: readonly ValueNode[],
  ): TypePredicate {
    for (const value of values) {
      if (eventTypeId(value.text) !== 0) continue;
      const near = nearest(value.text, EVENT_TYPES);
      const hint = near === null || near === '' ? undefined : `did you mean ${near}?`;
      // A rule with skip-if-unknown-filter is dropped for this too.
      throw new CheckFault(`unknown event type ${value.text}`, node, hint, 'unknown-field');
    }
    const texts = this.#texts(node, values, false);
    const narrows = EQUALITY.includes(node.op);
    // Nearly all conditions ask this way, and each rule anew.
    if (narrows && op !== 'ne' && quantifier === 'any') {
      return typePredicate(EventSet.of(texts.map(eventTypeId)), narrows, node);
    }
    const test = textTest(op, quantifier, texts);
    const holds = EventSet.of(EVENT_TYPES.keys().filter((id) => test(EVENT_TYPES[id]!)));
    return typePredicate(holds, narrows, node);
  }

  #warnDeprecated({ field }: CheckedOperand, node: ExistsNode | CompareNode): void {
    if (field?.deprecated !== true) return;
    const message =
      field.name === 'evt.dir'
        ? "due to the drop of enter events, 'evt.dir = <' always evaluates to true, and 'evt.dir = >' always evaluates to false. The rule expression can be simplified by removing the condition on 'evt.dir'"
        : `'${field.name}' field is deprecated and always 0: enter events are not taken`;
    this.warnings.push({ code: 'LOAD_DEPRECATED_ITEM', message, span: spanOf(node) });
  }
}

const spanOf = ({ start, end }: Span): Span => ({ start, end });
function typePredicate(holds: EventSet, narrows: boolean, node: Span): TypePredicate {
  return { kind: 'type', holds, narrows, span: spanOf(node) };
}
