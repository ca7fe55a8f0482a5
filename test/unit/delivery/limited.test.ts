import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitedSink } from '../../../src/delivery/limited.ts';
import { queueSink } from '../../../src/delivery/queue.ts';
import { alert } from './alerts.ts';

const MINUTE = 60_000;

function limited(perMinute: number, leastPriority = 7) {
  const taken: string[] = [];
  const notes: string[] = [];
  const clock = { ms: 0 };
  const channel = {
    name: 'x',
    open: () => null,
    encode: (a: { text: string }) => Buffer.from(a.text),
    send: (records: readonly Uint8Array[]) => {
      taken.push(...records.map((r) => Buffer.from(r).toString()));
      return { done: records.length, error: null };
    },
    reopen: () => {},
    close: () => {},
  };
  const inner = queueSink(channel, { capacity: 1000, stallMs: MINUTE }, () => {});
  const sink = limitedSink(
    inner,
    { leastPriority, perMinute },
    (text) => notes.push(text),
    () => clock.ms,
  );
  return { sink, taken, notes, clock };
}

test('as many as a minute allows may come at once; then they come back with time', async () => {
  const { sink, taken, notes, clock } = limited(6);
  const burst = async (count: number): Promise<number> => {
    const before = taken.length;
    for (let i = 0; i < count; i++) sink.write(alert());
    await sink.flush(MINUTE);
    return taken.length - before;
  };
  assert.equal(await burst(10), 6);
  assert.equal(await burst(10), 0);
  clock.ms += 10_000;
  assert.equal(await burst(10), 1);
  clock.ms += MINUTE * 10;
  assert.equal(await burst(10), 6);
  assert.equal(sink.stats().heldBack, 27);
  assert.equal(sink.stats().dropped, 0);
  await sink.close(1);
  assert.deepEqual(notes, ['held back 27 alerts: its rate is 6 a minute']);
});

test('0 is no limit; what is less severe than wanted is neither sent nor counted', async () => {
  const { sink, taken, notes } = limited(0, 3);
  for (let i = 0; i < 500; i++) sink.write(alert({ priorityNumber: 3 }));
  sink.write(alert({ priorityNumber: 4 }));
  await sink.flush(MINUTE);
  assert.equal(taken.length, 500);
  assert.equal(sink.stats().heldBack, 0);
  await sink.close(1);
  assert.deepEqual(notes, []);
});
