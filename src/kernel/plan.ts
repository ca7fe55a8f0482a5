/**
 * The load plan: which programs carry the wanted events on this kernel. Pure; the kernel's facts come in as the
 * set of functions its BTF knows.
 */
export interface ProgramSpec {
  readonly name: string;
  /** Kernel function it hangs on; null for tracepoints and iterators, which every supported kernel has. */
  readonly target: string | null;
  /** Event types it carries. */
  readonly types: readonly string[];
  /** Of the programs in one group the first that this kernel can have is loaded; the others are its fallbacks. */
  readonly group: string;
  /** Hangs on the kernel's fprobe, see FPROBE. */
  readonly fprobe?: true;
  /** What part of the events it carries, when not all. */
  readonly detail?: string;
  /** Iterators are read, not attached. */
  readonly iterator?: true;
}

/**
 * Where the kernel may preempt a program (full and lazy preemption, the only kinds from 7.0 on), a tracepoint or
 * fexit program that was preempted blocks its own runs for every other task on that CPU: with 16 busy processes
 * on two CPUs 70 % of the opens went unseen. fprobe (kprobe.multi) runs programs without preemption and lost none.
 * It is fit for us since 6.14, when it moved to the function graph tracer; before, a few calls that block, such as
 * opens of FIFOs, use up its return slots. This function exists since then.
 */
const FPROBE = 'fprobe_fgraph_entry';

const OPEN = ['open', 'openat', 'openat2', 'creat'];
const URING = ['openat', 'openat2'];
const FORK = ['fork', 'vfork', 'clone', 'clone3'];
const EXEC = ['execve', 'execveat'];

/** The same hook as fprobe and as fexit. */
function either(
  name: string,
  target: string,
  types: readonly string[],
  detail?: string,
  group = name,
): ProgramSpec[] {
  const spec = { target, types, group, ...(detail === undefined ? {} : { detail }) };
  return [
    { name: `${name}_fprobe`, fprobe: true, ...spec },
    { name, ...spec },
  ];
}

/** Every program of bpf/saker.bpf.c. Process life comes first: it attaches first, so that no process is missed. */
export const PROGRAMS: readonly ProgramSpec[] = [
  { name: 'process_fork_fprobe', fprobe: true, target: 'wake_up_new_task', types: FORK, group: 'fork' },
  { name: 'process_fork', target: null, types: FORK, group: 'fork' },
  { name: 'process_exec_fprobe', fprobe: true, target: 'finalize_exec', types: EXEC, group: 'exec' },
  { name: 'process_exec', target: null, types: EXEC, group: 'exec' },
  { name: 'process_exit_fprobe', fprobe: true, target: 'taskstats_exit', types: ['procexit'], group: 'exit' },
  { name: 'process_exit', target: null, types: ['procexit'], group: 'exit' },
  { name: 'task_dump', target: null, types: ['task'], group: 'task', iterator: true },
  ...either('open_syscall', 'do_sys_openat2', OPEN),
  ...either('open_uring_file_v7', 'do_file_open', URING, 'io_uring', 'uring'),
  ...either('open_uring_file', 'do_filp_open', URING, 'io_uring', 'uring'),
  ...either('open_uring_end', 'io_openat2', URING, 'io_uring'),
  ...either('open_uring_begin', 'io_openat2', URING, 'io_uring'),
  ...either('execve_failed', '__x64_sys_execve', ['execve'], 'failed calls'),
  ...either('execveat_failed', '__x64_sys_execveat', ['execveat'], 'failed calls'),
  ...either('execve_compat_failed', '__ia32_compat_sys_execve', ['execve'], '32-bit failed calls'),
  ...either('execveat_compat_failed', '__ia32_compat_sys_execveat', ['execveat'], '32-bit failed calls'),
];

/** Kernel functions whose presence the plan asks for. */
export const TARGETS: ReadonlySet<string> = new Set([
  FPROBE,
  ...PROGRAMS.flatMap((p) => (p.target === null ? [] : [p.target])),
]);

/** Always loaded: without process life no other event can be explained. */
const ALWAYS = new Set([...FORK, ...EXEC, 'procexit', 'task']);

export interface Missing {
  readonly program: string;
  /** One line for people. */
  readonly reason: string;
}

export interface LoadPlan {
  /** One program per group, in the order of attaching. */
  readonly load: readonly ProgramSpec[];
  /** Program → the one to try when the kernel refuses it. */
  readonly fallback: ReadonlyMap<string, ProgramSpec>;
  readonly missing: readonly Missing[];
  /** Event types to report: the wanted ones and process life. */
  readonly types: ReadonlySet<string>;
}

/** The events a program carries, for people. */
export function describe(spec: ProgramSpec): string {
  return spec.types.join(', ') + (spec.detail === undefined ? '' : ` (${spec.detail})`);
}

function absent(group: readonly ProgramSpec[]): Missing {
  const spec = group.at(-1)!;
  const functions = [...new Set(group.map((p) => p.target))].join(' or ');
  return {
    program: spec.name,
    reason: `the kernel has no function ${functions}: ${describe(spec)} not seen`,
  };
}

/**
 * @param wanted event types that rules name; process life is added
 * @param functions those of TARGETS that the kernel has
 */
export function planLoad(wanted: ReadonlySet<string>, functions: ReadonlySet<string>): LoadPlan {
  const types = new Set([...wanted, ...ALWAYS]);
  const has = (name: string | null): boolean => name === null || functions.has(name);
  const possible = (p: ProgramSpec): boolean => has(p.target) && (p.fprobe !== true || has(FPROBE));
  const useful = PROGRAMS.filter((p) => p.types.some((t) => types.has(t)));
  const load: ProgramSpec[] = [];
  const fallback = new Map<string, ProgramSpec>();
  const missing: Missing[] = [];
  for (const group of Map.groupBy(useful, (p) => p.group).values()) {
    const choice = group.filter(possible);
    if (choice[0] === undefined) missing.push(absent(group));
    else load.push(choice[0]);
    for (const [i, next] of choice.slice(1).entries()) fallback.set(choice[i]!.name, next);
  }
  return { load, fallback, missing, types };
}
