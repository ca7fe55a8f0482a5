import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limited } from '../../../src/agent/containers.ts';

test('warnings about containers: twenty a minute, and how many more there were', () => {
  const said: string[] = [];
  let nowMs = 0;
  const warn = limited(
    (text) => said.push(text),
    () => nowMs,
  );
  for (let at = 0; at < 50; at++) warn(`w${at}`);
  assert.equal(said.length, 20);
  nowMs = 60_000;
  warn('next');
  assert.deepEqual(said.slice(20), ['30 more warnings about containers in the minute before', 'next']);
});
