/**
 * The load plan: which programs carry the wanted events on this kernel. Pure; the kernel's facts come in as the
 * set of functions its BTF knows.
 */
import * as record from '../schema/record.generated.ts';

export interface ProgramSpec {
  readonly name: string;
  /** Kernel function it hangs on; null for tracepoints and iterators, which every supported kernel has. */
  readonly target: string | null;
  /** Event types it carries. */
  readonly types: readonly string[];
  /** Of programs in one group exactly one must load: the same hook under the names of different kernels. */
  readonly group?: string;
  /** Its absence narrows the events, but is no loss of a whole type. */
  readonly detail?: string;
  /** Iterators are read, not attached. */
  readonly iterator?: true;
}

const OPEN = ['open', 'openat', 'openat2', 'creat'];
const URING = ['openat', 'openat2'];
const FORK = ['fork', 'vfork', 'clone', 'clone3'];
const EXEC = ['execve', 'execveat'];
const FAILED = 'failed calls';

/** Every program of bpf/saker.bpf.c. Process life comes first: it attaches first, so that no process is missed. */
export const PROGRAMS: readonly ProgramSpec[] = [
  { name: 'process_fork', target: null, types: FORK },
  { name: 'process_exec', target: null, types: EXEC },
  { name: 'process_exit', target: null, types: ['procexit'] },
  { name: 'task_dump', target: null, types: ['task'], iterator: true },
  { name: 'open_syscall', target: 'do_sys_openat2', types: OPEN },
  { name: 'open_uring_file', target: 'do_filp_open', types: URING, group: 'uring', detail: 'io_uring' },
  { name: 'open_uring_file_v7', target: 'do_file_open', types: URING, group: 'uring', detail: 'io_uring' },
  { name: 'open_uring_end', target: 'io_openat2', types: URING, detail: 'io_uring' },
  { name: 'open_uring_begin', target: 'io_openat2', types: URING, detail: 'io_uring' },
  { name: 'execve_failed', target: '__x64_sys_execve', types: ['execve'], detail: FAILED },
  { name: 'execveat_failed', target: '__x64_sys_execveat', types: ['execveat'], detail: FAILED },
  {
    name: 'execve_compat_failed',
    target: '__ia32_compat_sys_execve',
    types: ['execve'],
    detail: `32-bit ${FAILED}`,
  },
  {
    name: 'execveat_compat_failed',
    target: '__ia32_compat_sys_execveat',
    types: ['execveat'],
    detail: `32-bit ${FAILED}`,
  },
];

/** Kernel functions whose presence the plan asks for. */
export const TARGETS: ReadonlySet<string> = new Set(
  PROGRAMS.flatMap((p) => (p.target === null ? [] : [p.target])),
);

/** Always loaded: without process life no other event can be explained. */
const ALWAYS = new Set([...FORK, ...EXEC, 'procexit', 'task']);

export interface Missing {
  readonly program: string;
  /** One line for people. */
  readonly reason: string;
}

export interface LoadPlan {
  readonly load: readonly ProgramSpec[];
  readonly missing: readonly Missing[];
  /** Value for saker_config.enabled: bit per event type. */
  readonly enabled: number;
}

export function describe(spec: ProgramSpec): string {
  return spec.types.join(', ') + (spec.detail === undefined ? '' : ` (${spec.detail})`);
}

/**
 * @param wanted event types that rules name; process life is added
 * @param functions those of TARGETS that the kernel has
 */
export function planLoad(wanted: ReadonlySet<string>, functions: ReadonlySet<string>): LoadPlan {
  const types = new Set([...wanted, ...ALWAYS]);
  const useful = PROGRAMS.filter((p) => p.types.some((t) => types.has(t)));
  const load = useful.filter((p) => p.target === null || functions.has(p.target));
  const groups = new Set(load.map((p) => p.group));
  const missing = useful
    .filter((p) => !load.includes(p) && (p.group === undefined || !groups.has(p.group)))
    .map((p) => ({
      program: p.name,
      reason: `the kernel has no function ${p.target}: ${describe(p)} not seen`,
    }));
  const enabled = record.TYPE_NAMES.reduce(
    (mask, name, type) => (types.has(name) ? mask | (1 << type) : mask),
    0,
  );
  return { load, missing, enabled };
}
