/**
 * Compiled rules: checked conditions in, a matcher over events out. Runs on the engine's thread.
 *
 * For an event of some type, each field that tells rules apart is looked at once: its text remembers which rules it
 * leaves possible (verdicts.ts), a few ANDs later only real candidates remain, and those are tried one by one. So the
 * price of an event grows with the rules that nearly match, not with the rules there are.
 *
 *   compileRules(conditions, source, options) → CompiledRules
 */
import { EventSet } from '../../schema/events.ts';
import type { Checked } from '../condition/checked.ts';
import type { FactSource } from '../facts.ts';
import { type RuleTest, ruleClosure } from './closures.ts';
import { measuredTests, type RuleCosts } from './costs.ts';
import { createFinders } from './finders.ts';
import { canGenerate, generateRule } from './generate.ts';
import { type Plan, planRules } from './plan.ts';

export type { RuleCosts } from './costs.ts';

export interface CompileOptions {
  /** `first`: report only the first rule in the order given that matches. */
  readonly matching: 'first' | 'all';
  /** False: closures only. Default: generate code where the process allows it. */
  readonly generate?: boolean;
  /** ns from any origin; with it a sample of the evaluations is timed. */
  readonly clock?: () => number;
}

export interface CompiledRules<E> {
  /** Event types for which at least one rule can match; other events need not be shown. */
  readonly eventTypes: EventSet;
  /** Whether code is generated or closures run. */
  readonly generated: boolean;
  /** Number of rules: `out` must have room for as many. */
  readonly size: number;
  /** What evaluating each rule has taken so far. */
  readonly costs: RuleCosts;
  /**
   * Writes the indexes (places in the conditions given) of the rules that the event satisfies into `out`, ascending,
   * and gives their number. Allocates nothing unless the event brings a text not met before.
   *
   * @param typeId place of the event's type in EVENT_TYPES
   */
  match(typeId: number, event: E, out: Int32Array): number;
}

export function compileRules<E>(
  conditions: readonly Checked[],
  source: FactSource<E>,
  options: CompileOptions,
): CompiledRules<E> {
  const plan = planRules(conditions, source);
  const generated = (options.generate ?? true) && canGenerate();
  const tests = lazyRules(plan, generated);
  const finders = createFinders(plan, generated);
  const indexes = Int32Array.from(plan.rules, ({ index }) => index);
  const { costs, evaluated, testsOfEvent } = measuredTests(tests, indexes, options.clock);
  // Places of candidates, then indexes of matches, on their way out.
  const found = new Int32Array(plan.rules.length);

  function matchAll(typeId: number, event: E, out: Int32Array): number {
    const candidates = finders.candidates(typeId, event, found);
    if (candidates === 0) return 0;
    const judges = testsOfEvent();
    let count = 0;
    for (let at = 0; at < candidates; at++) {
      const place = found[at]!;
      const index = indexes[place]!;
      evaluated[index]!++;
      if (!judges[place]!(event, typeId)) continue;
      // Insertion keeps the order of definition; candidates are few and nearly sorted.
      let to = count++;
      for (; to > 0 && out[to - 1]! > index; to--) out[to] = out[to - 1]!;
      out[to] = index;
    }
    return count;
  }

  function matchFirst(typeId: number, event: E, out: Int32Array): number {
    const candidates = finders.candidates(typeId, event, found);
    if (candidates === 0) return 0;
    const judges = testsOfEvent();
    let first = conditions.length;
    for (let at = 0; at < candidates; at++) {
      const place = found[at]!;
      const index = indexes[place]!;
      if (index >= first) continue;
      evaluated[index]!++;
      if (judges[place]!(event, typeId)) first = index;
    }
    if (first === conditions.length) return 0;
    out[0] = first;
    return 1;
  }

  return {
    eventTypes: plan.rules.reduce((all, { types }) => all.union(types), EventSet.NONE),
    generated,
    size: conditions.length,
    costs,
    match: options.matching === 'all' ? matchAll : matchFirst,
  };
}

/** Each rule's test is made when the rule is first a candidate: most never are. */
function lazyRules<E>(plan: Plan<E>, generated: boolean): RuleTest<E>[] {
  const tests: RuleTest<E>[] = plan.rules.map((rule, place) => (event, typeId) => {
    const test = generated ? generateRule(plan, rule) : ruleClosure(plan, rule);
    tests[place] = test;
    return test(event, typeId);
  });
  return tests;
}
