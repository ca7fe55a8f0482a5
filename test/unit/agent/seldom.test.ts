import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seldom } from '../../../src/agent/seldom.ts';

test('what goes on is said at once, and again after a while', () => {
  const said: string[] = [];
  let now = 0;
  const say = seldom(
    60,
    (text) => said.push(text),
    () => now,
  );
  for (; now < 150; now += 5) say(`at ${now}`);
  assert.deepEqual(said, ['at 0', 'at 60', 'at 120']);
});
