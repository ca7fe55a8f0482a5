import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gaugeOf } from '../../../src/ring/gauge.ts';
import { RingReader } from '../../../src/ring/reader.ts';
import { AT_HEADER_TS } from '../../../src/schema/record.generated.ts';
import { BUSY, RingMemory } from './ring-memory.ts';

const SIZE = 4096;

function recordOf(ns: bigint): Uint8Array {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setBigUint64(AT_HEADER_TS, ns, true);
  return bytes;
}

function setup(start = 0) {
  const memory = new RingMemory(SIZE, start);
  return {
    memory,
    gauge: gaugeOf(memory.consumer, memory.producer, memory.page, SIZE),
    reader: new RingReader(memory.consumer, memory.producer, memory.page, SIZE),
  };
}

test('an empty ring has no oldest record', () => {
  const { gauge } = setup();
  assert.deepEqual(gauge.level(), { written: 0, read: 0, oldestNs: null });
});

test('the age is that of the oldest record that waits, also beyond 2^32 and around the end', () => {
  const start = 2 ** 33 + SIZE - 72;
  const { memory, gauge, reader } = setup(start);
  memory.write(recordOf(7n));
  memory.write(recordOf(1n << 60n));
  assert.deepEqual(gauge.level(), { written: start + 144, read: start, oldestNs: 7n });
  assert.equal(
    reader.drain(() => {}, 1),
    1,
  );
  assert.deepEqual(gauge.level(), { written: start + 144, read: start + 72, oldestNs: 1n << 60n });
});

test('a record that is still being written has no time yet', () => {
  const { memory, gauge } = setup();
  memory.write(recordOf(7n), BUSY);
  assert.deepEqual(gauge.level(), { written: 72, read: 0, oldestNs: null });
});
