import type { NumberPredicate } from '../condition/checked.ts';
import { scalarTest } from '../condition/evaluate.ts';
import type { Test } from '../condition/text-test.ts';

/** A test on one present number; bigint values take the slow way, which is exact for both. */
export function compileNumberTest(predicate: NumberPredicate): Test<number | bigint> {
  const slow = scalarTest(predicate);
  const fast = fastTest(predicate);
  return fast === null ? slow : (value) => (typeof value === 'number' ? fast(value) : slow(value));
}

function fastTest({ op, quantifier, values }: NumberPredicate): Test<number> | null {
  if (!values.every((value) => typeof value === 'number')) return null;
  if (values.length === 1) {
    const literal = values[0] as number;
    switch (op) {
      case 'ne':
        return (value) => value !== literal;
      case 'lt':
        return (value) => value < literal;
      case 'le':
        return (value) => value <= literal;
      case 'gt':
        return (value) => value > literal;
      case 'ge':
        return (value) => value >= literal;
      default:
        return (value) => value === literal;
    }
  }
  if (quantifier !== 'any' || op === 'ne') return null;
  const set = new Set(values as number[]);
  return (value) => set.has(value);
}
