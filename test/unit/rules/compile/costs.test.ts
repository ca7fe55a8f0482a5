import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measuredTests } from '../../../../src/rules/compile/costs.ts';
import { compileRules } from '../../../../src/rules/compile/index.ts';
import { factEvent, factMapSource } from '../../../../src/rules/fact-map.ts';
import { eventTypeId } from '../../../../src/schema/events.ts';
import { mustBuild } from '../../../contract/util/conditions.ts';

/** Events of which one is timed. */
const EVERY = 257;
const OPEN = eventTypeId('open');

const conditions = ['proc.name = cat', 'proc.name in (cat, dog)', 'evt.type = close'].map((c) =>
  mustBuild(c),
);
const event = factEvent({ 'evt.type': 'open', 'proc.name': 'cat' });

for (const { matching, evaluated } of [
  { matching: 'all', evaluated: [4 * EVERY, 4 * EVERY, 0] },
  // The first one matches: the second need not be asked.
  { matching: 'first', evaluated: [4 * EVERY, 0, 0] },
] as const) {
  test(`matching ${matching}: evaluations are counted by rule, and a sample of them is timed`, () => {
    const compiled = compileRules(conditions, factMapSource, { matching, clock: () => 1 });
    const out = new Int32Array(compiled.size);
    for (let i = 0; i < 4 * EVERY; i++) compiled.match(OPEN, event, out);
    assert.deepEqual([...compiled.costs.evaluated], evaluated);
    assert.deepEqual(
      [...compiled.costs.samples],
      evaluated.map((count) => count / EVERY),
    );
  });
}

test('the time of a rule is its own: without the clock’s, and without that of its making', () => {
  const priceNs = 30;
  let nowNs = 0;
  const clock = (): number => (nowNs += priceNs);
  const takes = (ns: number) => () => {
    nowNs += ns;
    return true;
  };
  // Place 0 is rule 1 and makes its test when it is first asked, as rules do.
  const tests = [takes(1_000_000), takes(500)];
  const { costs, evaluated, testsOfEvent } = measuredTests(tests, Int32Array.of(1, 0), clock);
  for (let event = 0; event < 3 * EVERY; event++) {
    const judges = testsOfEvent();
    for (const [place, index] of [1, 0].entries()) {
      // Rule 0 is first asked in a timed event.
      if (index === 0 && event < EVERY - 1) continue;
      evaluated[index]!++;
      assert.equal(judges[place]!(null, OPEN), true);
      tests[0] = takes(200);
    }
  }
  assert.deepEqual([...costs.samples], [2, 3]);
  assert.deepEqual([...costs.sampledNs], [2 * 500, 3 * 200]);
});

test('without a clock nothing is timed', () => {
  const { costs } = compileRules(conditions, factMapSource, { matching: 'all' });
  assert.deepEqual([...costs.samples], [0, 0, 0]);
});
