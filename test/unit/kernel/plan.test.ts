import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROGRAMS, planLoad, TARGETS } from '../../../src/kernel/plan.ts';
import * as record from '../../../src/schema/record.generated.ts';

const LIFE = ['process_fork', 'process_exec', 'process_exit', 'task_dump'];
const V6 = new Set([...TARGETS].filter((t) => t !== 'do_file_open' && t !== 'fprobe_fgraph_entry'));
const V7 = new Set([...TARGETS].filter((t) => t !== 'do_filp_open'));

const load = (wanted: string[], functions: Set<string>): string[] =>
  planLoad(new Set(wanted), functions).load.map((p) => p.name);

test('without rules only process life is loaded', () => {
  const names = load([], V6);
  assert.deepEqual(names.slice(0, 4), LIFE);
  assert.ok(names.every((n) => !n.startsWith('open_')));
});

test('open alone needs no io_uring programs, openat does', () => {
  assert.deepEqual(
    load(['open'], V6).filter((n) => n.startsWith('open_')),
    ['open_syscall'],
  );
  assert.ok(load(['openat'], V6).includes('open_uring_begin'));
});

test('the hook has one name per kernel, and its other name is not missed', () => {
  for (const [functions, program] of [
    [V6, 'open_uring_file'],
    [V7, 'open_uring_file_v7_fprobe'],
  ] as const) {
    const plan = planLoad(new Set(['openat']), functions);
    assert.deepEqual(
      plan.load.map((p) => p.name).filter((n) => n.startsWith('open_uring_file')),
      [program],
    );
    assert.deepEqual(plan.missing, []);
  }
});

test('a kernel that preempts programs gets fprobe, with the other form as fallback', () => {
  const plan = planLoad(new Set(['openat']), V7);
  const names = plan.load.map((p) => p.name);
  assert.ok(names.includes('open_syscall_fprobe') && !names.includes('open_syscall'));
  assert.equal(plan.fallback.get('open_syscall_fprobe')?.name, 'open_syscall');
  assert.equal(planLoad(new Set(['openat']), V6).fallback.size, 0);
});

test('a function the kernel lacks is reported with the events it costs', () => {
  const plan = planLoad(new Set(['openat']), new Set([...V6].filter((f) => f !== 'do_sys_openat2')));
  assert.deepEqual(
    plan.missing.map((m) => m.program),
    ['open_syscall'],
  );
  assert.match(plan.missing[0]!.reason, /do_sys_openat2.*openat/);
});

test('wanted types and process life are reported, nothing else', () => {
  const { types } = planLoad(new Set(['openat']), V6);
  assert.deepEqual(
    ['openat', 'open', 'creat', 'execve', 'procexit'].map((type) => types.has(type)),
    [true, false, false, true, true],
  );
});

test('every program carries known event types', () => {
  for (const program of PROGRAMS)
    for (const type of program.types) assert.ok(record.TYPE_NAMES.includes(type), `${program.name}: ${type}`);
});
