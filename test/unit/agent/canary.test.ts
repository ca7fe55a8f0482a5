import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { createCanary } from '../../../src/agent/canary.ts';

const PATIENCE = 100;
const SIZE = 1000;

/** A canary over a ring whose positions the test moves; what it said, in order. */
function setup() {
  const ring = { written: 0, read: 0 };
  const said: string[] = [];
  let settle = (): void => {};
  const canary = createCanary({
    flags: 0,
    patienceMs: PATIENCE,
    backlog: () => ({ ...ring, oldestNs: null, sizeBytes: SIZE, behindMs: 0 }),
    settle: () =>
      new Promise<void>((resolve) => {
        settle = resolve;
      }),
    onHeard: () => void said.push('heard'),
    onBusy: () => void said.push('busy'),
    onSilence: () => void said.push('silence'),
    open: () => {
      said.push('sung');
      ring.written += 10;
    },
  });
  const pass = async (): Promise<void> => {
    mock.timers.tick(PATIENCE);
    settle();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { ring, said, canary, pass };
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

test('one that comes back in time is heard, and nothing else is said', async () => {
  const { said, canary, pass } = setup();
  canary.sing();
  canary.heard();
  await pass();
  assert.deepEqual(said, ['sung', 'heard']);
});

test('while the engine works its way to it, it is busy, however long; a second one is not sent', async () => {
  const { ring, said, canary, pass } = setup();
  ring.written = 500;
  canary.sing();
  for (ring.read = 100; ring.read < 500; ring.read += 100) await pass();
  canary.sing();
  canary.heard();
  assert.deepEqual(said, ['sung', 'busy', 'busy', 'busy', 'busy', 'heard']);
});

test('an engine that stands still before it is silent', async () => {
  const { ring, said, canary, pass } = setup();
  ring.written = 500;
  canary.sing();
  ring.read = 100;
  await pass();
  await pass();
  assert.deepEqual(said, ['sung', 'busy', 'silence']);
});

test('one whose place the engine has passed without it is silence: nobody reports', async () => {
  const { ring, said, canary, pass } = setup();
  canary.sing();
  ring.read = ring.written;
  await pass();
  assert.deepEqual(
    said,
    ['sung', 'silence', 'sung'],
    'one skipped run is no blindness: the next one is sent at once',
  );
  ring.read = ring.written;
  await pass();
  assert.deepEqual(said, ['sung', 'silence', 'sung', 'silence', 'sung']);
  canary.heard();
  await pass();
  assert.equal(said.at(-1), 'heard');
});

test('one for which there was no place is no silence: the next one is sent at once', async () => {
  const { ring, said, canary, pass } = setup();
  ring.written = SIZE - 50;
  canary.sing();
  ring.read = ring.written;
  await pass();
  assert.deepEqual(said, ['sung', 'busy', 'sung']);
  ring.read = ring.written;
  await pass();
  assert.deepEqual(said, ['sung', 'busy', 'sung', 'silence', 'sung'], 'the ring was empty then');
});

test('one that the engine has taken, but not handed over yet, is not lost', async () => {
  const { ring, said, canary } = setup();
  canary.sing();
  ring.read = ring.written;
  mock.timers.tick(PATIENCE);
  canary.heard();
  assert.deepEqual(said, ['sung', 'heard']);
});

test('an engine that does not answer is silent', async () => {
  const { ring, said, canary } = setup();
  canary.sing();
  ring.read = ring.written;
  mock.timers.tick(PATIENCE);
  mock.timers.tick(PATIENCE);
  assert.deepEqual(said, ['sung', 'silence']);
});

test('after the end nothing is said', async () => {
  const { ring, said, canary, pass } = setup();
  canary.sing();
  canary.stop();
  ring.read = ring.written;
  await pass();
  assert.deepEqual(said, ['sung']);
});
