import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interned } from '../../../src/base/interning.ts';
import { EventRecord } from '../../../src/decode/index.ts';
import { applyRecord } from '../../../src/engine/apply.ts';
import { Environment, type Process, ProcessTable, type TaskFacts } from '../../../src/state/index.ts';
import { callRecord, image, task } from './records.ts';

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
