import { asText, type ScalarPredicate, scalarTest } from '../condition/evaluate.ts';
import type { Test } from '../condition/text-test.ts';
import type { Scalar } from '../condition/values.ts';
import { compileNumberTest } from './number-matcher.ts';
import { compileTextTest } from './text-matcher.ts';

/** The predicate on one present value, like scalarTest, at a cost that does not grow with the literals. */
export function fastScalarTest(predicate: ScalarPredicate): Test<Scalar> {
  switch (predicate.kind) {
    case 'text': {
      const test = compileTextTest(predicate.op, predicate.quantifier, predicate.values);
      return (value) => test(asText(value));
    }
    case 'number': {
      const test = compileNumberTest(predicate);
      return (value) => (typeof value === 'number' || typeof value === 'bigint') && test(value);
    }
    case 'bool':
      return scalarTest(predicate);
  }
}
