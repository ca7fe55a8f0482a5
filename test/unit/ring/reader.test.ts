import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RingReader } from '../../../src/ring/reader.ts';
import { BUSY, DISCARDED, RingMemory } from './ring-memory.ts';

function setup(size = 4096, start = 0) {
  const memory = new RingMemory(size, start);
  const reader = new RingReader(memory.consumer, memory.producer, memory.page, size);
  const bytes = new Uint8Array(memory.producer, memory.page);
  const seen: string[] = [];
  const collect = (offset: number, length: number): void => {
    seen.push(Buffer.from(bytes.subarray(offset, offset + length)).toString('latin1'));
  };
  return { memory, reader, seen, collect };
}

const text = (s: string): Uint8Array => Buffer.from(s, 'latin1');

test('records come out once, in order, and their space is given back', () => {
  const { memory, reader, seen, collect } = setup();
  for (const s of ['first', 'second record', 'x'.repeat(64)]) memory.write(text(s));
  assert.equal(reader.drain(collect, 100), 3);
  assert.deepEqual(seen, ['first', 'second record', 'x'.repeat(64)]);
  assert.equal(memory.consumed, memory.produced);
  assert.equal(reader.drain(collect, 100), 0);
});

test('a record that crosses the end of the data area is whole', () => {
  const { memory, reader, seen, collect } = setup(4096, 4096 - 24);
  memory.write(text('0123456789abcdefghijklmnopqrstuvwxyz'));
  assert.equal(reader.drain(collect, 1), 1);
  assert.deepEqual(seen, ['0123456789abcdefghijklmnopqrstuvwxyz']);
});

test('positions beyond 2^32 work', () => {
  const start = 2 ** 32 - 64;
  const { memory, reader, seen, collect } = setup(4096, start);
  for (let i = 0; i < 10; i++) memory.write(text(`record ${i}`));
  assert.equal(reader.drain(collect, 100), 10);
  assert.equal(seen.at(-1), 'record 9');
  assert.equal(memory.consumed, start + 10 * 16);
});

test('a record still being written stops the reader, a discarded one is passed over', () => {
  const { memory, reader, seen, collect } = setup();
  memory.write(text('gone'), DISCARDED);
  memory.write(text('ready'));
  const busy = memory.write(text('later'), BUSY);
  memory.write(text('last'));
  assert.equal(reader.drain(collect, 100), 1);
  assert.equal(memory.consumed, busy);
  memory.setHeader(busy, 5);
  assert.equal(reader.drain(collect, 100), 2);
  assert.deepEqual(seen, ['ready', 'later', 'last']);
});

test('the budget bounds one drain', () => {
  const { memory, reader, seen, collect } = setup();
  for (let i = 0; i < 5; i++) memory.write(text(String(i)));
  assert.equal(reader.drain(collect, 2), 2);
  assert.equal(reader.drain(collect, 2), 2);
  assert.equal(reader.drain(collect, 2), 1);
  assert.deepEqual(seen, ['0', '1', '2', '3', '4']);
});

for (const header of [0x3fffffff, 4096, 200]) {
  test(`a header that claims ${header} bytes is skipped, counted, and the ring goes on`, () => {
    const { memory, reader, seen, collect } = setup();
    memory.write(text('good'));
    memory.setHeader(memory.write(text('bad')), header);
    memory.write(text('unreachable'));
    assert.equal(reader.drain(collect, 100), 1);
    assert.deepEqual([reader.stats.corrupt, memory.consumed], [1, memory.produced]);
    memory.write(text('after'));
    assert.equal(reader.drain(collect, 100), 1);
    assert.deepEqual(seen, ['good', 'after']);
  });
}

test('a record whose callback throws is gone', () => {
  const { memory, reader, seen, collect } = setup();
  memory.write(text('poison'));
  memory.write(text('next'));
  assert.throws(() =>
    reader.drain(() => {
      throw new Error('poison');
    }, 1),
  );
  reader.drain(collect, 100);
  assert.deepEqual(seen, ['next']);
});
