import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzConditions } from '../../../fuzz/conditions.ts';

test('noise, token soup and damaged conditions are answered, never crashed on', () => {
  const { outcomes } = fuzzConditions(20_000, 42);
  // Each stage must have been reached, or the inputs prove nothing about it.
  for (const [outcome, count] of Object.entries(outcomes)) assert.ok(count > 200, `${outcome}: ${count}`);
});
