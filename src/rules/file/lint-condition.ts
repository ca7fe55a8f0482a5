import { syscallCatalogue } from '../../schema/fields.ts';
import { type CompareNode, type ConditionNode, printOperand, type ValueNode } from '../condition/index.ts';
import type { LintCode } from './codes.ts';
import type { ParsedCondition } from './conditions.ts';
import { type Context, inExpression, type Lint } from './context.ts';
import type { Definitions } from './definitions.ts';

/** Names of lists end like this in most rules files. */
const LIST_LIKE =
  /_(binaries|lists?|images|procs|processes|programs|files|dirs|directories|paths|ports|users|groups|hosts|domains|ips|nets|networks|names|commands|tools|containers|namespaces|endpoints|syscalls)$/;

/** Without `_`, only a word that stands alone, as the name of a list does, and that is nearly the name of one. */
const PLAIN_NAME = /^[a-z]{5,}$/;

/** Most lints of one condition: finding the place of each takes a walk through its text. */
const MAX_LINTS = 20;

/** What one condition as written holds that is seldom meant. */
export function lintCondition(parsed: ParsedCondition, parent: Context, definitions: Definitions): Lint[] {
  return new ConditionLinter(parsed, parent, definitions).run();
}

class ConditionLinter {
  readonly #parsed: ParsedCondition;
  readonly #parent: Context;
  readonly #definitions: Definitions;
  readonly #lints: Lint[] = [];

  constructor(parsed: ParsedCondition, parent: Context, definitions: Definitions) {
    this.#parsed = parsed;
    this.#parent = parent;
    this.#definitions = definitions;
  }

  run(): Lint[] {
    const waiting: ConditionNode[] = [this.#parsed.ast];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (this.#lints.length >= MAX_LINTS) return this.#lints;
      if (node.kind === 'and' || node.kind === 'or') waiting.push(...node.children.toReversed());
      else if (node.kind === 'not') waiting.push(node.child);
      else if (node.kind === 'compare') this.#compare(node);
    }
    this.#quotedLists();
    return this.#lints;
  }

  #add(code: LintCode, message: string, offset: number, hint: string): void {
    if (this.#lints.length >= MAX_LINTS) return;
    const { text, expanded, placeOf } = this.#parsed;
    const context = inExpression(this.#parent, text, offset, placeOf(offset), expanded);
    this.#lints.push({ code, message, context, hint });
  }

  /** The text from a place on, as it was before lists were put in. */
  #written(offset: number): string {
    return this.#parsed.text.slice(this.#parsed.writtenAt(offset));
  }

  #compare(node: CompareNode): void {
    const { left, op, right } = node;
    const field = left.kind === 'field' ? syscallCatalogue.resolve(left.name, left.arg) : undefined;
    if (op === '!=' && field?.field.ancestor && field.arg === null) {
      const message = `'${printOperand(left)} != ...' is true as soon as one ancestor differs, which one always does`;
      this.#add('LINT_ANY_ANCESTOR', message, node.start, `write not ${printOperand(left)} = ...`);
    }
    const values = right.kind === 'list' ? right.items : right.kind === 'value' ? [right] : [];
    // A list that is empty for now is a place for users' items; only `in ()` itself is a mistake.
    if (right.kind === 'list' && /^\(\s*\)/.test(this.#written(right.start))) {
      this.#add(
        'LINT_EMPTY_LIST',
        'nothing is in an empty list, so this is always false',
        node.start,
        'add items',
      );
    }
    for (const value of values) {
      if (value.text === '<NA>' && ['=', '==', '!='].includes(op)) {
        const message = 'a missing value never equals the text <NA>';
        this.#add('LINT_NA_TEXT', message, value.start, `write not ${printOperand(left)} exists`);
      }
      // Names of events are checked, so a wrong one is an error already.
      if (field?.field.name === 'evt.type') continue;
      if (right.kind === 'list' || ['in', 'intersects', 'pmatch'].includes(op))
        this.#listItem(value, values.length === 1);
    }
  }

  /** A bare word that was written here, not put in by a list, and looks like the name of a list. */
  #listItem(value: ValueNode, alone: boolean): void {
    if (this.#lints.length >= MAX_LINTS) return;
    const { text } = value;
    const { lists } = this.#definitions;
    const isName = /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/.test(text) || (alone && PLAIN_NAME.test(text));
    if (value.quoted || !isName || lists.has(text)) return;
    if (!this.#written(value.start).startsWith(text)) return;
    const near = this.#definitions.nearList(text);
    if (near === null && !LIST_LIKE.test(text)) return;
    const message = `there is no list '${text}', so this is the text "${text}"`;
    const hint = near === null ? 'define the list, or quote the text' : `did you mean ${near}?`;
    this.#add('LINT_UNDEFINED_LIST', message, value.start, hint);
  }

  /** List names are replaced inside quotes too, which surely nobody wants. */
  #quotedLists(): void {
    const { text, placeOf } = this.#parsed;
    for (const quoted of text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g)) {
      for (const word of quoted[0].matchAll(/(?<=[ \t\n\r(),=])[^ \t\n\r(),="']+(?=[ \t\n\r(),=])/g)) {
        const name = word[0];
        if (!this.#definitions.lists.has(name)) continue;
        if (this.#lints.length >= MAX_LINTS) return;
        const offset = quoted.index + word.index;
        const context = inExpression(this.#parent, text, offset, placeOf(offset));
        const message = `the word '${name}' in quotes is replaced by the items of the list of that name`;
        this.#lints.push({ code: 'LINT_LIST_IN_QUOTES', message, context, hint: 'rename the list' });
      }
    }
  }
}
