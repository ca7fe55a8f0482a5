import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostState } from '../../../src/state/index.ts';

test('this very process is read from /proc as the kernel holds it', () => {
  const host = hostState();
  const found = host.readProcess(process.pid);
  assert.ok(found);
  assert.equal(found.task.pid, process.pid);
  assert.equal(found.task.ppid, process.ppid);
  assert.equal(found.image.exepath.text, process.execPath);
  assert.deepEqual(found.image.argv, host.argv(process.pid));
  assert.ok(found.image.argv.length > 0);
  assert.equal(host.exe(process.pid), process.execPath);
  assert.ok(host.pids().has(process.pid));
  const startedMsAgo =
    (Number(host.clock.wallNs(0n)) + found.task.startNs) / 1e6 - (Date.now() - performance.now());
  assert.ok(Math.abs(startedMsAgo) < 1000, 'start time is since boot, in ns');
});

test('a process that is gone, and an id without name', () => {
  const host = hostState();
  assert.equal(host.readProcess(0x7ffffff0), null);
  assert.deepEqual(host.argv(0x7ffffff0), []);
  assert.equal(host.exe(0x7ffffff0), null);
  assert.equal(host.users.userName(0).text, 'root');
  assert.equal(host.users.groupName(0).text, 'root');
  assert.equal(host.users.userName(4_000_000_000).text, '<NA>');
});
