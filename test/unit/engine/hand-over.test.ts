import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertBytes } from '../../../src/base/alert.ts';
import { HandOver, sharedCounter, takeOver } from '../../../src/engine/hand-over.ts';
import { alert, numbered } from '../delivery/alerts.ts';

const ONE = alertBytes(alert());
const some = (count: number) => Array.from({ length: count }, () => alert());

test('what the main thread does not take is bounded, and what goes beyond is counted', () => {
  const taken = sharedCounter();
  const over = new HandOver(taken, 10 * ONE);
  assert.equal(over.admit(some(8)).length, 8);
  assert.equal(over.admit(some(5)).length, 2);
  assert.equal(over.admit(some(1)).length, 0);
  assert.equal(over.dropped, 4);
  takeOver(taken, some(8));
  assert.equal(over.admit(some(9)).length, 8);
  assert.equal(over.dropped, 5);
});

test('saker’s own alerts always pass, the first of the others before later ones', () => {
  const over = new HandOver(sharedCounter(), 3 * ONE);
  const own = alert({ source: 'internal', rule: 'saker canary' });
  const all = numbered(9);
  const passed = over.admit([...all.slice(0, 2), own, ...all.slice(2)]);
  assert.deepEqual(passed, [all[0], all[1], own, ...all.slice(2, 3)].slice(0, passed.length));
  assert.ok(passed.includes(own));
  assert.deepEqual(over.admit([own, ...all]).slice(0, 1), [own]);
});

test('the counters may pass 2^32', () => {
  const taken = sharedCounter();
  const big = alert({ json: 'x'.repeat(1 << 20) });
  const over = new HandOver(taken, 4 << 20);
  for (let round = 0; round < 5000; round++) {
    assert.equal(over.admit([big, big]).length, 2);
    takeOver(taken, [big, big]);
  }
  assert.equal(over.admit([big, big, big, big, big]).length, 3);
});
