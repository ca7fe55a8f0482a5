import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Loss } from '../../../src/agent/losses/tally.ts';
import { GAP_RULE, type Gap, gapBetween, gapNotice } from '../../../src/agent/self/gap.ts';
import {
  changesBetween,
  FILES_RULE,
  filesNotice,
  programPaths,
  takeSnapshot,
} from '../../../src/agent/self/protected.ts';
import { type RunRecord, readRecord, writeRecord } from '../../../src/agent/self/record.ts';
import { describeStop, STOP_RULE } from '../../../src/agent/self/stop.ts';
import { TAMPER_RULE } from '../../../src/agent/self/tamper.ts';
import { SelfWatch, stateDirectory } from '../../../src/agent/self/watch.ts';
import type { InternalMatch } from '../../../src/engine/internal-alert.ts';
import { internalAlert } from '../../../src/engine/internal-alert.ts';
import type { ProcessFacts } from '../../../src/host/index.ts';
import { FORMAT } from './alert-format.ts';

const work = mkdtempSync(join(tmpdir(), 'saker-self-'));
after(() => rmSync(work, { recursive: true }));
let made = 0;
function folder(): string {
  const path = join(work, `${made++}`);
  mkdirSync(path);
  return path;
}

const RECORD: RunRecord = {
  format: 1,
  bootId: 'b',
  seen: { wall: 1_700_000_000_000, boot: 50_000 },
  end: null,
  starts: 2,
  unobservedMs: 1500,
  losses: [{ cause: 'ring_full', name: 'openat', count: 7 }],
  files: {},
};
const NOW = { wall: RECORD.seen.wall + 60_000, boot: RECORD.seen.boot + 40_000 };

test('the time in which nobody watched', () => {
  const end = { at: { wall: RECORD.seen.wall + 5000, boot: RECORD.seen.boot + 5000 }, reason: 'SIGTERM' };
  const killed = { wall: RECORD.seen.wall + 10_000, how: 'signal killed KILL' };
  const table: [string, Gap, Partial<Gap>][] = [
    [
      'an end that was announced; the wall clock was set forward meanwhile',
      gapBetween({ ...RECORD, end }, killed, NOW, 'b'),
      { fromMs: end.at.wall, lengthMs: 35_000, reason: 'SIGTERM', announced: true, rebooted: false },
    ],
    [
      'killed: the service manager knows when',
      gapBetween(RECORD, killed, NOW, 'b'),
      { fromMs: killed.wall, lengthMs: 30_000, reason: 'ended by: signal killed KILL', announced: false },
    ],
    [
      'a power cut: since the last sign of life, by the wall clock',
      gapBetween(RECORD, null, { wall: NOW.wall, boot: 9000 }, 'c'),
      { fromMs: RECORD.seen.wall, lengthMs: 60_000, reason: 'no word of its end', rebooted: true },
    ],
    [
      'a manager whose clock is wrong does not make it negative',
      gapBetween(RECORD, { wall: NOW.wall + 1e9, how: 'x' }, NOW, 'b'),
      { lengthMs: 0 },
    ],
    [
      'nor does a machine that wakes up in the past',
      gapBetween(RECORD, null, { wall: 5, boot: 5 }, 'c'),
      { lengthMs: 0 },
    ],
  ];
  for (const [name, gap, want] of table)
    assert.deepEqual({ ...gap, ...want }, gap, `${name}: ${JSON.stringify(gap)}`);
});

test('the alert of it: by how the run ended, on one line whatever the reason holds', () => {
  const gap = gapBetween(RECORD, { wall: RECORD.seen.wall, how: 'x\n<0>forged' }, NOW, 'b');
  const alert = internalAlert(gapNotice(gap), FORMAT);
  assert.equal(alert.rule, GAP_RULE);
  assert.equal(alert.priority, 'Critical');
  assert.match(alert.output, /from 2023-11-14T22:13:20\.000Z to .*, 40000 ms: ended by: x\\n<0>forged$/);
  assert.equal(gapNotice({ ...gap, announced: true }).priority, 'Notice');
});

test('a record comes back as it was written; what is none is none', () => {
  const at = folder();
  assert.equal(readRecord(at), null);
  writeRecord(at, RECORD, true);
  assert.deepEqual(readRecord(at), RECORD);
  for (const bad of [
    '',
    '{',
    '[]',
    'null',
    JSON.stringify({ ...RECORD, format: 2 }),
    JSON.stringify({ ...RECORD, seen: { wall: 1e300, boot: 0 } }),
    JSON.stringify({ ...RECORD, losses: [{ cause: 'ring_full', name: 'x', count: -1 }] }),
    JSON.stringify({ ...RECORD, end: { at: 5, reason: 'x' } }),
    JSON.stringify({ ...RECORD, files: { '/x': 5 } }),
    ' '.repeat(2 << 20),
  ]) {
    writeFileSync(join(at, 'run.json'), bad);
    assert.equal(readRecord(at), null, bad.slice(0, 100));
  }
});

function processFacts(
  pid: number,
  comm: string,
  args: string[],
  more: Partial<ProcessFacts> = {},
): ProcessFacts {
  return {
    ...{
      pid,
      comm,
      args,
      startTicks: 0,
      ppid: 7,
      pgid: 0,
      sid: 0,
      tty: 0,
      uid: 0,
      gid: 0,
      vpid: pid,
      vpgid: 0,
    },
    ...{ mntNs: 0, pidNs: 0, userNs: 0, loginuid: 0xffffffff, exe: null, cwd: null },
    ...more,
  };
}

test('who ends the agent', () => {
  const all = [
    processFacts(1, 'systemd', ['/sbin/init']),
    processFacts(9, 'bash', ['bash', '-c', 'kill 5\n\x1b[31m'], { loginuid: 1000 }),
    processFacts(20, 'systemctl', ['systemctl', 'stop', 'other']),
    processFacts(21, 'systemctl', ['systemctl', 'stop', 'saker.service'], { ppid: 9, loginuid: 1000 }),
  ];
  const proc = {
    pids: () => all.map(({ pid }) => pid),
    process: (pid: number) => all.find((one) => one.pid === pid) ?? null,
  };
  assert.equal(describeStop('SIGINT', -2, proc), 'SIGINT');
  assert.equal(describeStop('SIGTERM', 0, proc), 'SIGTERM from the kernel, or from outside');
  assert.equal(describeStop('SIGTERM', 8, proc), 'SIGTERM from process 8');
  assert.equal(
    describeStop('SIGTERM', 9, proc),
    'SIGTERM from process 9 (bash -c kill 5\\n\\x1b[31m; uid 0, login uid 1000, child of 7)',
  );
  assert.equal(
    describeStop('SIGTERM', 1, proc),
    'SIGTERM from process 1 (/sbin/init; uid 0, child of 7), asked by ' +
      'process 21 (systemctl stop saker.service; uid 0, login uid 1000, child of 9)',
  );
});

test('own files: added, changed (also back to what it was), removed, replaced; not what only lies beside them', () => {
  const root = folder();
  const unit = join(root, 'usr/lib/systemd/system/saker.service');
  const dropIn = join(root, 'etc/systemd/system/saker.service.d');
  for (const path of [dropIn, join(unit, '..'), join(root, 'usr/lib/saker'), join(root, 'rules')])
    mkdirSync(path, { recursive: true });
  symlinkSync('usr/lib', join(root, 'lib'));
  const [library, rule] = [join(root, 'usr/lib/saker/libsaker.so'), join(root, 'rules/a.yaml')];
  for (const path of [unit, library, rule]) writeFileSync(path, 'one');
  const look = () => takeSnapshot([...programPaths(join(root, 'saker'), root), join(root, 'rules')]);
  const first = look();
  assert.deepEqual(
    [...first.keys()].sort(),
    [rule, library, unit].sort(),
    'each once, though /lib is /usr/lib',
  );
  assert.deepEqual(changesBetween(first, look()), []);
  writeFileSync(join(root, 'rules/a.yaml~'), 'a backup');
  assert.deepEqual(changesBetween(first, look()), []);
  utimesSync(library, new Date(0), new Date(0));
  rmSync(rule);
  writeFileSync(join(dropIn, 'x.conf'), '[Service]\nExecStart=\n');
  assert.deepEqual(
    changesBetween(first, look()).sort((a, b) => a.path.localeCompare(b.path)),
    [
      { path: join(dropIn, 'x.conf'), how: 'added' },
      { path: rule, how: 'removed' },
      { path: library, how: 'changed' },
    ].sort((a, b) => a.path.localeCompare(b.path)),
  );
  const notice = filesNotice([{ path: '/etc/x\nforged', how: 'added' }], () => true, true);
  assert.match(notice.output, /while it did not watch: added \/etc\/x\\nforged$/);
  assert.equal(notice.priority, 'Warning');
});

/** A service on a state directory; each call is one run. */
function run(directory: string | null, losses: Loss[] = [], paths: string[] = []) {
  const told: InternalMatch[] = [];
  const log: string[] = [];
  const say = (text: string): void => void log.push(text);
  const self = new SelfWatch(
    {
      directory,
      log: { notice: say, warning: say, error: say, debug: say },
      write: (notice) => void told.push(notice),
      tampered: () => [],
      losses: () => losses,
      fail: say,
    },
    paths,
  );
  return { self, told, log };
}
const rules = (told: InternalMatch[]): string[] => told.map(({ rule }) => rule);

test('run after run: totals go on, each gap is told once and summed', () => {
  const at = folder();
  const loss: Loss = { cause: 'ring_full', name: 'openat', count: 5 };
  const first = run(at, [loss]);
  first.self.start();
  assert.deepEqual(first.told, [], 'nothing is known of a time before');
  first.self.stopping('SIGTERM from process 9');
  first.self.stopping('another reason');
  first.self.stop();
  first.self.ended(first.self.now());
  assert.deepEqual(rules(first.told), [STOP_RULE]);
  assert.deepEqual(readRecord(at)?.losses, [loss]);

  const aborted = run(at);
  aborted.self.ended(aborted.self.now());
  assert.equal(readRecord(at)?.starts, 1, 'one that ended before it could tell leaves all to the next');

  const second = run(at, [loss]);
  second.self.start();
  second.self.stop();
  assert.deepEqual(rules(second.told), [GAP_RULE]);
  assert.match(second.told[0]!.output, /SIGTERM from process 9$/);
  assert.equal(second.told[0]!.fields['gap.announced'], true);
  assert.deepEqual(second.self.losses(), [{ ...loss, count: 10 }]);
  assert.equal(second.self.totals()?.starts, 2);

  // Killed: it could not say so, the unit did.
  writeFileSync(join(at, 'ended'), 'signal killed KILL\n');
  const third = run(at);
  third.self.start();
  third.self.stop();
  assert.match(third.told[0]!.output, /ended by: signal killed KILL$/);
  assert.equal(third.told[0]!.fields['gap.announced'], false);
  assert.throws(() => readFileSync(join(at, 'ended')), 'used up');
  assert.equal(third.self.totals()?.starts, 3);
});

test('files that changed while nobody watched', () => {
  const [at, etc] = [folder(), folder()];
  const config = join(etc, 'saker.yaml');
  writeFileSync(config, 'a: 1');
  const first = run(at, [], [etc]);
  first.self.start();
  first.self.stop();
  first.self.ended(first.self.now());
  writeFileSync(config, 'a: 22');
  const second = run(at, [], [etc]);
  second.self.start();
  assert.deepEqual(rules(second.told), [GAP_RULE, FILES_RULE]);
  assert.match(second.told[1]!.output, /while it did not watch: changed .*saker\.yaml$/);
  assert.equal(second.told[1]!.priority, 'Notice');
  // The last look before the end finds what the next one in time would have.
  writeFileSync(config, 'a: 333');
  second.self.stopping('SIGTERM');
  assert.deepEqual(rules(second.told).slice(2), [FILES_RULE, STOP_RULE]);
  second.self.stop();
});

test('a change of an own file is told when it happens, also in a directory that was not there', async () => {
  const [at, etc] = [folder(), folder()];
  const rulesD = join(etc, 'rules.d');
  const { self, told } = run(at, [], [rulesD]);
  self.start();
  const changed = async (count: number): Promise<string> => {
    while (told.length < count) await sleep(20);
    assert.equal(told.length, count);
    return told.at(-1)!.output;
  };
  mkdirSync(rulesD);
  await sleep(1000); // a directory alone is nothing to tell; it is watched from now on
  writeFileSync(join(rulesD, 'a.yaml'), '[]');
  writeFileSync(join(rulesD, 'a.log'), 'not a file of ours');
  assert.match(await changed(1), /changed: added .*\/a\.yaml$/);
  chmodSync(join(rulesD, 'a.yaml'), 0o600);
  assert.match(await changed(2), /changed: changed .*\/a\.yaml$/);
  self.stop();
});

test('without a state directory nothing is kept and nothing of files is told', () => {
  assert.equal(stateDirectory({}), null);
  assert.equal(stateDirectory({ STATE_DIRECTORY: '/var/lib/saker:/var/lib/other' }), '/var/lib/saker');
  const { self, told } = run(null);
  self.start();
  self.stopping('SIGTERM');
  self.stop();
  self.ended(self.now());
  assert.deepEqual(told, []);
  assert.equal(self.totals(), null);
});

test('hooks that somebody took away are told, and the agent ends', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const told: InternalMatch[] = [];
  const ends: string[] = [];
  let lost: string[] = [];
  const self = new SelfWatch(
    {
      directory: null,
      log: { notice() {}, warning() {}, error() {}, debug() {} },
      write: (notice) => void told.push(notice),
      tampered: () => lost,
      losses: () => [],
      fail: (why) => void ends.push(why),
    },
    [],
  );
  self.start();
  t.mock.timers.tick(60_000);
  assert.deepEqual([told.length, ends.length], [0, 0]);
  lost = ['openat', 'map .data.enabled'];
  t.mock.timers.tick(20_000);
  self.stop();
  assert.deepEqual(rules(told), [TAMPER_RULE]);
  assert.match(ends[0]!, /openat, map \.data\.enabled$/);
});
