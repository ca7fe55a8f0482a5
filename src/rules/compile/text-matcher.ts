/**
 * Fast forms of the tests on text: the cost of one question does not grow with the number of literals where a set
 * or a tree can answer it. Equal in meaning to condition/text-test.ts, which the tests compare it with.
 */
import type { CheckedOp, Quantifier } from '../condition/checked.ts';
import { compilePathPrefixes } from '../condition/path-prefix.ts';
import { asciiLower } from '../condition/text.ts';
import { type Test, textTest } from '../condition/text-test.ts';

export function compileTextTest(
  op: CheckedOp,
  quantifier: Quantifier,
  literals: readonly string[],
): Test<string> {
  if (literals.length < 2) return op === 'pmatch' ? pathTest(literals) : textTest(op, quantifier, literals);
  if (op === 'pmatch') return pathTest(literals);
  if (quantifier !== 'any') return textTest(op, quantifier, literals);
  switch (op) {
    case 'eq':
    case 'in':
    case 'intersects': {
      const set = new Set(literals);
      return (text) => set.has(text);
    }
    case 'startswith':
      return anyPrefix(literals);
    case 'contains':
      return literals.length < MANY ? textTest(op, quantifier, literals) : anyInfix(literals);
    case 'icontains': {
      const lower = literals.map(asciiLower);
      const test = compileTextTest('contains', quantifier, lower);
      return (text) => test(asciiLower(text));
    }
    case 'endswith':
      return anySuffix(literals);
    default:
      return textTest(op, quantifier, literals);
  }
}

function pathTest(paths: readonly string[]): Test<string> {
  return paths.length === 0 ? () => false : compilePathPrefixes(paths);
}

/** One look-up per distinct length among the literals, however many literals there are. */
function anyPrefix(literals: readonly string[]): Test<string> {
  const set = new Set(literals);
  const lengths = distinctLengths(literals);
  return (text) => {
    for (const length of lengths) {
      if (length > text.length) return false;
      if (set.has(text.slice(0, length))) return true;
    }
    return false;
  };
}

function anySuffix(literals: readonly string[]): Test<string> {
  const set = new Set(literals);
  const lengths = distinctLengths(literals);
  return (text) => {
    for (const length of lengths) {
      if (length > text.length) return false;
      if (set.has(text.slice(text.length - length))) return true;
    }
    return false;
  };
}

/** From here on looking up every piece of the text costs less than searching it for every literal. */
const MANY = 256;

/** One look-up per place in the text and distinct length among the literals. */
function anyInfix(literals: readonly string[]): Test<string> {
  const set = new Set(literals);
  const lengths = distinctLengths(literals);
  return (text) => {
    for (const length of lengths) {
      for (let at = 0; at + length <= text.length; at++) {
        if (set.has(text.slice(at, at + length))) return true;
      }
    }
    return false;
  };
}

function distinctLengths(literals: readonly string[]): number[] {
  return [...new Set(literals.map((literal) => literal.length))].sort((a, b) => a - b);
}
