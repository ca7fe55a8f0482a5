/**
 * What each rule costs: every evaluation is counted, and of one in some two hundred and fifty events they are timed.
 * An event for which no rule is a candidate is not even counted.
 */
import type { RuleTest } from './closures.ts';

/** By index among the conditions given. Counts are exact up to 2^53. */
export interface RuleCosts {
  /** How often the rule's condition was evaluated. */
  readonly evaluated: Float64Array;
  /** How many of these were timed, and their time together, ns. */
  readonly samples: Float64Array;
  readonly sampledNs: Float64Array;
}

/** A prime, so that a load with a rhythm of its own is sampled all over. */
const EVERY = 257;
/** Readings from which the price of the clock is taken: the cheapest one had no interruption. */
const CLOCK_READINGS = 32;

export interface MeasuredTests<E> {
  readonly costs: RuleCosts;
  /** `costs.evaluated`, to be counted up by the caller. */
  readonly evaluated: Float64Array;
  /** The tests for one event, by place: as they are, or, now and then, timed. */
  testsOfEvent(): readonly RuleTest<E>[];
}

/**
 * @param tests by place; may be replaced by others while they run
 * @param indexes place → index
 * @param clock ns from any origin; without it nothing is timed
 */
export function measuredTests<E>(
  tests: readonly RuleTest<E>[],
  indexes: Int32Array,
  clock?: () => number,
): MeasuredTests<E> {
  const size = tests.length;
  const [evaluated, samples, sampledNs] = [
    new Float64Array(size),
    new Float64Array(size),
    new Float64Array(size),
  ];
  const costs = { evaluated, samples, sampledNs };
  if (clock === undefined) return { costs, evaluated, testsOfEvent: () => tests };
  const priceNs = clockPriceNs(clock);
  const timed = tests.map((_, place): RuleTest<E> => {
    const index = indexes[place]!;
    return (event, typeId) => {
      const test = tests[place]!;
      const startNs = clock();
      const hit = test(event, typeId);
      const tookNs = clock() - startNs;
      // The first evaluation makes the rule's function.
      if (evaluated[index]! > 1) {
        samples[index]!++;
        sampledNs[index]! += Math.max(0, tookNs - priceNs);
      }
      return hit;
    };
  });
  let left = EVERY;
  return {
    costs,
    evaluated,
    testsOfEvent() {
      if (--left > 0) return tests;
      left = EVERY;
      return timed;
    },
  };
}

function clockPriceNs(clock: () => number): number {
  let price = Number.POSITIVE_INFINITY;
  for (let i = 0; i < CLOCK_READINGS; i++) {
    const startNs = clock();
    price = Math.min(price, clock() - startNs);
  }
  return price;
}
