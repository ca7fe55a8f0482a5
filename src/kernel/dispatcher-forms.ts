/** The programs of bpf/probes/dispatch.bpf.h, in the two forms in which they see the return of all system calls. */
import * as record from '../schema/record.generated.ts';

/**
 * Where the kernel may preempt a program (full and lazy preemption, the only kinds from 7.0 on), a tracepoint or
 * fexit program that was preempted blocks its own runs for every other task on that CPU: with 16 busy processes
 * on two CPUs 70 % of the opens went unseen. fprobe (kprobe.multi) runs programs without preemption and lost none.
 * It is fit for us since 6.14, when it moved to the function graph tracer; before, a few calls that block, such as
 * opens of FIFOs, use up its return slots. This function exists since then.
 */
export const FPROBE = 'fprobe_fgraph_entry';

/** Kernels since 7.0 call the tracepoint in a function that fprobe can hang on. */
export const FPROBE_PLACE = 'trace_syscall_exit';

export interface DispatcherForm {
  /** The program that sees all calls. */
  readonly dispatch: string;
  /** It hangs on a function that is called only while this program is attached; null: it is attached itself. */
  readonly wake: string | null;
  /** Kind of call (enum saker_kind) → the program it goes on with. */
  readonly programs: ReadonlyMap<number, string>;
  /** Where these are entered. */
  readonly map: string;
}

const KINDS: readonly (readonly [kind: number, program: string])[] = [
  [record.KIND_CALL, 'dispatched_call'],
  [record.KIND_FD, 'dispatched_fd'],
  [record.KIND_CLOSE, 'dispatched_close'],
  [record.KIND_SOCKET, 'dispatched_socket'],
  [record.KIND_BARE, 'dispatched_bare'],
  [record.KIND_OPEN, 'dispatched_open'],
  [record.KIND_EXEC, 'dispatched_exec'],
];

const TRACEPOINT: DispatcherForm = {
  dispatch: 'dispatch',
  wake: null,
  programs: new Map(KINDS),
  map: 'dispatched',
};

/** Preemption cannot silence this one (decision 30). */
const BY_FPROBE: DispatcherForm = {
  dispatch: 'dispatch_fprobe',
  wake: 'dispatch_wake',
  programs: new Map(KINDS.map(([kind, program]) => [kind, `${program}_fprobe`])),
  map: 'dispatched_fprobe',
};

/** Those that a kernel with these of the TARGETS can have, the best first. */
export function dispatcherForms(functions: ReadonlySet<string>): readonly DispatcherForm[] {
  return functions.has(FPROBE) && functions.has(FPROBE_PLACE) ? [BY_FPROBE, TRACEPOINT] : [TRACEPOINT];
}

/** What a form needs for these kinds of calls. */
export function programsOf({ dispatch, wake, programs }: DispatcherForm, kinds: Iterable<number>): string[] {
  return [dispatch, ...(wake === null ? [] : [wake]), ...Array.from(kinds, (kind) => programs.get(kind)!)];
}

export const DISPATCHER_PROGRAMS: readonly string[] = [BY_FPROBE, TRACEPOINT].flatMap((form) =>
  programsOf(form, form.programs.keys()),
);
