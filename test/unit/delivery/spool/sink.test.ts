import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, Sent } from '../../../../src/delivery/sink.ts';
import { spooledSink } from '../../../../src/delivery/spool/index.ts';
import { alert, numbered, until } from '../alerts.ts';

const MINUTE = 60_000;
const root = mkdtempSync(join(tmpdir(), 'saker-spooled-'));
after(() => rmSync(root, { recursive: true }));

let serial = 0;
const fresh = (): string => join(root, `s${serial++}`);

/** A destination that is there or not. */
function destination() {
  const taken: string[] = [];
  const state: { up: boolean; answer?: (records: string[]) => Sent } = { up: true };
  const channel: Channel = {
    name: 'far',
    retry: { firstMs: 5, mostMs: 20, jitter: true },
    open: () => null,
    encode: (a) => Buffer.from(a.text),
    send: async (records) => {
      await sleep(1);
      if (!state.up) return { done: 0, error: 'gone' };
      const texts = records.map((r) => Buffer.from(r).toString());
      const sent = state.answer?.(texts) ?? { done: records.length, error: null };
      taken.push(...texts.slice(0, sent.done));
      return sent;
    },
    reopen: () => {},
    close: () => {},
  };
  return { channel, taken, state };
}

function sinkTo(channel: Channel, folder: string, more: { maxAgeMs?: number; capacity?: number } = {}) {
  const states: string[] = [];
  const sink = spooledSink(
    channel,
    { folder, maxBytes: 64 << 20, maxAgeMs: more.maxAgeMs ?? 0, syncMs: 1000 },
    { capacity: more.capacity ?? 8192, stallMs: MINUTE },
    (name, error) => states.push(`${name}: ${error}`),
  );
  sink.open();
  return { sink, states };
}

const texts = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `n=${from + i}`);

test('a destination that was gone gets everything in order once it is back', async () => {
  const { channel, taken, state } = destination();
  const { sink, states } = sinkTo(channel, fresh());
  state.up = false;
  // More than the queue in memory holds: the disk has them.
  for (let i = 0; i < 10; i++) {
    for (const a of numbered(5000)) sink.write(a);
    await until(() => sink.stats().spool!.records === (i + 1) * 5000);
  }
  assert.equal(sink.stats().dropped, 0);
  state.up = true;
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual(taken, Array.from({ length: 10 }, () => texts(0, 5000)).flat());
  assert.deepEqual(states, ['far: gone', 'far: null']);
  const { delivered, queued } = sink.stats();
  assert.deepEqual([delivered, queued], [50_000, 0]);
  await sink.close(MINUTE);
});

test('what could not be delivered before the end is delivered after the next start', async () => {
  const folder = fresh();
  const { channel, taken, state } = destination();
  state.up = false;
  const first = sinkTo(channel, folder).sink;
  for (const a of numbered(100)) first.write(a);
  await until(() => first.stats().error !== null);
  await first.close(MINUTE);
  assert.equal(first.stats().dropped, 0);
  state.up = true;
  const second = sinkTo(channel, folder).sink;
  second.write(alert({ text: 'new' }));
  await until(() => taken.length >= 101);
  assert.deepEqual(taken, [...texts(0, 100), 'new']);
  await second.close(MINUTE);
});

test('what is refused for good goes to the dead letters, with the reason', async () => {
  const folder = fresh();
  const { channel, taken, state } = destination();
  state.answer = (records) => {
    const at = records.indexOf('n=2');
    return at < 0 ? { done: records.length, error: null } : { done: at, error: 'too old', refused: true };
  };
  const { sink } = sinkTo(channel, folder);
  for (const a of numbered(5)) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  await sink.close(MINUTE);
  assert.deepEqual(
    taken,
    texts(0, 5).filter((t) => t !== 'n=2'),
  );
  assert.equal(sink.stats().refused, 1);
  await until(() => sink.stats().deadLetters === 1);
  const [line, rest] = readFileSync(join(folder, 'dead-letter.jsonl'), 'utf8').split('\n');
  const { reason, record, sequence } = JSON.parse(line!);
  assert.deepEqual(
    { reason, record, sequence, rest },
    { reason: 'too old', record: 'n=2', sequence: 3, rest: '' },
  );
});

test('while a destination refuses, records grow too old and are counted', async () => {
  const { channel, state } = destination();
  state.up = false;
  const { sink } = sinkTo(channel, fresh(), { maxAgeMs: 20 });
  for (const a of numbered(4)) sink.write(a);
  await until(() => sink.stats().dropped === 4 && sink.stats().queued === 0);
  await sink.close(MINUTE);
});

test('without a usable folder alerts are delivered from memory, and the trouble is told once', async () => {
  const folder = fresh();
  writeFileSync(folder, 'not a folder');
  const { channel, taken, state } = destination();
  const { sink, states } = sinkTo(channel, folder);
  for (const a of numbered(10)) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual(taken, texts(0, 10));
  state.up = false;
  for (const a of numbered(10)) sink.write(a);
  await until(() => sink.stats().error === 'gone');
  state.up = true;
  assert.equal(await sink.flush(MINUTE), true);
  assert.equal(taken.length, 20);
  assert.equal(states.filter((s) => s.startsWith('far spool')).length, 1);
  assert.match(states[0]!, /wait in memory only/);
  await sink.close(MINUTE);
  assert.equal(sink.stats().dropped, 0);
});

test('neither disk nor destination: memory is bounded and every loss counted', async () => {
  const folder = fresh();
  writeFileSync(folder, 'not a folder');
  const { channel, state } = destination();
  state.up = false;
  const { sink } = sinkTo(channel, folder, { capacity: 100 });
  const big = alert({ text: 'x'.repeat(1 << 20) });
  for (let i = 0; i < 200; i++) {
    sink.write(big);
    if (i % 10 === 0) await sleep(1);
  }
  await until(() => sink.stats().dropped > 0);
  const { queued, dropped, delivered } = sink.stats();
  assert.equal(queued + dropped + delivered, 200);
  assert.ok(queued < 100, `${queued} MiB are held`);
  await sink.close(50);
  assert.equal(sink.stats().dropped, 200);
});

test('a folder that can be used later is used then', async () => {
  const parent = fresh();
  writeFileSync(parent, 'not a folder');
  const { channel, taken } = destination();
  const { sink, states } = sinkTo(channel, join(parent, 'far'));
  for (const a of numbered(2)) sink.write(a);
  assert.equal(await sink.flush(MINUTE), true);
  rmSync(parent);
  mkdirSync(parent);
  // Opening is not tried with every alert.
  const started = taken.length;
  while (states.at(-1) !== 'far spool: null') {
    sink.write(alert({ text: 'again' }));
    await sleep(50);
  }
  assert.equal(await sink.flush(MINUTE), true);
  assert.ok(taken.length > started);
  await sink.close(MINUTE);
});

test('a full disk: alerts still go out, and are safe on the disk again once there is room', async (t) => {
  const mount = fresh();
  mkdirSync(mount);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'saker-test', mount]).status !== 0)
    return t.skip('needs CAP_SYS_ADMIN to mount a small tmpfs');
  try {
    const { channel, taken, state } = destination();
    const { sink, states } = sinkTo(channel, join(mount, 'far'));
    for (const a of numbered(5)) sink.write(a);
    assert.equal(await sink.flush(MINUTE), true);
    spawnSync('dd', ['if=/dev/zero', `of=${mount}/ballast`, 'bs=4k']);
    state.up = false;
    const alerts = numbered(2000).map((a) => ({ ...a, text: `${a.text} ${'x'.repeat(100)}` }));
    for (const a of alerts) sink.write(a);
    await until(() => states.some((s) => s.includes('ENOSPC')));
    rmSync(join(mount, 'ballast'));
    sink.write(alert({ text: 'room' }));
    await until(() => states.includes('far spool: null'));
    await until(() => sink.stats().spool!.records > 1900);
    state.up = true;
    assert.equal(await sink.flush(MINUTE), true);
    const expected = [...texts(0, 5), ...alerts.map((a) => a.text), 'room'];
    assert.deepEqual(taken, expected);
    assert.equal(sink.stats().dropped, 0);
    await sink.close(MINUTE);
  } finally {
    spawnSync('umount', ['--lazy', mount]);
  }
});

test('an alert that no spool could give back is told of, and costs only itself', async () => {
  const { channel, taken } = destination();
  const { sink, states } = sinkTo(channel, fresh());
  sink.write(alert({ text: 'x'.repeat(17 << 20) }));
  sink.write(alert({ text: 'small' }));
  assert.equal(await sink.flush(MINUTE), true);
  assert.deepEqual(taken, ['small']);
  assert.match(states[0]!, /cannot be written: Error: larger than 16777216 bytes/);
  await sink.close(MINUTE);
});
