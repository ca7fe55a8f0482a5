import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '../../../src/base/alert.ts';
import { queueSink } from '../../../src/delivery/queue.ts';
import type { Channel, Sent } from '../../../src/delivery/sink.ts';
import { alert, numbered } from './alerts.ts';

const MINUTE = 60_000;

/** A channel whose answers the test writes; `taken` is what arrived, in order. */
function scripted(answer: (records: string[], call: number) => Sent | Promise<Sent>) {
  const taken: string[] = [];
  let call = 0;
  const channel: Channel = {
    name: 'scripted',
    open: () => null,
    encode: (a: Alert) => Buffer.from(a.text),
    send: async (records) => {
      const texts = records.map((r) => Buffer.from(r).toString());
      const sent = await answer(texts, call++);
      taken.push(...texts.slice(0, sent.done));
      return sent;
    },
    reopen: () => {},
    close: () => {},
  };
  return { channel, taken };
}

function sinkOf(channel: Channel, limits: { capacity?: number; stallMs?: number } = {}) {
  const states: (string | null)[] = [];
  const sink = queueSink(channel, { capacity: 1000, stallMs: MINUTE, ...limits }, (_, error) =>
    states.push(error),
  );
  return { sink, states };
}

const texts = (alerts: readonly Alert[]): string[] => alerts.map((a) => a.text);
const all = (records: string[]): Sent => ({ done: records.length, error: null });

test('alerts of one turn leave in one batch, in order', async () => {
  let calls = 0;
  const { channel, taken } = scripted((records, call) => {
    calls = call + 1;
    return all(records);
  });
  const { sink } = sinkOf(channel);
  const alerts = numbered(200);
  for (const a of alerts) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual(taken, texts(alerts));
  assert.equal(calls, 1);
});

test('errors are retried from the first record not done, each reported once, and nothing is lost or doubled', async () => {
  const { channel, taken } = scripted((records, call) =>
    call % 2 === 0 ? { done: Math.min(3, records.length), error: 'EAGAIN' } : all(records.slice(0, 50)),
  );
  const { sink, states } = sinkOf(channel);
  const alerts = numbered(20);
  for (const a of alerts) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual(taken, texts(alerts));
  assert.deepEqual(states, ['EAGAIN', null]);
  const { delivered, dropped, retries, queued } = sink.stats();
  assert.deepEqual(
    { delivered, dropped, retries, queued },
    { delivered: 20, dropped: 0, retries: 1, queued: 0 },
  );
});

test('a lag is reported only when it lasts', async () => {
  const lag = (limit: number) => {
    const { channel } = scripted((records, call) =>
      call < 4 ? { done: 0, error: 'EAGAIN', busy: true } : all(records),
    );
    const { sink, states } = sinkOf(channel, { stallMs: limit });
    sink.write(alert());
    return { sink, states };
  };
  const short = lag(MINUTE);
  assert.equal(await short.sink.flush(MINUTE), true);
  assert.deepEqual(short.states, []);
  const lasting = lag(0);
  assert.equal(await lasting.sink.flush(MINUTE), true);
  assert.deepEqual(lasting.states, ['EAGAIN', null]);
});

test('a record that can never be taken is skipped and counted', async () => {
  const { channel, taken } = scripted((records) => {
    const at = records.indexOf('n=2');
    return at < 0 ? all(records) : { done: at, error: 'EMSGSIZE', refused: true };
  });
  const { sink } = sinkOf(channel);
  for (const a of numbered(5)) sink.write(a);
  await sink.flush(MINUTE);
  assert.deepEqual(taken, ['n=0', 'n=1', 'n=3', 'n=4']);
  assert.deepEqual([sink.stats().delivered, sink.stats().refused, sink.stats().error], [4, 1, null]);
});

test('a full queue keeps the first alerts and counts the others; a dead sink ends within its bound', async () => {
  const { channel } = scripted(() => new Promise(() => {}));
  const { sink } = sinkOf(channel, { capacity: 10 });
  for (const a of numbered(25)) sink.write(a);
  assert.equal(await sink.flush(1), false);
  assert.equal(sink.stats().queued, 10);
  assert.equal(sink.stats().dropped, 15);
  await sink.close(1);
  assert.deepEqual([sink.stats().dropped, sink.stats().queued], [25, 0]);
  sink.write(alert());
  assert.equal(sink.stats().dropped, 26);
});

test('queued bytes are bounded as well', async () => {
  const { channel } = scripted(() => new Promise(() => {}));
  const { sink } = sinkOf(channel, { capacity: 1_000_000 });
  const big = alert({ json: 'x'.repeat(8 << 20) });
  for (let i = 0; i < 10; i++) sink.write(big);
  assert.equal(sink.stats().queued + sink.stats().dropped, 10);
  assert.equal(sink.stats().queued, 3);
  await sink.close(1);
});

test('a destination that stands still is reported without an answer from it', async () => {
  let release = (): void => {};
  const { channel } = scripted(
    (records) => new Promise((resolve) => (release = () => resolve(all(records)))),
  );
  const seen = new Promise<string | null>((resolve) => {
    const sink = queueSink(channel, { capacity: 10, stallMs: 5 }, (_, error) => resolve(error));
    sink.write(alert());
    // The report comes from a timer that does not keep the process alive.
    void sink.flush(MINUTE);
  });
  assert.match((await seen)!, /no progress for 5 ms/);
  release();
});

test('one stuck sink does not delay another', async () => {
  const stuck = sinkOf(scripted(() => new Promise(() => {})).channel).sink;
  const { channel, taken } = scripted(all);
  const free = sinkOf(channel).sink;
  for (const a of numbered(3)) for (const sink of [stuck, free]) sink.write(a);
  assert.equal(await free.flush(MINUTE), true);
  assert.equal(taken.length, 3);
  await stuck.close(1);
});

test('an alert that cannot be encoded costs only itself', async () => {
  const { channel, taken } = scripted(all);
  const encode = channel.encode;
  channel.encode = (a) => {
    if (a.rule === 'bad') throw new TypeError('no');
    return encode(a);
  };
  const { sink } = sinkOf(channel);
  sink.write(alert({ rule: 'bad' }));
  sink.write(alert({ text: 'good' }));
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual(taken, ['good']);
  assert.equal(sink.stats().refused, 1);
});
