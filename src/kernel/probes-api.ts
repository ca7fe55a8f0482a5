/** The probes as the agent sees them. */
import type { OpenGuard } from '../schema/open-guard.ts';
import type { RecordPart } from '../schema/record-parts.ts';
import type { Blocked } from './attacher.ts';
import type { ObjectOptions } from './object.ts';
import type { TypeState } from './probes-state.ts';
import type { ProgramFacts, TypeCount } from './readings.ts';

export interface ProbesState {
  /** Of the wanted types. */
  readonly types: readonly TypeState[];
  readonly attached: number;
  readonly pending: number;
  /** Whether every system call of the host passes the dispatcher. */
  readonly dispatching: boolean;
  /** What the kernel has not come back from for long. */
  readonly blocked: Blocked | null;
}

export interface Notice {
  readonly priority: 'Informational' | 'Warning';
  readonly text: string;
}

export interface Probes {
  readonly ringFd: number;
  readonly ringBytes: number;
  /** Hooks that are attached or, for iterators, loaded. */
  readonly active: readonly string[];
  /** Event types that somebody reports now. */
  readonly carried: ReadonlySet<string>;
  /**
   * Reports these types from now on and no others (but process life), with these parts, and of opens these
   * (default: all). Resolves when they are
   * reported; what is not attached yet comes, and what is no longer needed goes, in the background.
   */
  want(types: ReadonlySet<string>, parts: ReadonlySet<RecordPart>, opens?: OpenGuard): Promise<void>;
  /**
   * Resolves when what no dispatcher can stand in for (io_uring) is attached, given up, or held up by the kernel for
   * seconds, which is said.
   */
  complete(): Promise<void>;
  /** Resolves when there is nothing left to do in the background. */
  settled(): Promise<void>;
  state(): ProbesState;
  /** Events sent and lost since the start, for each event type. */
  counts(): TypeCount[];
  facts(): ProgramFacts[];
  /** Hooks that are no longer attached, and maps that hold something else, though the agent did not do that. */
  tampered(): string[];
  /** Every living process: records of type `task`, one after the other. Empty if the iterator is missing. */
  readTasks(): Uint8Array;
  /**
   * Before the end: detaches what the dispatcher can stand in for, which meanwhile does, so that the slow part of a
   * close costs no event. Resolves when that is done, or the kernel holds it up.
   */
  retire(): Promise<void>;
  /** Detaches and unloads. Kernels 6.1 and 6.12 take about 0.15 s for each fexit program. */
  close(): Promise<void>;
}

export interface ProbesOptions extends ObjectOptions {
  /** What kernelFunctions() found. */
  readonly functions: ReadonlySet<string>;
  /** Told what only the work in the background brings to light. */
  readonly onNotice: (notice: Notice) => void;
  /** Told at the start from when on the wanted events are reported. */
  readonly onFlow?: () => void;
  /** Leaves all calls to the dispatcher: for tests of it. */
  readonly dispatcherOnly?: boolean;
}
