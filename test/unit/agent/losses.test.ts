import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../../src/agent/log.ts';
import { LossLook } from '../../../src/agent/look.ts';
import { LossActions } from '../../../src/agent/losses/actions.ts';
import { blindRules } from '../../../src/agent/losses/blind.ts';
import { LossCounters } from '../../../src/agent/losses/counters.ts';
import { LOSS_RULE, lossNotice, type Report } from '../../../src/agent/losses/describe.ts';
import { LossLedger, MAX_INTERVALS } from '../../../src/agent/losses/ledger.ts';
import { type Loss, Tally } from '../../../src/agent/losses/tally.ts';
import { EngineTrouble } from '../../../src/agent/trouble.ts';
import type { Alert } from '../../../src/base/alert.ts';
import { DEFAULTS, loadConfig } from '../../../src/config/index.ts';
import type { SinkStats } from '../../../src/delivery/index.ts';
import type { EngineStats } from '../../../src/engine/messages.ts';
import { FORMAT } from './alert-format.ts';

const sink = (dropped: number, refused = 0): SinkStats => ({
  name: 'file',
  queued: 0,
  delivered: 0,
  dropped,
  refused,
  retries: 0,
  error: null,
});
const counts = (openat: number, execve = 0, sent = 10) => [
  { type: 'openat', sent: BigInt(sent), lost: BigInt(openat), dropped: 0n },
  { type: 'execve', sent: 10n, lost: BigInt(execve), dropped: 0n },
];
const programs = (missedRuns: number, program = 'open_syscall') => [
  { program, verifiedInsns: 1, missedRuns, jitedBytes: 1, runs: 0, runNs: 0 },
];
const engine = (corrupt: number, faults: number, overrun: number) => ({ corrupt, faults, overrun });
const tally = (...losses: Loss[]): Tally => {
  const all = new Tally();
  all.addAll(losses);
  return all;
};
const openat = (count: number): Loss => ({ cause: 'ring_full', name: 'openat', count });
const ofFile = (count: number): Loss => ({ cause: 'output', name: 'file', count });

test('each loss is counted once, by cause and name', () => {
  const counters = new LossCounters();
  const look = (lost: number, missed: number, dropped: number, of = engine(0, 0, 0)) =>
    counters
      .look({ counts: counts(lost), programs: programs(missed), sinks: [sink(dropped, 1)], engine: of })
      .lost.list();
  assert.deepEqual(look(5, 3, 2, engine(4, 1, 9)), [
    { cause: 'handover', name: '', count: 9 },
    openat(5),
    { cause: 'unreadable', name: '', count: 4 },
    { cause: 'skipped_run', name: 'open_syscall', count: 3 },
    ofFile(3),
    { cause: 'engine_fault', name: '', count: 1 },
  ]);
  assert.deepEqual(look(5, 3, 2, engine(4, 1, 9)), []);
  assert.deepEqual(look(7, 3, 2, engine(4, 1, 9)), [openat(2)]);
  assert.deepEqual(look(7, 3, 0, engine(4, 1, 9)), [ofFile(1)], 'an output that was opened anew');
});

test('what an output loses of the alert that tells of losses is not told', () => {
  const counters = new LossCounters();
  const look = (dropped: number) => counters.look({ sinks: [sink(dropped)] }).lost.list();
  assert.deepEqual(look(2), [ofFile(2)]);
  counters.forgive([sink(3)]);
  assert.deepEqual(look(3), []);
});

test('the ledger: one interval while it goes on, bounded, with totals of all', () => {
  const ledger = new LossLedger();
  ledger.add(tally(), 0, 1000);
  ledger.add(tally(openat(3)), 1000, 2000);
  ledger.add(tally(openat(4), ofFile(1)), 3000, 4000);
  ledger.add(tally(openat(1)), 20_000, 21_000);
  assert.deepEqual(ledger.intervals(), [
    { from_ms: 1000, to_ms: 4000, losses: [openat(7), ofFile(1)] },
    { from_ms: 20_000, to_ms: 21_000, losses: [openat(1)] },
  ]);
  for (let at = 1; at <= 500; at++) ledger.add(tally(openat(1)), at * 100_000, at * 100_000 + 1000);
  assert.equal(ledger.intervals().length, MAX_INTERVALS);
  assert.equal(ledger.intervals().at(-1)!.to_ms, 50_001_000);
  assert.deepEqual(ledger.totals(), [openat(508), ofFile(1)]);
  const long = new LossLedger();
  for (let second = 0; second < 1200; second++)
    long.add(tally(openat(1)), second * 1000, second * 1000 + 1000);
  assert.deepEqual(
    long.intervals().map(({ losses }) => losses[0]!.count),
    [600, 600],
  );
});

const WATCH = {
  names: ['files', 'programs', 'both'],
  byType: new Map([
    ['openat', [0, 2]],
    ['execve', [1, 2]],
  ]),
};
const blindRows: { name: string; lost: Loss[]; rules: string[]; processes: boolean }[] = [
  { name: 'by type', lost: [openat(1)], rules: ['files', 'both'], processes: false },
  {
    name: 'starts of programs',
    lost: [{ cause: 'ring_full', name: 'execve', count: 1 }],
    rules: ['programs', 'both'],
    processes: true,
  },
  {
    name: 'a type nobody asks about',
    lost: [{ cause: 'ring_full', name: 'kill', count: 1 }],
    rules: [],
    processes: false,
  },
  {
    name: 'the program of opens',
    lost: [{ cause: 'skipped_run', name: 'open_syscall', count: 1 }],
    rules: ['files', 'both'],
    processes: false,
  },
  {
    name: 'a program that stands in for any',
    lost: [{ cause: 'skipped_run', name: 'dispatch', count: 1 }],
    rules: ['files', 'programs', 'both'],
    processes: true,
  },
  {
    name: 'records nobody can read',
    lost: [{ cause: 'unreadable', name: '', count: 1 }],
    rules: ['files', 'programs', 'both'],
    processes: true,
  },
  { name: 'lost alerts blind no rule', lost: [ofFile(9)], rules: [], processes: false },
];
for (const { name, lost, rules, processes } of blindRows) {
  test(`blind: ${name}`, () =>
    assert.deepEqual(blindRules(WATCH, tally(...lost)), { rules, more: 0, processes }));
}

test('names of blind rules are bounded, the rest is counted', () => {
  const names = Array.from({ length: 1000 }, (_, at) => `rule ${at}`);
  const watch = { names, byType: new Map([['openat', [...names.keys()]]]) };
  const { rules, more } = blindRules(watch, tally(openat(1)));
  assert.deepEqual([rules.length, more, rules[0]], [20, 980, 'rule 0']);
});

const AT = Date.UTC(2026, 10, 22, 10, 0, 0);
const report = (...losses: Loss[]): Report => ({
  lost: tally(...losses),
  sent: 95,
  fromMs: AT,
  toMs: AT + 1000,
});

test('the alert names the interval, the causes and who was blind', () => {
  const lost = report(openat(4), { cause: 'ring_full', name: 'execve', count: 1 }, ofFile(2));
  const { output, fields, rule, priority } = lossNotice(lost, blindRules(WATCH, lost.lost));
  assert.deepEqual([rule, priority], [LOSS_RULE, 'Error']);
  assert.equal(
    output,
    'Falco internal: syscall event drop. 5 events lost and 2 alerts lost from 2026-11-22T10:00:00.000Z to ' +
      '2026-11-22T10:00:01.000Z: the kernel lost events, saker was blind to them: 4 openat, 1 execve; output file lost 2 alerts' +
      '; rules that were blind: "files", "programs", "both"; facts of processes may be out of date',
  );
  assert.deepEqual(fields, {
    n_drops: 5,
    n_evts: 100,
    'loss.from': '2026-11-22T10:00:00.000Z',
    'loss.to': '2026-11-22T10:00:01.000Z',
    'loss.alerts': 2,
    'loss.causes': ['ring_full:openat:4', 'output:file:2', 'ring_full:execve:1'],
    'loss.rules': ['files', 'programs', 'both'],
    'loss.rules_more': 0,
  });
});

type Drops = typeof DEFAULTS.syscall_event_drops;

/** Events lost a second, for each second; what was done, `log`, `alert N` events, `exit`, and at which second. */
function acted(over: Partial<Drops>, lostBySecond: readonly number[], sent = 0): string[] {
  const done: string[] = [];
  let second = 0;
  const actions = new LossActions(
    { ...DEFAULTS.syscall_event_drops, ...over },
    {
      log: (line) => done.push(`${second} log ${line.replace(/^.*: /, '')}`),
      alert: ({ lost }) => done.push(`${second} alert ${lost.events}`),
      exit: () => done.push(`${second} exit`),
    },
  );
  for (const lost of lostBySecond) {
    const one = { lost: tally(openat(lost)), sent, fromMs: second * 1000, toMs: second * 1000 + 1000 };
    actions.take(one, second * 1000);
    second++;
  }
  actions.flush();
  return done;
}

const actionRows: { name: string; over: Partial<Drops>; lost: number[]; sent?: number; want: string[] }[] = [
  { name: 'nothing lost', over: {}, lost: [0, 0], want: [] },
  { name: 'at once', over: {}, lost: [0, 5], want: ['1 log 5 openat', '1 alert 5'] },
  { name: 'ignore', over: { actions: ['ignore'] }, lost: [5], want: [] },
  { name: 'no action', over: { actions: [] }, lost: [5], want: [] },
  { name: 'log only', over: { actions: ['log'] }, lost: [5], want: ['0 log 5 openat'] },
  {
    name: 'exit comes last',
    over: { actions: ['exit', 'alert'] },
    lost: [5],
    want: ['0 alert 5', '0 exit'],
  },
  {
    name: 'by rate, with what was lost meanwhile',
    over: { rate: 0.5, actions: ['alert'] },
    lost: [1, 10, 100, 1000, 0, 0],
    want: ['0 alert 1', '2 alert 110', '4 alert 1000'],
  },
  {
    name: 'several at once',
    over: { max_burst: 2, rate: 0, actions: ['alert'] },
    lost: [1, 2, 3, 4],
    want: ['0 alert 1', '1 alert 2', '4 alert 7'],
  },
  {
    name: 'a threshold, which must be passed',
    over: { threshold: 0.1, actions: ['alert'], max_burst: 9 },
    lost: [10, 11],
    sent: 90,
    want: ['1 alert 11'],
  },
];
for (const { name, over, lost, sent, want } of actionRows)
  test(`actions: ${name}`, () => assert.deepEqual(acted(over, lost, sent), want));

test('a lost alert counts below any threshold of events', () => {
  let told = 0;
  const settings = { ...DEFAULTS.syscall_event_drops, threshold: 1 };
  const actions = new LossActions(settings, { log: () => told++, alert: () => {}, exit: () => {} });
  actions.take({ lost: tally(ofFile(1)), sent: 1e6, fromMs: 0, toMs: 1 }, 0);
  assert.equal(told, 1);
});

/** The whole look over readings that a test changes. */
function lookOver(over: Partial<Drops>) {
  const alerts: Alert[] = [];
  const lines: string[] = [];
  const now = { lost: 0, dropped: 0, exits: 0, written: 0, looks: 0, counted: 0 };
  const settings = {
    config: { syscall_event_drops: { ...DEFAULTS.syscall_event_drops, ...over } },
    rules: { format: FORMAT },
  };
  const look = new LossLook(
    {
      log: createLog((line) => lines.push(line), 'Debug', true),
      probes: {
        counts: () => {
          now.counted++;
          return counts(now.lost);
        },
        facts: () => programs(0),
      },
      engine: { stats: () => Promise.reject(new Error('busy')) },
      delivery: {
        // As a full queue.
        write: (alert) => {
          alerts.push(alert);
          if (now.dropped > 0) now.dropped++;
        },
        stats: () => [sink(now.dropped)],
      },
      backlog: () => {
        now.looks++;
        return { behindMs: 0, oldestNs: null, written: now.written, read: now.written, sizeBytes: 8 << 20 };
      },
      exit: () => now.exits++,
    },
    settings,
    { watch: WATCH },
  );
  return { look, now, alerts, lines, settings };
}

test('a loss becomes a line in the log, an alert of source internal and an interval', () => {
  const { look, now, alerts, lines } = lookOver({});
  look.look('counts', 'programs', 'sinks');
  assert.equal(alerts.length, 0);
  now.lost = 5;
  look.look('counts', 'programs', 'sinks');
  const [alert, ...more] = alerts;
  assert.equal(more.length, 0);
  const json = JSON.parse(alert!.json);
  assert.deepEqual(
    [json.source, json.rule, json.priority, json.output_fields.n_drops, json.output_fields['loss.rules']],
    ['internal', LOSS_RULE, 'Error', 5, ['files', 'both']],
  );
  assert.deepEqual(lines, ['<4>the kernel lost events, saker was blind to them: 5 openat\n']);
  const { totals, intervals } = look.status().losses;
  assert.deepEqual([totals, intervals.length, intervals[0]!.losses], [[openat(5)], 1, [openat(5)]]);
});

test('an output that loses the alerts of its own losses does not keep them coming', () => {
  const { look, now, alerts } = lookOver({ rate: 1000, max_burst: 1000 });
  now.dropped = 3;
  for (let at = 0; at < 5; at++) look.look('counts', 'programs', 'sinks');
  assert.equal(alerts.length, 1);
});

test('the last look tells what its rate held back', () => {
  const { look, now, alerts } = lookOver({ rate: 0 });
  for (const lost of [1, 3, 6]) {
    now.lost = lost;
    look.look('counts', 'programs', 'sinks');
  }
  assert.equal(alerts.length, 1);
  now.lost = 10;
  look.close(null);
  assert.deepEqual(
    alerts.map(({ fields }) => fields.n_drops),
    [1, 9],
  );
});

test('what the engine counted last, and what outputs could not hand over at the end, is told', () => {
  const { look, now, alerts, lines } = lookOver({});
  look.close(engine(0, 0, 7) as unknown as EngineStats);
  assert.equal(alerts[0]!.fields['loss.alerts'], 7);
  lines.length = 0;
  now.dropped = 4;
  look.outputsClosed();
  assert.deepEqual(lines, ['<4>output file lost 4 alerts\n']);
});

test('new rules are those that are blind from then on', () => {
  const { look, now, alerts, settings } = lookOver({});
  look.follow(settings, { watch: { names: ['new'], byType: new Map([['openat', [0]]]) } });
  now.lost = 1;
  look.look('counts', 'programs', 'sinks');
  assert.deepEqual(alerts[0]!.fields['loss.rules'], ['new']);
});

test('simulate_drops', () => {
  const { look, now, alerts } = lookOver({ simulate_drops: true, actions: ['alert', 'exit'] });
  look.look('counts', 'programs', 'sinks');
  assert.equal(alerts[0]!.fields.n_drops, 1);
  assert.equal(now.exits, 1);
});

const configs: { yaml: string; valid: boolean }[] = [
  {
    yaml: 'syscall_event_drops: {threshold: .1, actions: [log, alert], rate: .03333, max_burst: 1}',
    valid: true,
  },
  { yaml: 'syscall_event_drops: {actions: [exit], simulate_drops: true}', valid: true },
  { yaml: 'syscall_event_drops: {actions: [ignore]}', valid: true },
  { yaml: 'syscall_event_drops: {actions: [ignore, log]}', valid: false },
  { yaml: 'syscall_event_drops: {actions: [shout]}', valid: false },
  { yaml: 'syscall_event_drops: {threshold: 1.5}', valid: false },
  { yaml: 'syscall_event_drops: {rate: fast}', valid: false },
];
for (const { yaml, valid } of configs) {
  test(`${yaml} is ${valid ? 'valid' : 'refused'}`, () => {
    const { config } = loadConfig({ file: 'c', strict: true, files: { read: () => yaml, list: () => [] } });
    assert.equal(config !== null, valid);
  });
}

test('what the engine had trouble with is said once, with the last failure', () => {
  const lines: string[] = [];
  const trouble = new EngineTrouble(createLog((line) => lines.push(line), 'Debug', true));
  const held = { held: 9, completed: 8, expired: 0, crowded: 0, waiting: 1 };
  trouble.look({ held, faults: 0, lastFault: '', full: 0 });
  assert.deepEqual(lines, []);
  for (let at = 0; at < 2; at++)
    trouble.look({
      ...{ held: { ...held, expired: 1, crowded: 2 }, full: 4 },
      ...{ faults: 1, lastFault: 'TypeError: x\n at y' },
    });
  assert.deepEqual(lines, [
    '<4>3 events were judged before the facts of their container were there, see saker status\n',
    '<4>4 processes were not kept in mind, the table is full: raise falco_libs.thread_table_size\n',
    '<3>the engine failed on 1 events, please report it: TypeError: x\\n at y\n',
  ]);
});

const RATES: readonly { name: string; bytesPerS: number; looks: number; counted: number }[] = [
  // The first look comes after a second.
  { name: 'rests', bytesPerS: 0, looks: 12, counted: 0 },
  { name: 'sees a few events a second', bytesPerS: 2000, looks: 12, counted: 0 },
  { name: 'has work', bytesPerS: 1 << 20, looks: 60, counted: 0 },
  { name: 'is flooded: the kernel is asked each time', bytesPerS: 6 << 20, looks: 60, counted: 60 },
];
for (const { name, bytesPerS, looks, counted } of RATES)
  test(`looks in a minute while the agent ${name}`, (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
    const { look, now } = lookOver({});
    look.start();
    const begun = now.looks;
    for (let s = 0; s < 60; s++) {
      now.written += bytesPerS;
      t.mock.timers.tick(1000);
    }
    assert.deepEqual([now.looks - begun, now.counted], [looks, counted]);
    look.close(null);
  });
