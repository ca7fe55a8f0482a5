import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FPROBE } from '../../../src/kernel/dispatcher-forms.ts';
import { COLLECTED, HOOKS, TARGETS } from '../../../src/kernel/hooks.ts';
import { planHooks, TRAMPOLINES_MAX } from '../../../src/kernel/plan.ts';
import { CASTS } from '../../../src/kernel/uring-hooks.ts';
import * as record from '../../../src/schema/record.generated.ts';

const LIFE = ['process_fork', 'process_exec', 'process_exit', 'task_dump'];
const V6 = new Set([...TARGETS].filter((t) => t !== FPROBE && t !== CASTS));
const V7 = new Set([...TARGETS].filter((t) => t !== 'do_filp_open'));

const without = (functions: Set<string>, prefix: string): Set<string> =>
  new Set([...functions].filter((f) => !f.startsWith(prefix)));

const load = (wanted: string[], functions: Set<string>): string[] =>
  planHooks(new Set(wanted), functions).hooks.map((p) => p.name);

test('without rules only process life, changes of directory and the way of the canary are there', () => {
  const names = load([], V6);
  assert.deepEqual(names.slice(0, 4), LIFE);
  assert.deepEqual(
    names.slice(4).filter((n) => !n.startsWith('exec')),
    ['open_syscall', 'on_x64_sys_chdir', 'on_x64_sys_fchdir', 'on_ia32_sys_chdir', 'on_ia32_sys_fchdir'],
  );
});

test('a call gets its own program, and on kernels with fprobe the shared one', () => {
  for (const [functions, program] of [
    [V6, 'on_x64_sys_unlinkat'],
    [V7, 'call_fprobe'],
  ] as const) {
    const hook = planHooks(new Set(['unlinkat']), functions).hooks.find((h) => h.types.includes('unlinkat'));
    assert.deepEqual([hook?.program, hook?.target], [program, '__x64_sys_unlinkat']);
  }
});

test('a 32-bit call has a hook of its own, which a kernel without such programs does not miss', () => {
  assert.ok(load(['unlinkat'], V6).includes('on_ia32_sys_unlinkat'));
  const { hooks, missing } = planHooks(new Set(['unlinkat']), without(V6, '__ia32_'));
  assert.ok(hooks.every((h) => h.name !== 'on_ia32_sys_unlinkat'));
  assert.deepEqual(missing, []);
});

test('a 32-bit call that a kernel with 32-bit programs cannot hook is left to the dispatcher', () => {
  const { missing, absent } = planHooks(new Set(['unlinkat']), without(V6, '__ia32_sys_unlinkat'));
  assert.deepEqual([missing, absent.map(({ name }) => name)], [[], ['on_ia32_sys_unlinkat']]);
});

test('the sub-calls of socketcall have their types from it', () => {
  for (const type of ['connect', 'recvmmsg', 'socketcall'])
    assert.ok(load([type], V6).includes('on_ia32_compat_sys_socketcall'), type);
});

test('every type of the record has a hook', () => {
  assert.deepEqual(
    record.TYPE_NAMES.slice(1).filter((type) => !COLLECTED.has(type)),
    [],
  );
});

test('open alone needs no io_uring programs, openat does', () => {
  assert.deepEqual(
    load(['open'], V6).filter((n) => n.includes('open_')),
    ['open_syscall'],
  );
  assert.ok(load(['openat'], V6).includes('open_uring_begin'));
});

test('what comes without a call has a tracepoint each, and only for rules that name it', () => {
  const added = (type: string): string[] => load([type], V6).filter((name) => !load([], V6).includes(name));
  assert.deepEqual(added('switch'), ['on_switch']);
  assert.deepEqual(added('signaldeliver'), ['on_signal_deliver']);
  assert.deepEqual(added('page_fault'), ['on_page_fault_user', 'on_page_fault_kernel']);
  assert.deepEqual(
    load(['open'], V6).filter((name) => /^on_(switch|signal|page)/.test(name)),
    [],
  );
});

test('opens by io_uring have the hooks of their kernel, and those of others are not missed', () => {
  for (const [functions, programs] of [
    [V6, ['open_uring_file', 'open_uring_end', 'open_uring_begin']],
    [without(V7, FPROBE), ['uring_open_installs', 'uring_open_ends', 'uring_open_begins']],
    [V7, ['uring_open_installs_fprobe', 'uring_open_ends_fprobe', 'uring_open_begins_fprobe']],
  ] as const) {
    const plan = planHooks(new Set(['openat']), functions);
    assert.deepEqual(
      plan.hooks.map((p) => p.name).filter((n) => /open_uring|uring_open/.test(n)),
      programs,
    );
    assert.deepEqual(plan.missing, []);
  }
});

test('a kernel that preempts programs gets fprobe, with the other form as fallback', () => {
  const plan = planHooks(new Set(['openat']), V7);
  const names = plan.hooks.map((p) => p.name);
  assert.ok(names.includes('open_syscall_fprobe') && !names.includes('open_syscall'));
  assert.equal(plan.fallback.get('open_syscall_fprobe')?.name, 'open_syscall');
  assert.equal(planHooks(new Set(['openat']), V6).fallback.size, 0);
});

test('a function the kernel lacks: system calls have the dispatcher, others are reported', () => {
  const without = (name: string): ReturnType<typeof planHooks> =>
    planHooks(new Set(['openat']), new Set([...V6].filter((f) => f !== name)));
  const call = without('do_sys_openat2');
  assert.deepEqual([call.missing, call.absent.map(({ name }) => name)], [[], ['open_syscall']]);
  const other = without('do_filp_open');
  assert.deepEqual([other.missing.map((m) => m.program), other.absent], [['open_uring_file'], []]);
  assert.match(other.missing[0]!.reason, /do_filp_open.*openat/);
});

test('every hook at the return of system calls says which calls those are', () => {
  for (const { name, target, dispatch, fprobe, detail } of HOOKS) {
    const isReturn = target !== null && /(x64|ia32|compat|do)_sys_/.test(target);
    assert.equal(dispatch !== undefined, isReturn, name);
    if (detail?.startsWith('32-bit')) assert.deepEqual(dispatch?.abis, [1], name);
    assert.ok(fprobe === undefined || name.endsWith('_fprobe'), name);
  }
});

test('whoever wants everything gets no more trampolines than can be detached in time', () => {
  const { hooks, spared } = planHooks(COLLECTED, V6);
  const trampolines = hooks.filter(({ dispatch }) => dispatch !== undefined);
  assert.equal(trampolines.length, TRAMPOLINES_MAX);
  assert.ok(
    spared.length > 0 && spared.every((hook) => hook.dispatch !== undefined && !hooks.includes(hook)),
  );
  assert.deepEqual(planHooks(COLLECTED, V7).spared, [], 'fprobe has no such price');
});

test('wanted types and process life are reported, nothing else', () => {
  const { types } = planHooks(new Set(['openat']), V6);
  assert.deepEqual(
    ['openat', 'open', 'creat', 'execve', 'procexit'].map((type) => types.has(type)),
    [true, false, false, true, true],
  );
});

test('every hook carries known event types', () => {
  for (const hook of HOOKS)
    for (const type of hook.types) assert.ok(record.TYPE_NAMES.includes(type), `${hook.name}: ${type}`);
});
