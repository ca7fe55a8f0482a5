import type { ArgumentNode, ConditionNode, OperandNode, RightNode } from '../condition/index.ts';
import { DEPRECATED_FIELDS } from './codes.ts';

const EQUALITY = new Set(['==', '=', '!=', 'in', 'intersects', 'pmatch']);
const NO_VALUE = '<NA>';

export interface Suspicious {
  /** Deprecated fields that occur, in the order of the table. */
  readonly deprecated: readonly string[];
  /** A field of a JSON plugin is compared with the text <NA>. */
  readonly unsafeNa: boolean;
}

/** Finds what works but is better not used. */
export function findSuspicious(root: ConditionNode): Suspicious {
  const names = new Set<string>();
  let unsafeNa = false;
  const waiting: ConditionNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'and' || node.kind === 'or') waiting.push(...node.children);
    else if (node.kind === 'not') waiting.push(node.child);
    else if (node.kind === 'exists') fieldNames(node.left, names);
    else if (node.kind === 'compare') {
      fieldNames(node.left, names);
      if (node.left.kind === 'field' && /^(ka|jevt)\./.test(node.left.name) && EQUALITY.has(node.op)) {
        unsafeNa ||= valuesOf(node.right).includes(NO_VALUE);
      }
    }
  }
  return { deprecated: Object.keys(DEPRECATED_FIELDS).filter((name) => names.has(name)), unsafeNa };
}

/** Deprecated fields whose name occurs in an output, as text: `evt.dir` is also found in a longer name. */
export function deprecatedInOutput(format: string): string[] {
  return Object.keys(DEPRECATED_FIELDS).filter((name) => format.includes(name));
}

function fieldNames(operand: OperandNode, names: Set<string>): void {
  const waiting: ArgumentNode[] = [operand];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'field') names.add(node.name);
    else if (node.kind === 'transform') waiting.push(...node.args);
    else if (node.kind === 'arguments') waiting.push(...node.items);
  }
}

function valuesOf(node: RightNode): string[] {
  if (node.kind === 'value') return [node.text];
  return node.kind === 'list' ? node.items.map((item) => item.text) : [];
}
