// Every program on every kernel: load, attach, and what an event looks like when user space reads it.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { OPEN_KINDS, type OpenKind } from '../../../src/schema/open-kinds.ts';
import * as r from '../../../src/schema/record.generated.ts';
import { type KernelSeries, kernelSeries } from '../cache.ts';
import { runInGuest } from '../guest.ts';
import { EXPECTED_CALLS, NOT_EVERYWHERE } from './expected-calls.ts';
import { assertFlood, assertMoments } from './expected-moments.ts';
import { EXPECTED_MORE } from './expected-more.ts';
import { ACCEPTED_BY_URING, expectedUring } from './expected-uring.ts';
import { GUARDS, isAsked, normalName, OPENED } from './guarded.ts';
import { stageSmoke } from './stage.ts';

const root = resolve(import.meta.dirname, '../../..');
const VERIFIER_TABLE = join(root, 'bpf/verifier.json');
const built =
  existsSync(join(root, 'build/bpf/saker.bpf.o')) && existsSync(join(root, 'build/native/libsaker.so'));

// biome-ignore lint/suspicious/noExplicitAny: lines of JSON whose shape the assertions state
type Line = Record<string, any>;
type Expected = Record<string, unknown>;

const TARGET = '/tmp/smoke/target';
const LINK = '/tmp/smoke/link';
const O_CREAT = 0o100;
const O_CLOEXEC = 0o2000000;
const CREATED = { flags: r.FLAG_CREATED };
const URING = {
  type: 'openat',
  flags: r.FLAG_IO_URING | r.FLAG_FD_UNKNOWN,
  ret: 0,
  name: LINK,
  path: TARGET,
  openFlags: 0,
};

/** From 6.4 on the descriptor is known. */
const URING_FD = { ...URING, flags: r.FLAG_IO_URING, ret: 4 };

/** By action: events that must be among those of the action's process, in this order. */
const EXPECTED: Record<string, Expected[]> = {
  prepare: [
    {
      type: 'execve',
      layout: r.LAYOUT_EXEC,
      comm: 'actions',
      exe: '/in/build/smoke/actions',
      cwd: '/in',
      exeNlink: 1,
      env: 'SMOKE=a b\0EMPTY=\0',
    },
    {
      type: 'openat',
      name: TARGET,
      path: TARGET,
      ...CREATED,
      openFlags: O_CREAT | 1,
      mode: 0o600,
      fileMode: 0o100600,
    },
    { type: 'procexit', status: 0, flags: r.FLAG_GROUP_DEAD },
  ],
  opens: [
    { type: 'open', name: TARGET, path: TARGET, dirfd: -100, openFlags: 0, flags: 0 },
    { type: 'openat', name: LINK, path: TARGET, openFlags: O_CLOEXEC | 2 },
    { type: 'openat2', name: TARGET, path: TARGET, openFlags: 0, resolve: 2 },
    { type: 'creat', name: '/tmp/smoke/created', path: '/tmp/smoke/created', ...CREATED, mode: 0o640 },
    { type: 'openat', name: '/tmp/smoke/missing', path: '', ret: -2, flags: r.FLAG_FILE_ABSENT },
  ],
  relative: [
    { type: 'openat', name: 'link', path: TARGET, base: '/tmp/smoke', dirfd: -100 },
    { type: 'openat', name: 'missing-relative', path: '', base: '/tmp/smoke', ret: -2 },
    { type: 'openat', name: 'bad-dirfd', base: '', ret: -9, baseFlags: r.STR_FAULT },
  ],
  deep: [{ type: 'openat', name: 'deep-file', pathFlags: r.STR_CUT, baseFlags: r.STR_CUT }],
  places: [
    { type: 'openat', name: '/inside', path: '/inside', pathFlags: 0 },
    { type: 'openat', name: 'target', path: TARGET, pathFlags: r.STR_UNREACHABLE },
  ],
  unlinked: [{ type: 'openat', path: '/tmp/smoke/gone', pathFlags: r.STR_UNLINKED, nlink: 0 }],
  compat: [{ type: 'open', name: TARGET, path: TARGET, flags: r.FLAG_COMPAT }],
  'high-bits': [{ type: 'open', name: TARGET, path: TARGET, openFlags: 1, flags: 0 }],
  uring: [URING],
  'uring-async': [{ ...URING, comm: 'actions' }],
  'uring-slot': [URING],
  'uring-missing': [{ type: 'openat', name: '/tmp/smoke/missing-uring', ret: -2, path: '' }],
  memfd: [
    {
      type: 'execveat',
      exe: '/memfd:evil',
      exeNlink: 0,
      args: ['from-memory', 'nothing'],
      exeFlags: r.STR_UNREACHABLE,
    },
  ],
  'long-argv': [
    { type: 'execve', argvFlags: r.STR_CUT, filename: '/proc/self/exe', exe: '/in/build/smoke/actions' },
  ],
  'exec-failures': [
    {
      type: 'execve',
      layout: r.LAYOUT_EXEC_FAILED,
      ret: -2,
      filename: '/tmp/smoke/no-such-program',
      base: '',
    },
    { type: 'execveat', layout: r.LAYOUT_EXEC_FAILED, ret: -13, filename: 'target', base: '/tmp/smoke' },
  ],
  signal: [
    { type: 'fork', cloneFlags: 0 },
    { type: 'procexit', status: 9 },
  ],
  orphans: [
    { type: 'procexit', status: 0 },
    { type: 'procexit', status: 0, reaperPid: 0 },
    { type: 'procexit', status: 0, reaperPid: 0 },
  ],
  exit7: [{ type: 'procexit', status: 7 << 8, flags: r.FLAG_GROUP_DEAD }],
  ...EXPECTED_CALLS,
  ...EXPECTED_MORE,
};
const URING_ACTIONS = Object.keys(expectedUring('7.2'));
const ACTIONS = [...Object.keys(EXPECTED), ...URING_ACTIONS];
/** Attaching and detaching takes its time, so only what the actions do. */
const TYPES = [
  ...new Set(
    Object.values({ ...EXPECTED, ...expectedUring('7.2') }).flatMap((all) => all.map(({ type }) => type)),
  ),
];
const expectedOn = (kernel: KernelSeries): Record<string, Expected[]> => ({
  ...EXPECTED,
  // It looks at the whole number, and there is no such call.
  ...(kernel === '5.10' && { 'high-bits': [] }),
  ...((kernel === '6.12' || kernel === '7.2') && {
    uring: [URING_FD],
    'uring-async': [{ ...URING_FD, comm: 'actions' }],
  }),
  ...expectedUring(kernel),
});

const OPENS_OF_KIND: Readonly<Record<OpenKind, readonly string[]>> = {
  read: ['open target', 'openat2 target'],
  write: ['openat link', 'creat created'],
  failed: ['openat missing -2'],
};

/** Where names are asked for in the kernel. */
const GUARDS_NAMES: ReadonlySet<KernelSeries> = new Set(['6.1', '6.12', '7.2']);

/** Between what the two tiers printed. */
const SECOND = '=====';
/** io_uring passes by the return of system calls, and then a file that was closed is gone. */
const CALL_ACTIONS = ACTIONS.filter((action) => !/^(uring|closes)/.test(action));

function linesOfText(text: string): Line[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line));
}

function matches(line: Line, expected: Expected): boolean {
  return Object.entries(expected).every(
    ([key, value]) =>
      JSON.stringify(key === 'firstArgs' ? line.args?.slice(0, (value as number[]).length) : line[key]) ===
      JSON.stringify(value),
  );
}

/** Lines of one action: those between its announcement and the next. */
function linesOf(lines: readonly Line[], action: string): Line[] {
  const start = lines.findIndex((l) => l.action === action) + 1;
  const length = lines.slice(start).findIndex((l) => l.type === undefined);
  return lines.slice(start, length < 0 ? undefined : start + length);
}

/** @param asks whether this kernel asks for names */
function assertGuarded(lines: readonly Line[], asks: boolean): void {
  const opens = (guard: string) => linesOf(lines, `names-${guard}`).filter((l) => l.layout === r.LAYOUT_OPEN);
  const shown = (l: Line) => `${l.name} ${l.ret < 0 ? l.ret : l.path}`;
  const namesOf = (l: Line) => [normalName(l.name, l.base), ...(l.ret < 0 ? [] : [l.path])];
  const all = opens('none');
  assert.equal(all.length, OPENED.filter((name) => !name.startsWith('cd:')).length);
  for (const guard of Object.keys(GUARDS)) {
    const told = opens(guard).map(shown);
    const asked = all.filter((l) => isAsked(guard, namesOf(l))).map(shown);
    assert.deepEqual(
      asked.filter((one) => !told.includes(one)),
      [],
      guard,
    );
    const { dropped } = lines.find((l) => l.action === `dropped-${guard}`)!;
    assert.ok(
      told.length + dropped >= all.length,
      `${told.length} told, ${dropped} dropped of ${all.length}`,
    );
    const plain = all.filter((l) => PLAIN.test(l.name) && PLAIN.test(l.path)).map(shown);
    if (asks)
      assert.deepEqual(
        plain.filter((one) => told.includes(one)),
        plain.filter((one) => asked.includes(one)),
        guard,
      );
  }
}

/** Names of which every kernel that asks for names can tell how they begin. */
const PLAIN = /^\/(?:etc|usr)(?:\/[a-z-]+)+$/;

function assertInOrder(seen: readonly Line[], expected: readonly Expected[]): void {
  let at = 0;
  for (const want of expected) {
    const found = seen.findIndex((line, i) => i >= at && matches(line, want));
    assert.ok(
      found >= 0,
      `missing ${JSON.stringify(want)} in\n${seen.map((l) => JSON.stringify(l)).join('\n')}`,
    );
    at = found + 1;
  }
}

/** The committed figures may grow by a quarter before somebody has to look; UPDATE=1 writes what was measured. */
function checkVerifier(kernel: KernelSeries, facts: readonly Line[]): void {
  const measured: Record<string, number> = Object.fromEntries(facts.map((f) => [f.program, f.verifiedInsns]));
  const table = existsSync(VERIFIER_TABLE) ? JSON.parse(readFileSync(VERIFIER_TABLE, 'utf8')) : {};
  if (process.env.UPDATE === '1') {
    writeFileSync(VERIFIER_TABLE, `${JSON.stringify({ ...table, [kernel]: measured }, null, 2)}\n`);
    return;
  }
  for (const [program, insns] of Object.entries(measured))
    assert.ok(
      insns <= 1.25 * (table[kernel]?.[program] ?? 0),
      `${program} on ${kernel}: ${insns} verified instructions`,
    );
}

describe('programs in a guest', {
  skip: built ? false : 'needs build/bpf and build/native (npm run build)',
}, () => {
  let staged = '';
  before(() => {
    staged = stageSmoke();
  });
  after(() => rmSync(staged, { recursive: true, force: true }));

  for (const kernel of kernelSeries)
    test(`kernel ${kernel}`, async (t) => {
      const observe = `./node test/vm/smoke/observe.js ${TYPES.join(',')}`;
      const command = `${observe} ${ACTIONS.join(' ')} && echo ${SECOND} && rm -rf /tmp/smoke && TIER=dispatcher ${observe} ${CALL_ACTIONS.join(' ')}`;
      const result = await runInGuest({ kernel, mini: true, inDirs: [staged], command, timeoutS: 600 });
      assert.equal(
        result.code,
        0,
        `${result.failure ?? ''}\n${result.stdout}\n${result.console.slice(-4000)}`,
      );
      const [lines, dispatched] = result.stdout.split(SECOND).map(linesOfText) as [Line[], Line[]];
      const { summary } = lines.find((l) => l.summary !== undefined)!;
      const detached = lines.find((l) => l.detachMs !== undefined)!;
      const { counts, facts } = lines.find((l) => l.counts !== undefined)!;

      await t.test('everything attaches, nothing is lost or unreadable', () => {
        // Without fprobe so many calls exceed what may be attached.
        const usual = /has no system call|^the tracepoint goes on with what has no hook of its own/;
        const notices = summary.notices.filter((text: string) => !usual.test(text));
        assert.deepEqual(notices, NOT_EVERYWHERE[kernel] ?? []);
        // Process life, the way of the canary, and changes of directory with their 32-bit forms.
        assert.equal(summary.few, 13);
        assert.deepEqual([summary.refused, summary.leftOver, summary.ring.corrupt], [0, 0, 0]);
        assert.ok(counts.every((c: Line) => c.lost === '0'));
        assert.equal(summary.wakeByEvent, true);
      });
      for (const [action, expected] of Object.entries(expectedOn(kernel)))
        await t.test(action, () => assertInOrder(linesOf(lines, action), expected));
      await t.test('the dispatcher alone sees the same', () => {
        const state = dispatched.find((l) => l.summary !== undefined)!.summary.state;
        assert.deepEqual([state.attached, state.dispatching], [4, true]);
        for (const action of CALL_ACTIONS)
          assertInOrder(
            linesOf(dispatched, action),
            expectedOn(kernel)[action]!.filter(({ type }) => type !== 'close'),
          );
      });
      await t.test('what io_uring did is seen once', () => {
        for (const action of ['uring', 'uring-async', 'uring-slot', 'uring-missing'])
          assert.equal(linesOf(lines, action).filter((l) => l.type === 'openat').length, 1, action);
        const accepted = linesOf(lines, 'uring-sockets').filter(({ type }) => type === 'accept4');
        assertInOrder(accepted, [ACCEPTED_BY_URING]);
        assert.equal(accepted.length, 1);
        for (const [action, expected] of Object.entries(expectedUring(kernel)))
          for (const type of new Set(expected.map((e) => e.type)))
            assert.equal(
              linesOf(lines, action).filter((l) => l.type === type && (l.flags & r.FLAG_IO_URING) !== 0)
                .length,
              expected.filter((e) => e.type === type).length + (type === 'socket' ? 1 : 0),
              type as string,
            );
      });
      await t.test('the end of a parent names who inherits its children', () => {
        const seen = linesOf(lines, 'orphans');
        const reaper = seen.find((l) => l.type === 'execve')?.pid;
        const middle = seen.find((l) => l.type === 'procexit');
        assert.ok(reaper > 0);
        assert.equal(middle?.reaperPid, reaper);
      });
      await t.test('the task iterator shows init, kthreadd and the observer itself', () => {
        const byPid = new Map<number, Line>(summary.tasks.map((task: Line) => [task.pid, task]));
        assert.equal(byPid.get(1)?.type, 'task');
        assert.equal(byPid.get(2)?.flags & r.FLAG_KTHREAD, r.FLAG_KTHREAD);
        const own = byPid.get(summary.own)!;
        assert.deepEqual([own.exe, own.cwd, own.vpid], ['/in/node', '/in', summary.own]);
        const child = linesOf(lines, 'prepare').find((l) => l.type === 'execve')!;
        assert.deepEqual([child.ppid, child.parentStartNs], [own.pid, own.startNs]);
      });
      await t.test('a reload changes what is reported', () => {
        const types = (action: string): Set<string> => new Set(linesOf(lines, action).map((l) => l.type));
        const life = ['execve', 'procexit'];
        assert.deepEqual([...types('nothing-wanted')], life);
        assert.deepEqual([...types('two-wanted')], ['execve', 'open', 'procexit']);
        assert.deepEqual([...types('two-wanted-names')], ['execve', 'mkdir', 'chdir', 'procexit']);
        assert.equal(detached.active, summary.few);
      });
      await t.test('opens of a kind that no rule can match are not reported, and all others are', () => {
        const opened = (all: Line[], action: string): string[] =>
          linesOf(all, action)
            .filter((l) => l.layout === r.LAYOUT_OPEN)
            .map(({ type, name, ret }) => `${type} ${basename(name)}${ret < 0 ? ` ${ret}` : ''}`);
        for (const [kind, expected] of Object.entries(OPENS_OF_KIND)) {
          assert.deepEqual(opened(lines, `opens-${kind}`), expected, kind);
          assert.deepEqual(opened(dispatched, `opens-${kind}`), expected, `${kind}, dispatcher`);
        }
        const byUring = ['uring', 'uring-missing'].flatMap((action) =>
          [...OPEN_KINDS].flatMap((kind) =>
            opened(lines, `${action}-${kind}`).map((seen) => `${kind} ${seen}`),
          ),
        );
        assert.deepEqual(byUring, ['read openat link', 'failed openat missing-uring -2']);
      });
      await t.test('the guard of names keeps back no open that a rule asks for, and others', () => {
        assertGuarded(lines, GUARDS_NAMES.has(kernel));
        assertGuarded(dispatched, false);
      });
      await t.test('signals, page faults and switches, by numbers that the action knows', () => {
        assertMoments(linesOf(lines, 'moments'));
        // Page faults and switches of the agent would make more of them.
        assert.equal(lines.find((l) => l.action === 'after-moments')!.ofOwn, 0);
      });
      await t.test('a flood of page faults is counted, and takes no place from process life', () =>
        assertFlood(lines.find((l) => l.action === 'moments-flood-losses')!, linesOf(lines, 'moments-flood')),
      );
      await t.test('of many messages in one call the first have events, the rest is counted as lost', () => {
        const sent = linesOf(lines, 'many-messages').filter((l) => l.type === 'sendmmsg');
        const bytes = Array.from({ length: 64 }, (_, i) => String.fromCharCode(48 + i));
        assert.deepEqual(
          sent.map((l) => l.data),
          bytes,
        );
        const { seen, lost } = lines.find((l) => l.action === 'many-messages-losses')!;
        assert.deepEqual([seen, lost], [64, 6]);
      });
      await t.test('verifier', () => checkVerifier(kernel, facts));
      t.diagnostic(
        `plan ${Math.round(summary.times.planMs)} ms, process life ${Math.round(summary.times.loadMs)} ms, everything else ${Math.round(summary.times.attachMs)} ms, detach ${Math.round(detached.detachMs)} ms`,
      );
    });
});
