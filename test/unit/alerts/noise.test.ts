import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildAlert,
  type Finding,
  type Match,
  NO_LIMITS,
  NoiseControl,
  type NoiseLimits,
} from '../../../src/alerts/index.ts';
import { MAX_WINDOWS } from '../../../src/alerts/repeats.ts';
import { PRIORITIES } from '../../../src/base/alert.ts';
import { FORMAT } from '../agent/alert-format.ts';

interface What {
  rule?: string;
  key?: string;
  group?: string;
  severity?: number;
  exempt?: boolean;
}

/** Noise control with a clock in the test's hand, and everything it sends. */
function setUp(limits: Partial<NoiseLimits>) {
  const sent: Match[] = [];
  let words = 0;
  const noise = new NoiseControl(
    (match) => void sent.push(match),
    (ns) => ns + 1_000_000_000_000n,
  );
  noise.configure({ ...NO_LIMITS, ...limits });
  const find = (nowMs: number, what: What = {}): void => {
    const { rule = 'r', key = 'k', group = 'g', severity = 4, exempt = false } = what;
    const finding: Finding = {
      rule,
      severity,
      exempt,
      atNs: nowMs * 1e6,
      key: () => key,
      group: () => group,
      match: () => {
        words++;
        return {
          rule,
          priority: PRIORITIES[severity]!,
          priorityNumber: severity,
          source: 'syscall',
          tags: ['t'],
          timeNs: BigInt(nowMs) * 1_000_000n,
          output: key,
          rawOutput: key,
          fields: { 'proc.name': key },
        };
      },
    };
    noise.take(finding, nowMs);
  };
  return {
    noise,
    find,
    words: () => words,
    taken: () => sent.splice(0),
    lines: () => sent.splice(0).map(({ rule, output }) => `${rule}: ${output}`),
  };
}

const count = <T>(items: readonly T[], is: (item: T) => boolean): number => items.filter(is).length;

test('without limits every finding is an alert', () => {
  const { find, lines, noise } = setUp({});
  for (let at = 0; at < 500; at++) find(0);
  assert.equal(lines().length, 500);
  assert.deepEqual(noise.suppressed(), new Map());
  assert.equal(noise.dueMs(0), Number.POSITIVE_INFINITY);
});

test('the first goes out at once, repeats are told when the window ends, in the same shape', () => {
  const { find, taken, noise, words } = setUp({ dedup: true });
  for (let at = 0; at <= 412; at++) find(at * 100);
  assert.equal(taken().length, 1);
  assert.equal(words(), 1, 'a repeat is not put into words');
  assert.equal(noise.dueMs(41_200), 18_800);
  noise.turn(59_999);
  assert.equal(taken().length, 0);
  noise.turn(60_000);
  assert.deepEqual(taken(), [
    {
      rule: 'r',
      priority: 'Warning',
      priorityNumber: 4,
      source: 'syscall',
      tags: ['t'],
      // The last repeat's time.
      timeNs: 41_200_000_000n + 1_000_000_000_000n,
      output: 'k (repeated 412 times in 60 s)',
      rawOutput: 'k (repeated 412 times in 60 s)',
      fields: { 'proc.name': 'k', 'alert.repeated': 412, 'alert.window_s': 60 },
    },
  ]);
  assert.deepEqual(noise.suppressed(), new Map([['r', { dedup: 412, rate: 0, budget: 0 }]]));
});

test('what goes on is one alert a window; after a silent one the next goes out at once', () => {
  const { find, lines, noise } = setUp({ dedup: true });
  for (let second = 0; second < 150; second++) {
    noise.turn(second * 1000);
    find(second * 1000);
  }
  noise.turn(180_000);
  assert.deepEqual(lines(), [
    'r: k',
    'r: k (repeated 59 times in 60 s)',
    'r: k (repeated 60 times in 60 s)',
    'r: k (repeated 30 times in 60 s)',
  ]);
  noise.turn(240_000);
  find(240_001);
  assert.deepEqual(lines(), ['r: k']);
});

test('a window that nobody looked at is over all the same', () => {
  const { find, lines } = setUp({ dedup: true });
  find(0);
  find(60_000);
  find(60_001);
  find(200_000);
  assert.deepEqual(lines(), ['r: k', 'r: k', 'r: k (repeated once in 140 s)']);
});

test('other rules and other keys are no repeats', () => {
  const { find, lines } = setUp({ dedup: true });
  find(0);
  find(0, { rule: 'q' });
  find(0, { key: 'l' });
  find(0, { key: ' k', rule: 'r' });
  assert.equal(lines().length, 4);
});

test('a flood of different keys is held at the rule’s rate, and told once a window with an example', () => {
  const { find, taken, noise, words } = setUp({ dedup: true, perRule: 10 });
  for (let at = 0; at < 5000; at++) find(at, { key: `k${at}` });
  const alerts = taken();
  assert.equal(alerts.length, 10);
  assert.equal(words(), 11);
  noise.turn(61_000);
  const [told, ...more] = taken();
  assert.equal(more.length, 0);
  assert.equal(told!.output, "k10 (one of 4990 of this rule held back in 61 s: 4990 by the rule's rate)");
  assert.deepEqual(told!.fields, {
    'proc.name': 'k10',
    'alert.held_back': 4990,
    'alert.held_back_rate': 4990,
    'alert.held_back_budget': 0,
    'alert.window_s': 61,
  });
  assert.deepEqual(noise.suppressed(), new Map([['r', { dedup: 0, rate: 4990, budget: 0 }]]));
});

test('a group’s flood leaves the rule’s other groups their alerts', () => {
  const { find, lines } = setUp({ perRule: 100, perGroup: 5 });
  for (let at = 0; at < 1000; at++) find(0, { group: 'flood' });
  for (let at = 0; at < 5; at++) find(0, { group: 'other', key: 'seen' });
  const all = lines();
  assert.equal(all.length, 10);
  assert.equal(
    count(all, (line) => line.includes('seen')),
    5,
  );
});

test('somebody else speaks although a flood used up the rule’s rate; but not any number of them', () => {
  const { find, lines } = setUp({ perRule: 5 });
  for (let at = 0; at < 100; at++) find(0, { group: 'flood' });
  lines();
  find(1, { group: 'host', key: 'seen' });
  assert.deepEqual(lines(), ['r: seen']);
  for (let at = 0; at < 1000; at++) find(2, { group: `made up ${at}` });
  const fresh = lines().length;
  assert.ok(fresh > 0 && fresh <= 20, `${fresh}`);
});

test('a flood of one rule hides no other rule: each speaks at least once a window', () => {
  const { find, lines, noise } = setUp({ dedup: true, budget: 20 });
  for (let at = 0; at < 10_000; at++) find(at, { rule: 'flood', key: `k${at}`, severity: 0 });
  for (const rule of ['a', 'b', 'c']) find(10_000, { rule, severity: 7 });
  const first = lines();
  assert.deepEqual(first.slice(-3), ['a: k', 'b: k', 'c: k']);
  for (let at = 10_001; at < 60_000; at++) find(at, { rule: 'flood', key: `k${at}`, severity: 0 });
  noise.turn(70_001);
  for (const rule of ['a', 'b', 'c']) find(70_001, { rule, severity: 7 });
  assert.deepEqual(
    lines().filter((line) => !line.startsWith('flood')),
    ['a: k', 'b: k', 'c: k'],
  );
});

test('severe alerts have the last part of the budget for themselves', () => {
  const rows = [
    { severity: 7, want: 50 },
    { severity: 5, want: 50 },
    { severity: 4, want: 75 },
    { severity: 3, want: 75 },
    { severity: 2, want: 100 },
    { severity: 0, want: 100 },
  ];
  for (const { severity, want } of rows) {
    const { find, taken } = setUp({ budget: 100 });
    for (let at = 0; at < 300; at++) find(0, { severity });
    assert.equal(taken().length, want, `${severity}`);
  }
  const { find, taken, noise } = setUp({ budget: 100 });
  for (let at = 0; at < 300; at++) find(0, { rule: 'chatter', severity: 6 });
  for (let at = 0; at < 300; at++) find(0, { rule: 'severe', severity: 1 });
  const alerts = taken();
  assert.equal(
    count(alerts, ({ rule }) => rule === 'severe'),
    50,
  );
  assert.deepEqual(noise.suppressed().get('chatter'), { dedup: 0, rate: 0, budget: 250 });
});

test('every finding is an alert or counted, whatever the flood: the books balance', () => {
  const { find, taken, noise } = setUp({ dedup: true, perRule: 30, perGroup: 9, budget: 40 });
  let random = 1;
  const pick = (limit: number): number => {
    random = (random * 48271) % 2147483647;
    return random % limit;
  };
  const found = new Map<string, number>();
  for (let at = 0; at < 20_000; at++) {
    const rule = `rule ${pick(5)}`;
    found.set(rule, (found.get(rule) ?? 0) + 1);
    find(at * 17, { rule, key: `${pick(50)}`, group: `${pick(12)}`, severity: pick(8) });
    if (at % 100 === 0) noise.turn(at * 17);
  }
  noise.flush(400_000);
  const alerts = taken();
  for (const [rule, all] of found) {
    const own = alerts.filter((alert) => alert.rule === rule);
    const plain = count(own, ({ fields }) => !('alert.repeated' in fields) && !('alert.held_back' in fields));
    const sum = (name: string): number =>
      own.reduce((total, { fields }) => total + ((fields[name] as number | undefined) ?? 0), 0);
    const { dedup, rate, budget } = noise.suppressed().get(rule)!;
    assert.equal(plain + dedup + rate + budget, all, `${rule}: counted`);
    assert.equal(sum('alert.repeated'), dedup, `${rule}: told repeats`);
    assert.equal(sum('alert.held_back_rate'), rate, `${rule}: told rate`);
    assert.equal(sum('alert.held_back_budget'), budget, `${rule}: told budget`);
  }
});

test('windows are bounded: the oldest ends early, is told, and its next repeat speaks again', () => {
  const { find, lines, noise } = setUp({ dedup: true });
  find(0);
  find(1);
  for (let at = 0; at < MAX_WINDOWS; at++) find(2, { rule: 'q', key: `k${at}` });
  assert.equal(
    count(lines(), (line) => line === 'r: k (repeated once in 1 s)'),
    1,
  );
  find(3);
  assert.deepEqual(lines(), ['r: k']);
  noise.flush(4);
  assert.deepEqual(lines(), [], 'windows without repeats end silently');
});

test('an exempt rule passes uncounted, also in the middle of a flood', () => {
  const { find, lines } = setUp({ dedup: true, perRule: 1, budget: 1 });
  for (let at = 0; at < 10; at++) find(0, { exempt: true });
  assert.equal(lines().length, 10);
});

test('new limits hold from now on; counts and open windows stay', () => {
  const { find, lines, noise } = setUp({ dedup: true });
  find(0);
  find(1);
  noise.configure(NO_LIMITS);
  find(2);
  noise.turn(60_000);
  assert.deepEqual(lines(), ['r: k', 'r: k', 'r: k (repeated once in 60 s)']);
  assert.deepEqual(noise.suppressed(), new Map([['r', { dedup: 1, rate: 0, budget: 0 }]]));
});

test('what makes an alert a summary stays, however long its output is', () => {
  const { find, noise, taken } = setUp({ dedup: true });
  const key = 'x'.repeat(1 << 20);
  for (const ms of [0, 1, 2]) find(ms, { key });
  noise.flush(1000);
  const told = buildAlert(taken()[1]!, FORMAT);
  assert.match(told.text, /x… \(repeated 2 times in 1 s\)$/);
  assert.match(JSON.parse(told.json).output, /x… \(repeated 2 times in 1 s\)$/);
});
