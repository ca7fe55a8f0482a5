import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import { EventRecord } from '../../../src/decode/index.ts';
import { applyRecord } from '../../../src/engine/apply.ts';
import { FLAG_CWD_SHARED, FLAG_CWD_THREAD, FLAG_GROUP_DEAD } from '../../../src/schema/record.generated.ts';
import { Environment, type Process, ProcessTable, type TaskFacts } from '../../../src/state/index.ts';
import { callRecord, execRecord, exitRecord, forkRecord, image, task } from './records.ts';

const PROC = {
  argv: () => [],
  exe: () => null,
  environment: () => new Environment(),
  cgroup: () => {},
};
const ALL = (1n << 41n) - 1n;

/** One process, a call of it, and what the table holds then. */
function after(record: Uint8Array, facts: Partial<TaskFacts> = {}): Process {
  const table = new ProcessTable(() => null);
  const caps = { permitted: ALL, effective: ALL, inheritable: 0n };
  const before = table.put(task(100, { sid: 7, pgid: 8, vpgid: 8, tty: 34816, caps, ...facts }), image());
  const view = new EventRecord(record);
  assert.ok(view.at(0, record.length));
  assert.equal(applyRecord(table, view, PROC), before);
  return before;
}

const rows: [name: string, record: Uint8Array, check: (process: Process) => unknown, expected: unknown][] = [
  ['chdir', callRecord('chdir', { path: '/tmp' }), ({ cwd }) => cwd.text, '/tmp'],
  ['chdir that failed', callRecord('chdir', { ret: -2, path: '/tmp' }), ({ cwd }) => cwd.text, '/'],
  ['a directory that was cut', callRecord('chdir', { path: 'b/c' }), ({ cwd }) => cwd.text, '/'],
  ['fchdir', callRecord('fchdir', { args: [4], fd: 4, path: '/srv' }), ({ cwd }) => cwd.text, '/srv'],
  [
    'setsid',
    callRecord('setsid', { ret: 100 }),
    ({ sid, pgid, vpgid, tty }) => [sid, pgid, vpgid, tty],
    [100, 100, 100, 0],
  ],
  [
    'setpgid of itself',
    callRecord('setpgid', { args: [0, 0] }),
    ({ pgid, vpgid }) => [pgid, vpgid],
    [100, 100],
  ],
  [
    'setpgid to a group',
    callRecord('setpgid', { args: [100, 55] }),
    ({ pgid, vpgid }) => [pgid, vpgid],
    [55, 55],
  ],
  ['setpgid of a child', callRecord('setpgid', { args: [101, 101] }), ({ pgid }) => pgid, 8],
  [
    'capset',
    callRecord('capset', { out: [1, 2, 4] }),
    ({ caps }) => caps,
    { permitted: 1n, effective: 2n, inheritable: 4n },
  ],
  ['setuid', callRecord('setuid', { uid: 33, args: [33] }), ({ uid, caps }) => [uid, caps], [33, null]],
  ['setuid of another thread', callRecord('setuid', { tid: 105, uid: 33, args: [33] }), ({ uid }) => uid, 0],
  ['chdir of another thread', callRecord('chdir', { tid: 105, path: '/tmp' }), ({ cwd }) => cwd.text, '/tmp'],
  [
    'chdir of a thread with a directory of its own',
    callRecord('chdir', { tid: 105, flags: FLAG_CWD_THREAD, path: '/tmp' }),
    ({ cwd, threadsApart }) => [cwd.text, threadsApart],
    ['/', true],
  ],
  [
    'a name of the main thread',
    callRecord('prctl', { args: [15], comm: 'worker', text: 'worker' }),
    ({ comm }) => comm.text,
    'worker',
  ],
  [
    'a name of another thread',
    callRecord('prctl', { tid: 105, args: [15], comm: 'worker', text: 'worker' }),
    ({ comm }) => comm.text,
    'cat',
  ],
];
for (const [name, record, check, expected] of rows) {
  test(name, () => assert.deepEqual(check(after(record)), expected));
}

test('numbers of a container are not those of the host', () => {
  const own = after(callRecord('setpgid', { args: [0, 5] }), { vpid: 5 });
  assert.deepEqual([own.pgid, own.vpgid], [100, 5]);
  const other = after(callRecord('setpgid', { args: [0, 4] }), { vpid: 5 });
  assert.deepEqual([other.pgid, other.vpgid], [8, 4]);
});

test('a new name makes a new command line', () => {
  const table = new ProcessTable(() => null);
  const made = table.put(task(100), image());
  made.cmdline = new Interned('cat');
  made.rename(new Interned('cat'));
  assert.notEqual(made.cmdline, null);
  made.rename(new Interned('dog'));
  assert.equal(made.cmdline, null);
});

/** A table, and records put to it one after another. */
function story(): { table: ProcessTable; tell: (record: Uint8Array) => Process | null } {
  const table = new ProcessTable(() => null);
  const tell = (bytes: Uint8Array): Process | null => {
    const view = new EventRecord(bytes);
    assert.ok(view.at(0, bytes.length));
    return applyRecord(table, view, PROC);
  };
  return { table, tell };
}

test('a shell moves its child to a group of its own, and the next child to that group', () => {
  const { table, tell } = story();
  const shell = table.put(task(100, { pgid: 100, vpgid: 100 }), image());
  for (const pid of [101, 102]) tell(forkRecord('clone', 0, { pid: 100, ret: pid }, { pid }));
  tell(callRecord('setpgid', { args: [101, 0] }));
  tell(callRecord('setpgid', { args: [102, 101] }));
  assert.deepEqual(
    [100, 101, 102].map((pid) => table.byPid(pid)?.pgid),
    [100, 101, 101],
  );
  assert.equal(shell.vpgid, 100);
});

test('the same in a container, where numbers are others', () => {
  const { table, tell } = story();
  table.put(task(100, { pgid: 100, vpid: 5, vpgid: 5, pidNs: 7 }), image());
  for (const [pid, vpid] of [
    [101, 6],
    [102, 7],
  ] as const) {
    tell(forkRecord('clone', 0, { pid: 100, ret: vpid }, { pid, vpid, pidNs: 7 }));
  }
  // Of the host, with the numbers that the container uses.
  table.put(task(6, { pgid: 6, vpgid: 6 }), image());
  tell(callRecord('setpgid', { args: [6, 6] }));
  tell(callRecord('setpgid', { args: [7, 6] }));
  // A child that does it itself.
  tell(forkRecord('clone', 0, { pid: 100, ret: 8 }, { pid: 103, vpid: 8, pidNs: 7 }));
  tell(callRecord('setpgid', { pid: 103, args: [0, 6] }));
  assert.deepEqual(
    [101, 102, 103].map((pid) => [table.byPid(pid)?.pgid, table.byPid(pid)?.vpgid]),
    [
      [101, 6],
      [101, 6],
      [101, 6],
    ],
  );
  assert.equal(table.byPid(6)?.vpgid, 6);
});

test('a child in a new pid namespace has that namespace, and no group in it', () => {
  const { table, tell } = story();
  table.put(task(100, { pgid: 100, vpgid: 100, pidNs: 1 }), image());
  tell(forkRecord('clone', 0x20000000, { pid: 100, ret: 101 }, { pid: 101, vpid: 1, pidNs: 9 }));
  const child = table.byPid(101)!;
  assert.deepEqual([child.vpid, child.pidNs, child.vpgid, child.pgid], [1, 9, 0, 100]);
});

test('capabilities of another thread are not those of the process', () => {
  const { table, tell } = story();
  const caps = { permitted: 1n, effective: 1n, inheritable: 0n };
  const process = table.put(task(100, { caps }), image());
  tell(callRecord('capset', { tid: 105, out: [0, 0, 0] }));
  assert.deepEqual([process.caps, process.threadsDiffer], [caps, true]);
  // A child has those of the thread that made it, which are not known then.
  tell(forkRecord('clone', 0, { pid: 100, tid: 105, ret: 101 }, { pid: 101 }));
  assert.equal(table.byPid(101)?.caps, null);
  tell(execRecord('execve', '/bin/x', { pid: 100 }));
  assert.equal(process.threadsDiffer, false);
});

test('an exec from another thread stays the same process', () => {
  const { table, tell } = story();
  const process = table.put(task(100), image({ exepath: new Interned('/old') }));
  tell(execRecord('execve', '/bin/cat', { pid: 100 }));
  assert.equal(table.byPid(100), process);
  assert.equal(process.exepath.text, '/usr/bin/cat');
});

test('orphans belong to whoever inherits them, over several generations', () => {
  const { table, tell } = story();
  const init = table.put(task(1, { ppid: 0 }), image());
  table.put(task(10), image());
  table.linkParents();
  for (const [parent, pid] of [
    [10, 20],
    [20, 30],
    [30, 40],
  ] as const) {
    tell(forkRecord('fork', 0, { pid: parent, ret: pid }, { pid }));
  }
  const orphan = table.byPid(40)!;
  const relations = () => [orphan.ppid, orphan.parent?.pid, orphan.parent?.parent?.pid];
  assert.deepEqual(relations(), [30, 30, 20]);
  // 30 ends, and its subreaper 10 inherits; then 10 ends as well.
  tell(exitRecord(0, { pid: 30, flags: FLAG_GROUP_DEAD }, 10));
  assert.deepEqual(relations(), [10, 10, 1]);
  tell(exitRecord(0, { pid: 20, flags: FLAG_GROUP_DEAD }, 0));
  tell(exitRecord(0, { pid: 10, flags: FLAG_GROUP_DEAD }, 1));
  assert.deepEqual(relations(), [1, 1, undefined]);
  assert.equal(orphan.parent, init);
});

test('an heir that nobody knows leaves the parent that ended', () => {
  const { table, tell } = story();
  table.put(task(10), image());
  tell(forkRecord('fork', 0, { pid: 10, ret: 20 }, { pid: 20 }));
  tell(exitRecord(0, { pid: 10, flags: FLAG_GROUP_DEAD }, 999));
  assert.deepEqual([table.byPid(20)?.ppid, table.byPid(20)?.parent?.ended], [10, true]);
});

test('who inherits its own children ends the search', () => {
  const { table, tell } = story();
  table.put(task(10), image());
  tell(forkRecord('fork', 0, { pid: 10, ret: 20 }, { pid: 20 }));
  // The first process of a namespace: the kernel ends its children.
  tell(exitRecord(0, { pid: 10, flags: FLAG_GROUP_DEAD }, 10));
  assert.equal(table.byPid(20)?.parent?.pid, 10);
});

test('a vfork child that executes leaves its parent as it was', () => {
  const { table, tell } = story();
  const parent = table.put(task(10), image({ exepath: new Interned('/bin/sh') }));
  tell(forkRecord('vfork', 0, { pid: 10, ret: 20 }, { pid: 20 }));
  tell(execRecord('execve', '/bin/cat', { pid: 20 }));
  assert.equal(parent.exepath.text, '/bin/sh');
  assert.equal(table.byPid(20)?.exepath.text, '/usr/bin/cat');
});

const CLONE_FS = 0x200;
const CLONE_NEWUSER = 0x10000000;

/** Who moves when a child changes its directory. */
const moves: [name: string, cloneFlags: number, flags: number, parent: string, child: string][] = [
  ['each its own', 0, 0, '/', '/tmp'],
  ['one for both', CLONE_FS, FLAG_CWD_SHARED, '/tmp', '/tmp'],
  ['one for both, until the child left it', CLONE_FS, 0, '/', '/tmp'],
];
for (const [name, cloneFlags, flags, parentCwd, childCwd] of moves) {
  test(`current directory: ${name}`, () => {
    const { table, tell } = story();
    const parent = table.put(task(10), image());
    tell(forkRecord('clone', cloneFlags, { pid: 10, ret: 20 }, { pid: 20 }));
    tell(callRecord('chdir', { pid: 20, flags, path: '/tmp' }));
    assert.deepEqual([parent.cwd.text, table.byPid(20)?.cwd.text], [parentCwd, childCwd]);
  });
}

test('a child of a thread that is elsewhere is nobody knows where, until it executes', () => {
  const { table, tell } = story();
  table.put(task(10), image());
  tell(callRecord('chdir', { pid: 10, tid: 11, flags: FLAG_CWD_THREAD, path: '/tmp' }));
  tell(forkRecord('clone', 0, { pid: 10, tid: 11, ret: 20 }, { pid: 20 }));
  assert.equal(table.byPid(20)?.cwd.text, '');
  tell(execRecord('execve', '/bin/cat', { pid: 20 }));
  assert.equal(table.byPid(20)?.cwd.text, '/');
});

test('a new user namespace: capabilities of before hold for the call, and for nothing after it', () => {
  const caps = { permitted: 0n, effective: 0n, inheritable: 0n };
  for (const [type, args, until] of [
    ['unshare', [CLONE_NEWUSER], 5e9],
    ['unshare', [0x20000], Number.POSITIVE_INFINITY],
    ['setns', [3, 0], 5e9],
    ['setns', [3, 0x20000], Number.POSITIVE_INFINITY],
  ] as const) {
    const process = after(callRecord(type, { args, tsNs: 5e9 }), { caps });
    assert.deepEqual([process.caps, process.capsUntilNs], [caps, until], `${type} ${args}`);
    const stays = type === 'unshare';
    assert.equal(process.cwd.text, stays ? '/' : '', `${type} ${args}`);
  }
});
