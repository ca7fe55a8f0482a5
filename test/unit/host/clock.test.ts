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

test('a sleep is noticed by the wall clock, and the estimate only grows', () => {
  let monotonic = 10n * SECOND;
  let wall = 1000n * SECOND;
  const clocks = systemClocks(
    proc,
    () => monotonic,
    () => wall,
  );
  const at = (uptime: string, passedMs: number, sleptMs = 0): bigint => {
    monotonic += BigInt(passedMs) * 1_000_000n;
    wall += BigInt(passedMs + sleptMs) * 1_000_000n;
    writeFileSync(join(proc, 'uptime'), `${uptime} 0.00\n`);
    return clocks.bootNs() - monotonic;
  };
  assert.equal(at('10.00', 0), 0n);
  assert.equal(at('99.00', 10), 0n, 'it did not sleep: nothing is read');
  assert.equal(at('15.05', 10, 5030), 5_030_000_000n);
  assert.equal(at('99.00', 4), 5_030_000_000n, 'one reading serves some ms');
  assert.equal(at('15.06', 5), 5_031_000_000n);
  assert.equal(at('15.06', 9), 5_031_000_000n);
});

test('a sleep that a set wall clock hides is noticed within a minute', () => {
  let monotonic = 10n * SECOND;
  const { bootNs } = systemClocks(
    proc,
    () => monotonic,
    () => 1000n * SECOND + monotonic,
  );
  writeFileSync(join(proc, 'uptime'), '10.00 0.00\n');
  assert.equal(bootNs(), monotonic);
  writeFileSync(join(proc, 'uptime'), '140.00 0.00\n');
  monotonic += 59n * SECOND;
  assert.equal(bootNs(), monotonic);
  monotonic += SECOND;
  assert.equal(bootNs(), 140n * SECOND);
});
