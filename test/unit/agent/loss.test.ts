import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../../src/agent/log.ts';
import { LossWatch } from '../../../src/agent/loss.ts';
import type { SinkStats } from '../../../src/delivery/index.ts';

const sink = (dropped: number, refused = 0): SinkStats => ({
  name: 'file',
  queued: 0,
  delivered: 0,
  dropped,
  refused,
  retries: 0,
  error: null,
});
const counts = (open: bigint, exec: bigint) => [
  { type: 'openat', sent: 10n, lost: open },
  { type: 'execve', sent: 10n, lost: exec },
];
const programs = (missedRuns: number) => [
  { program: 'open_syscall', verifiedInsns: 1, missedRuns, jitedBytes: 1, runs: 0, runNs: 0 },
];

test('each loss is said once, with its type and number', () => {
  const lines: string[] = [];
  const watch = new LossWatch(createLog((line) => lines.push(line), 'Debug', true));
  const look = (opens: bigint, execs: bigint, missed: number, one: SinkStats): void => {
    watch.lookAtKernel(counts(opens, execs));
    watch.lookAtPrograms(programs(missed));
    watch.lookAtSinks([one]);
  };
  look(0n, 0n, 0, sink(0));
  assert.deepEqual(lines, []);
  look(5n, 1n, 3, sink(2, 1));
  look(5n, 1n, 3, sink(2, 1));
  look(7n, 1n, 3, sink(2, 1));
  assert.deepEqual(lines, [
    '<4>the kernel lost events, saker was blind to them: 5 openat, 1 execve\n',
    '<4>the kernel skipped programs, saker was blind to what they watch: open_syscall 3 times\n',
    '<4>output file lost 3 alerts\n',
    '<4>the kernel lost events, saker was blind to them: 2 openat\n',
  ]);
});

test('what the engine could not read or failed on is said, with the last failure', () => {
  const lines: string[] = [];
  const watch = new LossWatch(createLog((line) => lines.push(line), 'Debug', true));
  const held = { held: 9, completed: 8, expired: 0, crowded: 0, waiting: 1 };
  watch.lookAtEngine({ held, corrupt: 0, faults: 0, lastFault: '', overrun: 0 });
  assert.deepEqual(lines, []);
  watch.lookAtEngine({
    held: { ...held, expired: 1, crowded: 2 },
    corrupt: 2,
    faults: 1,
    lastFault: 'TypeError: x\n at y',
    overrun: 7,
  });
  watch.lookAtEngine({
    held: { ...held, expired: 1, crowded: 2 },
    corrupt: 2,
    faults: 1,
    lastFault: 'TypeError: x\n at y',
    overrun: 7,
  });
  assert.deepEqual(lines, [
    '<4>3 events were judged before the facts of their container were there, see saker status\n',
    '<3>7 alerts were lost on the way to the outputs: the main thread does not keep up\n',
    '<3>2 records of the kernel made no sense and were skipped\n',
    '<3>the engine failed on 1 events, please report it: TypeError: x\\n at y\n',
  ]);
});
