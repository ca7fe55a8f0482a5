/** The meaning of the text operators, literal by literal: slow and obvious, the measure for everything faster. */
import type { CheckedOp, Quantifier } from './checked.ts';
import { compileGlob } from './glob.ts';
import { compilePathPrefixes } from './path-prefix.ts';
import { compileRegex } from './regex.ts';
import { asciiLower } from './text.ts';

export type Test<T> = (value: T) => boolean;

/** One test that says whether as many of the literals hold as `quantifier` asks. No literals: never. */
export function quantify<T>(quantifier: Quantifier, tests: readonly Test<T>[]): Test<T> {
  if (tests.length === 0) return () => false;
  if (tests.length === 1) return tests[0]!;
  switch (quantifier) {
    case 'any':
      return (value) => tests.some((test) => test(value));
    case 'all':
      return (value) => tests.every((test) => test(value));
    case 'one':
      return (value) => tests.filter((test) => test(value)).length === 1;
  }
}

/** A test of byte text against byte-text literals. */
export function textTest(op: CheckedOp, quantifier: Quantifier, literals: readonly string[]): Test<string> {
  if (op === 'pmatch') return literals.length === 0 ? () => false : compilePathPrefixes(literals);
  return quantify(
    quantifier,
    literals.map((literal) => compareWith(op, literal)),
  );
}

function compareWith(op: Exclude<CheckedOp, 'pmatch'>, literal: string): Test<string> {
  switch (op) {
    case 'glob':
      return compileGlob(literal);
    case 'iglob':
      return compileGlob(literal, true);
    case 'regex':
      return compileRegex(literal);
    case 'icontains': {
      const lower = asciiLower(literal);
      return (value) => asciiLower(value).includes(lower);
    }
    default:
      return (value) => compareTexts(op, value, literal);
  }
}

/** Also compares two values of one event, where neither is known beforehand. */
export function compareTexts(
  op: Exclude<CheckedOp, 'pmatch' | 'regex'>,
  left: string,
  right: string,
): boolean {
  switch (op) {
    case 'eq':
    case 'in':
    case 'intersects':
      return left === right;
    case 'ne':
      return left !== right;
    case 'lt':
      return left < right;
    case 'le':
      return left <= right;
    case 'gt':
      return left > right;
    case 'ge':
      return left >= right;
    case 'contains':
      return left.includes(right);
    case 'icontains':
      return asciiLower(left).includes(asciiLower(right));
    case 'startswith':
      return left.startsWith(right);
    case 'endswith':
      return left.endsWith(right);
    case 'glob':
      return compileGlob(right)(left);
    case 'iglob':
      return compileGlob(right, true)(left);
  }
}
