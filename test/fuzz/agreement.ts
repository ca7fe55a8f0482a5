/** Do the oracle, the generated code and the closures say the same of random conditions on random events? */
import assert from 'node:assert/strict';
import { compileRules } from '../../src/rules/compile/index.ts';
import { type Checked, checkCondition, evaluate, parseCondition } from '../../src/rules/condition/index.ts';
import { factEvent, factMapSource } from '../../src/rules/fact-map.ts';
import { syscallCatalogue } from '../../src/schema/fields.ts';
import { createRandom, type Random, randomCondition, randomEvent } from './random-conditions.ts';

const RULES = 24;
/** Enough of each type that the compiler has settled on its fields for most of them. */
const EVENTS = 800;

function buildRandom(random: Random): { text: string; condition: Checked } {
  const text = randomCondition(random);
  const parsed = parseCondition(text);
  assert.ok(parsed.ok, `refused by the parser: ${text}: ${parsed.ok ? '' : parsed.error.message}`);
  const checked = checkCondition(parsed.ast, syscallCatalogue);
  assert.ok(checked.ok, `refused by the checker: ${text}: ${checked.ok ? '' : checked.errors[0]!.message}`);
  return { text, condition: checked.condition };
}

/**
 * One rule set on some events, in four ways. Gives the number of comparisons that held, so that a caller can tell
 * whether the round asked anything.
 */
export function checkAgreement(seed: number): number {
  const random = createRandom(seed);
  const rules = Array.from({ length: RULES }, () => buildRandom(random));
  const conditions = rules.map(({ condition }) => condition);
  const oracles = conditions.map((condition) => evaluate(condition, factMapSource));
  const compiled = [true, false].map((generate) => ({
    all: compileRules(conditions, factMapSource, { matching: 'all', generate }),
    first: compileRules(conditions, factMapSource, { matching: 'first', generate }),
  }));
  const out = new Int32Array(RULES);
  let held = 0;
  for (let round = 0; round < EVENTS; round++) {
    const facts = randomEvent(random);
    const event = factEvent(facts);
    const expected = [...oracles.keys()].filter((at) => oracles[at]!(event.typeId, event));
    held += expected.length;
    for (const { all, first } of compiled) {
      const context = () =>
        `seed ${seed}, event ${JSON.stringify(facts)}, rules ${rules.map(({ text }) => text).join('\n')}`;
      assert.deepEqual([...out.subarray(0, all.match(event.typeId, event, out))], expected, context());
      assert.deepEqual(
        [...out.subarray(0, first.match(event.typeId, event, out))],
        expected.slice(0, 1),
        context(),
      );
    }
  }
  return held;
}

/** `node test/fuzz/agreement.ts [rule sets] [first seed]` */
if (process.argv[1] === import.meta.filename) {
  const sets = Number(process.argv[2] ?? 200);
  const first = Number(process.argv[3] ?? 1000);
  let held = 0;
  for (let seed = first; seed < first + sets; seed++) held += checkAgreement(seed);
  process.stdout.write(`${JSON.stringify({ sets, first, questions: sets * RULES * EVENTS, held })}\n`);
}
