import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY, Interned } from '../../../src/base/interning.ts';
import {
  Environment,
  type ImageFacts,
  type Process,
  ProcessTable,
  type ReadProcess,
  type TaskFacts,
} from '../../../src/state/index.ts';

const SECOND = 1e9;

function task(pid: number, over: Partial<TaskFacts> = {}): TaskFacts {
  return {
    pid,
    startNs: pid * SECOND,
    ppid: 1,
    parentStartNs: 0,
    comm: new Interned(`p${pid}`),
    sid: 1,
    pgid: pid,
    vpid: pid,
    vpgid: pid,
    pidNs: 0,
    caps: null,
    tty: 0,
    loginuid: 0xffffffff,
    uid: 0,
    gid: 0,
    cgroup: 1n,
    ...over,
  };
}

function image(path: string): ImageFacts {
  return {
    exe: new Interned(path),
    exepath: new Interned(path),
    args: EMPTY,
    argv: [],
    cwd: EMPTY,
    exeIno: 0n,
    exeDev: 0,
    mntNs: 0,
    mntUserNs: 0,
    exeCtime: 0n,
    exeMtime: 0n,
    exeMode: 0,
    exeUid: 0,
    exeGid: 0,
    exeReadonly: false,
    userNs: 0,
    exeLayer: null,
    exeUnlinked: false,
    exeFromMemfd: false,
    environment: new Environment(),
  };
}

const nobody: ReadProcess = () => null;

test('a child starts as a copy of its parent, exec replaces its image, ancestors stay', () => {
  const table = new ProcessTable(nobody);
  table.put(task(1), image('/sbin/init'));
  table.put(task(10, { parentStartNs: 1 * SECOND }), image('/bin/sh'));
  const child = table.fork(task(11, { ppid: 10, parentStartNs: 10 * SECOND }), table.byPid(10));
  assert.equal(child.exepath.text, '/bin/sh');
  table.exec(task(11, { ppid: 10, parentStartNs: 10 * SECOND }), image('/bin/cat'));
  assert.equal(table.peek(11, 11 * SECOND), child);
  assert.equal(child.exepath.text, '/bin/cat');
  assert.equal(child.parent?.exepath.text, '/bin/sh');
  assert.equal(child.parent?.parent?.exepath.text, '/sbin/init');
});

test('a reused pid is another process, even when the exit event was lost', () => {
  const table = new ProcessTable(nobody);
  const first = table.put(task(10), image('/bin/old'));
  assert.equal(table.get(10, 99 * SECOND, 0), null, 'the old entry must not answer for the new process');
  const second = table.fork(task(10, { startNs: 99 * SECOND }), null);
  assert.notEqual(second, first);
  assert.ok(first.ended);
  assert.equal(table.peek(10, 99 * SECOND), second);
});

test('a parent with another start time is not the parent', () => {
  const table = new ProcessTable(nobody);
  table.put(task(10), image('/bin/old'));
  const child = table.put(task(11, { ppid: 10, parentStartNs: 50 * SECOND }), null);
  assert.equal(child.parent, null);
});

test('a hole is repaired from /proc only when it is the same process', () => {
  const reads: number[] = [];
  const table = new ProcessTable((pid) => {
    reads.push(pid);
    return { task: task(pid, { startNs: 20 * SECOND + 4_000_000 }), image: image('/bin/found') };
  });
  assert.equal(table.get(20, 20 * SECOND + 7_123_456, 0)?.exepath.text, '/bin/found');
  assert.equal(table.get(20, 20 * SECOND + 7_123_456, 0)?.startNs, 20 * SECOND + 7_123_456);
  assert.equal(table.get(21, 500 * SECOND, 0), null);
  assert.deepEqual(reads, [20, 21]);
  assert.equal(table.stats.repaired, 1);
  assert.equal(table.stats.misses, 2);
});

test('a burst of unknown processes reads /proc at most 200 times a second', () => {
  let reads = 0;
  const table = new ProcessTable(() => {
    reads++;
    return null;
  });
  for (let pid = 2; pid < 1000; pid++) table.get(pid, 1, 5 * SECOND);
  assert.equal(reads, 200);
  table.get(1001, 1, 6 * SECOND);
  assert.equal(reads, 201);
});

test('exit removes, and what is held stays readable', () => {
  const table = new ProcessTable(nobody);
  const process = table.put(task(10), image('/bin/x'));
  table.exit(10, 999 * SECOND);
  assert.equal(table.stats.processes, 1, 'an exit of another process with that pid changes nothing');
  table.exit(10, 10 * SECOND);
  assert.equal(table.stats.processes, 0);
  assert.ok(process.ended);
  assert.equal(process.exepath.text, '/bin/x');
});

test('a chain of daemonising forks holds a bounded number of ended ancestors', () => {
  const table = new ProcessTable(nobody);
  table.put(task(2), image('/bin/d'));
  for (let pid = 3; pid < 200; pid++) {
    table.fork(task(pid, { ppid: pid - 1, parentStartNs: (pid - 1) * SECOND }), table.byPid(pid - 1));
    table.exit(pid - 1, (pid - 1) * SECOND);
  }
  let depth = 0;
  for (let at: Process | null = table.peek(199, 199 * SECOND); at !== null; at = at.parent) depth++;
  assert.ok(depth > 10 && depth < 20, `depth ${depth}`);
});

test('a table that has grown far drops all processes whose end was never seen', () => {
  const table = new ProcessTable(nobody);
  for (let pid = 2; pid < 5000; pid++) table.put(task(pid), null);
  table.care(1, () => new Set([2, 3]));
  assert.equal(table.stats.processes, 2);
  assert.equal(table.stats.swept, 4996);
  const unasked = () => assert.fail('nothing calls for a look');
  table.care(2, unasked);
});

test('one that is gone is dropped some time after it was found gone, if it did not come back', () => {
  const table = new ProcessTable(nobody);
  table.limit({ most: 100, purgeEveryNs: 10 * SECOND, purgeAfterNs: 15 * SECOND });
  for (const pid of [2, 3, 4]) table.put(task(pid), null);
  const looks: [atS: number, alive: number[], kept: number[]][] = [
    [0, [2], [2, 3, 4]],
    [10, [2], [2, 3, 4]],
    [20, [2, 4], [2, 3, 4]],
    [29, [], [2, 3, 4]],
    [30, [2], [2, 4]],
    [40, [2], [2, 4]],
    [50, [2], [2]],
  ];
  for (const [atS, alive, kept] of looks) {
    table.care(atS * SECOND, () => new Set(alive));
    const known = [2, 3, 4].filter((pid) => table.byPid(pid) !== null);
    assert.deepEqual(known, kept, `at ${atS} s`);
  }
  assert.equal(table.stats.swept, 2);
});

test('a table holds no more than it may; what has no place is told, counted and looked up when it acts', () => {
  const live = { task: task(9), image: image('/bin/late') };
  const table = new ProcessTable((pid) => (pid === 9 ? live : null));
  table.limit({ most: 2, purgeEveryNs: 1e15, purgeAfterNs: 1e15 });
  for (const pid of [1, 2]) table.put(task(pid), image('/bin/early'));
  const late = table.fork(task(9, { ppid: 2, parentStartNs: 2 * SECOND }), table.byPid(2));
  assert.equal(late.parent, table.byPid(2));
  assert.deepEqual([table.stats.processes, table.stats.full, table.byPid(9)], [2, 1, null]);
  assert.equal(table.get(9, 9 * SECOND, SECOND)?.exepath.text, '/bin/late');
  // Once there is room it stays.
  table.care(20 * SECOND, () => new Set([1, 9]));
  table.get(9, 9 * SECOND, 21 * SECOND);
  assert.notEqual(table.byPid(9), null);
});

test('the first process of a pid namespace is known to those in it, until it ends', () => {
  const table = new ProcessTable(nobody);
  table.put(task(1), null);
  const init = table.put(task(500, { vpid: 1, pidNs: 77 }), null);
  const inside = table.put(task(501, { vpid: 2, pidNs: 77, ppid: 500 }), null);
  const attached = table.put(task(502, { vpid: 9, pidNs: 77 }), null);
  assert.equal(table.initOf(inside), init);
  assert.equal(table.initOf(attached), init, 'an exec into the container has other ancestors');
  assert.equal(table.initOf(table.put(task(30), null))?.pid, 1);
  table.exit(500, 500 * SECOND);
  assert.equal(table.initOf(attached), null);
});

test('a child shares its image with its parent until one of them executes a program', () => {
  const table = new ProcessTable(nobody);
  const parent = table.put(task(10), image('/bin/sh'));
  const child = table.fork(task(11, { ppid: 10 }), table.byPid(10));
  assert.equal(child.image, parent.image);
  child.cwd = new Interned('/tmp');
  assert.equal(parent.cwd.text, '');
  table.exec(task(11, { ppid: 10 }), image('/bin/cat'));
  assert.equal(parent.exepath.text, '/bin/sh');
});

test('a child made with CLONE_PARENT runs its creator’s program, whoever its parent is', () => {
  const table = new ProcessTable(nobody);
  table.put(task(10), image('/usr/bin/su'));
  const creator = table.put(task(11, { ppid: 10, parentStartNs: 10 * SECOND }), image('/tmp/cp'));
  const child = table.fork(task(12, { ppid: 10, parentStartNs: 10 * SECOND }), creator);
  assert.equal(child.exepath.text, '/tmp/cp');
  assert.equal(child.parent?.exepath.text, '/usr/bin/su');
});

test('a second end and a late record of the same process are known as such', () => {
  const table = new ProcessTable(nobody);
  table.put(task(10), image('/bin/x'));
  assert.ok(!table.endedLately(10, 10 * SECOND));
  table.exit(10, 10 * SECOND);
  assert.ok(table.endedLately(10, 10 * SECOND));
  assert.ok(!table.endedLately(10, 99 * SECOND), 'another process with that pid');
});

test('an ended process keeps no long texts', () => {
  const table = new ProcessTable(nobody);
  const long = { ...image('/bin/x'), args: new Interned('a'.repeat(4000)), argv: ['x', 'a'.repeat(4000)] };
  const parent = table.put(task(10), long);
  const child = table.fork(task(11, { ppid: 10, parentStartNs: 10 * SECOND }), parent);
  table.exit(10, 10 * SECOND);
  assert.equal(parent.args.text.length, 256);
  assert.deepEqual(parent.argv, []);
  assert.equal(child.args.text.length, 4000, 'the living child keeps its own');
});
