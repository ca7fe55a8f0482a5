/** Every place where a program of bpf/saker.bpf.c can hang, and what it reports there. */
import { CALL_ROWS, type CallKind } from '../schema/calls.generated.ts';
import * as record from '../schema/record.generated.ts';
import { ARM64_COMPAT, callFunction } from './call-functions.ts';
import { FPROBE, FPROBE_PLACE } from './dispatcher-forms.ts';
import type { Abi, Dispatch, Hook } from './hook.ts';
import { CASTS, URING_FUNCTION, URING_HOOKS, URING_OPENS } from './uring-hooks.ts';

export type { Abi, Dispatch, Hook } from './hook.ts';

const KINDS: Readonly<Record<CallKind, number>> = {
  call: record.KIND_CALL,
  fd: record.KIND_FD,
  close: record.KIND_CLOSE,
  socket: record.KIND_SOCKET,
  bare: record.KIND_BARE,
};

/** A helper that came with 5.15, after the others that the object with typed pointers calls (bpf/lib/base.h). */
export const TYPED_POINTERS = 'bpf_task_pt_regs';

const OPEN = ['open', 'openat', 'openat2', 'creat'];
const FORK = ['fork', 'vfork', 'clone', 'clone3'];
const EXEC = ['execve', 'execveat'];

/**
 * Types that are always reported: without process life no other event can be explained, and without changes of
 * directory proc.cwd would be that of the last exec.
 */
export const ALWAYS: readonly string[] = [...FORK, ...EXEC, 'procexit', 'task', 'chdir', 'fchdir'];

type Place = Partial<Pick<Hook, 'always' | 'compat' | 'detail' | 'dispatch' | 'group'>>;

/** The same hook as fprobe and as fexit. */
function either(name: string, target: string, types: readonly string[], place: Place = {}): Hook[] {
  const hook = { target, types, group: name, ...place };
  const fprobe = `${name}_fprobe`;
  return [
    { name: fprobe, program: fprobe, fprobe: true, ...hook },
    { name, program: name, ...hook },
  ];
}

/** Process life, whose two forms hang on different places. */
function life(group: string, function_: string, types: readonly string[]): Hook[] {
  const name = `process_${group}`;
  const fprobe = `${name}_fprobe`;
  const hook = { types, group, always: true } as const;
  return [
    { name: fprobe, program: fprobe, fprobe: true, target: function_, ...hook },
    { name, program: name, target: null, ...hook },
  ];
}

/** What one function brings that serves many calls. */
const SOCKETCALL = `
  socketcall socket bind connect listen accept getsockname getpeername socketpair sendto recvfrom shutdown setsockopt
  getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg
`;
const SEVERAL: ReadonlyMap<string, readonly string[]> = new Map([
  ['socketcall', SOCKETCALL.trim().split(/\s+/)],
]);

const BARE = '__do_sys_';

/** One call of the tables in bpf/probes. */
function call(type: string, target: string, kind: CallKind, compat: boolean): Hook[] {
  const name = `on${target.slice(1)}`;
  const abi = compat ? ({ detail: '32-bit', compat } as const) : {};
  const dispatch: Dispatch = {
    // A function without arguments serves both tables.
    abis: compat ? [1] : target.startsWith(BARE) ? [0, 1] : [0],
    kind: KINDS[kind],
    symbol: callFunction(target.replace(BARE, '__x64_sys_')),
  };
  const hook = { target, types: SEVERAL.get(type) ?? [type], group: name, dispatch, ...abi };
  return [
    { name: `${name}_fprobe`, program: `${kind}_fprobe`, fprobe: true, ...hook },
    { name, program: name, ...hook },
  ];
}

const CALLS = CALL_ROWS.flatMap(([type, target, , kind, compat]) =>
  call(type, callFunction(target), kind, compat),
);

function opens(symbol: string): Place {
  return { always: true, dispatch: { abis: [0, 1], kind: record.KIND_OPEN, symbol } };
}

function failed(symbol: string, abi: Abi): Place {
  const dispatch = { abis: [abi], kind: record.KIND_EXEC, symbol };
  if (abi === 0) return { detail: 'failed calls', always: true, dispatch };
  return { detail: '32-bit failed calls', always: true, compat: true, dispatch };
}

/** Processes that begin, change and end, and those that are there. */
const LIFE: readonly Hook[] = [
  ...life('fork', 'wake_up_new_task', FORK),
  ...life('exec', 'finalize_exec', EXEC),
  ...life('exit', 'taskstats_exit', ['procexit']),
  {
    name: 'task_dump',
    program: 'task_dump',
    target: null,
    types: ['task'],
    group: 'task',
    iterator: true,
    always: true,
  },
];

/** What happens to threads without a call of theirs. */
function moment(program: string, type: string, detail?: string): Hook {
  return {
    name: program,
    program,
    target: null,
    types: [type],
    group: program,
    ...(detail ? { detail } : {}),
  };
}

const [OPENAT, EXECVE, EXECVEAT] = ['openat', 'execve', 'execveat'].map((name) =>
  callFunction(`__x64_sys_${name}`),
) as [string, string, string];

const MOMENTS: readonly Hook[] = [
  moment('on_switch', 'switch'),
  moment('on_signal_deliver', 'signaldeliver'),
  moment('on_page_fault_user', 'page_fault', 'by programs'),
  moment('on_page_fault_kernel', 'page_fault', 'by the kernel'),
];

export const LIFE_PROGRAMS: readonly string[] = LIFE.map(({ program }) => program);

/** All hooks. Process life comes first: it attaches first, so that no process is missed. */
export const HOOKS: readonly Hook[] = [
  ...LIFE,
  // The canary comes this way, so it stays.
  ...either('open_syscall', 'do_sys_openat2', OPEN, opens(OPENAT)),
  ...URING_OPENS,
  ...either('execve_failed', EXECVE, ['execve'], failed(EXECVE, 0)),
  ...either('execveat_failed', EXECVEAT, ['execveat'], failed(EXECVEAT, 0)),
  ...either(
    'execve_compat_failed',
    '__ia32_compat_sys_execve',
    ['execve'],
    failed('__ia32_compat_sys_execve', 1),
  ),
  ...either(
    'execveat_compat_failed',
    '__ia32_compat_sys_execveat',
    ['execveat'],
    failed('__ia32_compat_sys_execveat', 1),
  ),
  ...CALLS,
  ...URING_HOOKS,
  ...MOMENTS,
];

/** Event types that some hook reports. */
export const COLLECTED: ReadonlySet<string> = new Set(HOOKS.flatMap(({ types }) => types));

/** Kernel functions whose presence decides about hooks. */
export const TARGETS: ReadonlySet<string> = new Set([
  FPROBE,
  FPROBE_PLACE,
  TYPED_POINTERS,
  URING_FUNCTION,
  CASTS,
  ...(process.arch === 'arm64' ? [ARM64_COMPAT] : []),
  ...HOOKS.flatMap((hook) => (hook.target === null ? [] : [hook.target])),
]);

/** The events a hook carries, for people. */
export function describe(hook: Hook): string {
  return hook.types.join(', ') + (hook.detail === undefined ? '' : ` (${hook.detail})`);
}
