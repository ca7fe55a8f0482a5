import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Clocks, createClock, systemClocks } from '../../../src/host/index.ts';

const proc = mkdtempSync(join(tmpdir(), 'saker-clock-'));
after(() => rmSync(proc, { recursive: true }));
const SECOND = 1_000_000_000n;

test('boot time becomes wall time by their difference', () => {
  const clock = createClock({ bootNs: () => 5n * SECOND, wallNs: () => 1_700_000_000n * SECOND });
  assert.equal(clock.wallNs(6n * SECOND), 1_700_000_001n * SECOND);
});

test('a pause between two reads does not move the time', () => {
  // Each measurement reads boot, wall, boot; the second of five is undisturbed.
  const pauses = [0n, SECOND, 0n, 0n, 0n, 0n, 0n, SECOND];
  let boot = 0n;
  let reads = 0;
  const clocks: Clocks = {
    bootNs: () => {
      boot += pauses[reads++] ?? SECOND;
      return boot;
    },
    wallNs: () => boot + 100n * SECOND,
  };
  assert.equal(createClock(clocks).wallNs(0n), 100n * SECOND);
});

test('a set clock is followed and told once', () => {
  let wall = 1000n * SECOND;
  const clock = createClock({ bootNs: () => 0n, wallNs: () => wall });
  assert.equal(clock.refresh(), false);
  wall -= 3600n * SECOND;
  assert.equal(clock.refresh(), true);
  assert.equal(clock.wallNs(0n), wall);
  assert.equal(clock.refresh(), false);
});

const sleeps: [name: string, uptime: string, monotonicNs: bigint, bootNs: bigint][] = [
  ['never slept: no rounding enters', '100.12 5.00\n', 100_129_876_543n, 100_129_876_543n],
  ['slept 50 s', '150.12 5.00\n', 100_120_000_000n, 150_120_000_000n],
  ['no /proc/uptime', '', 100_120_000_000n, 100_120_000_000n],
  ['nonsense in it', 'x.y z\n', 7n, 7n],
];
for (const [name, uptime, monotonicNs, bootNs] of sleeps) {
  test(`boot time: ${name}`, () => {
    writeFileSync(join(proc, 'uptime'), uptime);
    assert.equal(systemClocks(proc, () => monotonicNs).bootNs(), bootNs);
  });
}

test('sleeping once more is noticed, and the estimate only grows', () => {
  let monotonic = 10n * SECOND;
  const { bootNs } = systemClocks(proc, () => monotonic);
  const at = (uptime: string): bigint => {
    writeFileSync(join(proc, 'uptime'), `${uptime} 0.00\n`);
    return bootNs() - monotonic;
  };
  assert.equal(at('10.00'), 0n);
  assert.equal(at('99.00'), 0n, 'one reading serves some ms');
  monotonic += 10_000_000n;
  assert.equal(at('15.04'), 5_030_000_000n);
  monotonic += 9_000_000n;
  assert.equal(at('15.04'), 5_030_000_000n);
  monotonic += 10_000_000n;
  assert.equal(at('20.00'), 9_971_000_000n);
});
