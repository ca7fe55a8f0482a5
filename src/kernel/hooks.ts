/** Every place where a program of bpf/saker.bpf.c can hang, and what it reports there. */
import * as record from '../schema/record.generated.ts';

export interface Hook {
  readonly name: string;
  /** The BPF program; several hooks may share one. */
  readonly program: string;
  /** Kernel function it hangs on; null for tracepoints and iterators, which every supported kernel has. */
  readonly target: string | null;
  /** Event types it carries. */
  readonly types: readonly string[];
  /** Of the hooks in one group the first that this kernel can have is used; the others are its fallbacks. */
  readonly group: string;
  /** Hangs on the kernel's fprobe, see FPROBE. */
  readonly fprobe?: true;
  /** What part of the events it carries, when not all. */
  readonly detail?: string;
  /** Iterators are read, not attached. */
  readonly iterator?: true;
  /** Kernels without 32-bit programs do not have it; that it is missing is no loss. */
  readonly optional?: true;
  /** Attached whatever the rules want. */
  readonly always?: true;
}

/**
 * Where the kernel may preempt a program (full and lazy preemption, the only kinds from 7.0 on), a tracepoint or
 * fexit program that was preempted blocks its own runs for every other task on that CPU: with 16 busy processes
 * on two CPUs 70 % of the opens went unseen. fprobe (kprobe.multi) runs programs without preemption and lost none.
 * It is fit for us since 6.14, when it moved to the function graph tracer; before, a few calls that block, such as
 * opens of FIFOs, use up its return slots. This function exists since then.
 */
export const FPROBE = 'fprobe_fgraph_entry';

const OPEN = ['open', 'openat', 'openat2', 'creat'];
const URING = ['openat', 'openat2'];
const FORK = ['fork', 'vfork', 'clone', 'clone3'];
const EXEC = ['execve', 'execveat'];

/**
 * Types that are always reported: without process life no other event can be explained, and without changes of
 * directory proc.cwd would be that of the last exec.
 */
export const ALWAYS: readonly string[] = [...FORK, ...EXEC, 'procexit', 'task', 'chdir', 'fchdir'];

type Place = Partial<Pick<Hook, 'always' | 'detail' | 'group'>>;

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

/** System calls whose wrapper is not called as the event is. */
const SYMBOLS: ReadonlyMap<string, string> = new Map([['umount2', 'umount']]);
/** System calls without arguments have no wrapper that takes registers. */
const BARE: ReadonlySet<string> = new Set(['setsid', 'inotify_init']);
/** No call of the 64-bit table has this name. */
const ONLY_32_BIT: ReadonlySet<string> = new Set(['umount']);

/** 32-bit calls with programs of their own (COMPAT_CALL in bpf/probes/calls.bpf.h), by symbol. */
const COMPAT_CALLS: ReadonlySet<string> = new Set(
  `
  unlink unlinkat rmdir rename renameat renameat2 link linkat symlink symlinkat
  mkdir mkdirat mknod mknodat chmod fchmod fchmodat chown lchown fchown
  fchownat setxattr mount umount chroot chdir fchdir setuid setgid setreuid
  setregid setresuid setresgid setns unshare prctl kill tkill tgkill memfd_create
  init_module finit_module delete_module bpf dup2 socket bind listen connect
  accept4 sendto
  `
    .trim()
    .split(/\s+/),
);

/** One call of the tables in bpf/probes. */
function call(type: string, number: number): Hook[] {
  const symbol = SYMBOLS.get(type) ?? type;
  const isSocket = number >= record.TYPE_SOCKET && number <= record.TYPE_SETSOCKOPT;
  const name = `call_${symbol}`;
  const target = BARE.has(type) ? `__do_sys_${symbol}` : `__x64_sys_${symbol}`;
  const shared = isSocket ? 'socket_fprobe' : 'call_fprobe';
  return [...callHooks(name, shared, { target, types: [type] }), ...compatHooks(symbol, shared, type)];
}

function callHooks(
  name: string,
  shared: string,
  place: Pick<Hook, 'target' | 'types' | 'detail' | 'optional'>,
): Hook[] {
  const hook = { ...place, group: name };
  return [
    { name: `${name}_fprobe`, program: shared, fprobe: true, ...hook },
    { name, program: name, ...hook },
  ];
}

function compatHooks(symbol: string, shared: string, type: string): Hook[] {
  if (!COMPAT_CALLS.has(symbol)) return [];
  const place = { target: `__ia32_sys_${symbol}`, types: [type], detail: '32-bit', optional: true } as const;
  return callHooks(`compat_${symbol}`, shared, place);
}

const CALLS = record.TYPE_NAMES.flatMap((type, number) =>
  number < record.TYPE_UNLINK || ONLY_32_BIT.has(type) ? [] : call(type, number),
);

const FAILED = { detail: 'failed calls', always: true } as const;
const FAILED_32 = { detail: '32-bit failed calls', always: true } as const;
const BY_URING = { detail: 'io_uring' } as const;

/** All hooks. Process life comes first: it attaches first, so that no process is missed. */
export const HOOKS: readonly Hook[] = [
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
  // The canary comes this way, so it stays.
  ...either('open_syscall', 'do_sys_openat2', OPEN, { always: true }),
  ...either('open_uring_file_v7', 'do_file_open', URING, { ...BY_URING, group: 'uring' }),
  ...either('open_uring_file', 'do_filp_open', URING, { ...BY_URING, group: 'uring' }),
  ...either('open_uring_end', 'io_openat2', URING, BY_URING),
  ...either('open_uring_begin', 'io_openat2', URING, BY_URING),
  ...either('execve_failed', '__x64_sys_execve', ['execve'], FAILED),
  ...either('execveat_failed', '__x64_sys_execveat', ['execveat'], FAILED),
  ...either('execve_compat_failed', '__ia32_compat_sys_execve', ['execve'], FAILED_32),
  ...either('execveat_compat_failed', '__ia32_compat_sys_execveat', ['execveat'], FAILED_32),
  ...CALLS,
];

/** Event types that some hook reports. */
export const COLLECTED: ReadonlySet<string> = new Set(HOOKS.flatMap(({ types }) => types));

/** Kernel functions whose presence decides about hooks. */
export const TARGETS: ReadonlySet<string> = new Set([
  FPROBE,
  ...HOOKS.flatMap((hook) => (hook.target === null ? [] : [hook.target])),
]);

/** The events a hook carries, for people. */
export function describe(hook: Hook): string {
  return hook.types.join(', ') + (hook.detail === undefined ? '' : ` (${hook.detail})`);
}
