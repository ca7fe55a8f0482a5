import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAgreement } from '../../../fuzz/agreement.ts';

test('oracle, generated code and closures agree on random conditions and events', () => {
  let held = 0;
  for (let seed = 1; seed <= 10; seed++) held += checkAgreement(seed);
  // Random conditions that never hold would prove nothing.
  assert.ok(held > 20_000, `only ${held} held`);
});
