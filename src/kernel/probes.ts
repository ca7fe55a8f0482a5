/**
 * What is attached, and what it says about itself. Which hooks that are follows the rules, at start and after a
 * reload; what the kernel refuses costs its own events and nothing else.
 */
import { closeSync, readSync } from 'node:fs';
import { constants } from 'node:os';
import * as record from '../schema/record.generated.ts';
import type { RecordPart } from '../schema/record-parts.ts';
import { describe, type Hook } from './hooks.ts';
import { errnoName, type Native } from './native.ts';
import { enableTypes, must, type ObjectOptions } from './object.ts';
import { type Missing, planHooks } from './plan.ts';
import { Programs } from './programs.ts';

export interface TypeCount {
  readonly type: string;
  readonly sent: bigint;
  /** The ring had no place. */
  readonly lost: bigint;
}

export interface ProgramFacts {
  readonly program: string;
  /** Instructions the verifier looked at; 0 before kernel 5.16, which does not tell. */
  readonly verifiedInsns: number;
  /** Runs the kernel skipped because the program was being run on that CPU already; events lost that way. */
  readonly missedRuns: number;
  readonly jitedBytes: number;
}

export interface Probes {
  readonly ringFd: number;
  readonly ringBytes: number;
  /** Hooks that are attached or, for iterators, loaded. */
  readonly active: readonly string[];
  /** Event types that at least one of them reports. */
  readonly carried: ReadonlySet<string>;
  /** What the last want() could not have, a line each. */
  readonly missing: readonly Missing[];
  /**
   * Loads and attaches what these event types need and is not there yet, reports these types from now on and no others
   * (but process life), with these parts, and detaches the rest in the background, one hook a turn of the event loop.
   */
  want(types: ReadonlySet<string>, parts: ReadonlySet<RecordPart>): readonly Missing[];
  /** Events sent and lost since the start, for each event type. */
  counts(): TypeCount[];
  facts(): ProgramFacts[];
  /** Every living process: records of type `task`, one after the other. Empty if the iterator is missing. */
  readTasks(): Uint8Array;
  /** Detaches and unloads. Kernels 6.1 and 6.12 take about 0.15 s for each fexit program. */
  close(): void;
}

function readAll(fd: number): Uint8Array {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(1 << 16);
    const n = readSync(fd, chunk);
    // A buffer of its own starts at an aligned address; the decoder relies on that.
    if (n === 0) return new Uint8Array(Buffer.concat(chunks));
    chunks.push(chunk.subarray(0, n));
  }
}

/**
 * Loads and attaches what the wanted types need.
 * @param wanted event types that rules name
 * @param parts what records carry beside the usual
 * @param functions what kernelFunctions() found
 * @throws LoadError when nothing can be loaded; `explainFailure` turns it into words
 */
export function startProbes(
  native: Native,
  wanted: ReadonlySet<string>,
  parts: ReadonlySet<RecordPart>,
  functions: ReadonlySet<string>,
  options: ObjectOptions,
): Probes {
  const probes = new AttachedProbes(new Programs(native, options), native, functions, options.ringBytes);
  try {
    probes.want(wanted, parts);
  } catch (error) {
    probes.close();
    throw error;
  }
  return probes;
}

interface Attached {
  readonly hook: Hook;
  readonly handle: number;
  /** null for iterators. */
  readonly link: number | null;
}

class AttachedProbes implements Probes {
  readonly ringBytes: number;
  missing: readonly Missing[] = [];
  readonly #programs: Programs;
  readonly #native: Native;
  readonly #functions: ReadonlySet<string>;
  readonly #attached = new Map<string, Attached>();
  #unwanted: string[] = [];
  #detaching: NodeJS.Immediate | null = null;

  constructor(programs: Programs, native: Native, functions: ReadonlySet<string>, ringBytes: number) {
    this.#programs = programs;
    this.#native = native;
    this.#functions = functions;
    this.ringBytes = ringBytes;
  }

  get ringFd(): number {
    return must(this.#native, this.#native.saker_bpf_map_fd(this.#programs.maps, 'ring'), 'find the ring');
  }

  get active(): readonly string[] {
    return [...this.#attached.keys()];
  }

  get carried(): ReadonlySet<string> {
    return new Set([...this.#attached.values()].flatMap(({ hook }) => hook.types));
  }

  want(types: ReadonlySet<string>, parts: ReadonlySet<RecordPart>): readonly Missing[] {
    const plan = planHooks(types, this.#functions);
    const missing = [...plan.missing];
    const kept = new Set<string>();
    for (const { planned, hook } of this.#programs.load(plan)) {
      const problem = hook === undefined ? this.#programs.refusal(planned.program) : this.#attach(hook);
      if (hook !== undefined) kept.add(hook.name);
      if (problem !== null)
        missing.push({ program: planned.name, reason: `${problem}: ${describe(planned)} not seen` });
    }
    enableTypes(this.#native, this.#programs.maps, plan.types, parts);
    this.#unwanted = this.active.filter((name) => !kept.has(name));
    this.#detachNext();
    this.missing = missing;
    return missing;
  }

  /** What went wrong, if it did. */
  #attach(hook: Hook): string | null {
    if (this.#attached.has(hook.name)) return null;
    let link = hook.iterator ? null : this.#link(hook);
    // Old kernels (5.10) attach a fexit program once and never again.
    if (link === -constants.errno.ENOENT && this.#programs.again(hook.program)) link = this.#link(hook);
    if (link !== null && link < 0) return `cannot attach (${errnoName(link)})`;
    this.#attached.set(hook.name, { hook, handle: this.#programs.handleOf(hook.program), link });
    return null;
  }

  #link({ program, fprobe, target }: Hook): number {
    const handle = this.#programs.handleOf(program);
    return this.#native.saker_bpf_attach(handle, program, fprobe ? (target ?? '') : '');
  }

  /** One a turn: detaching blocks, and the thread has other work. What is unwanted no longer reports anyway. */
  #detachNext(): void {
    if (this.#detaching !== null || this.#unwanted.length === 0) return;
    this.#detaching = setImmediate(() => {
      this.#detaching = null;
      const name = this.#unwanted.pop() ?? '';
      const attached = this.#attached.get(name);
      this.#attached.delete(name);
      if (attached !== undefined && attached.link !== null)
        this.#native.saker_bpf_detach(attached.handle, attached.link);
      this.#detachNext();
    });
  }

  counts(): TypeCount[] {
    return record.TYPE_NAMES.slice(1).map((type, i) => {
      const sums = new BigUint64Array(record.SIZE_COUNT / 8);
      must(
        this.#native,
        this.#native.saker_bpf_map_sum(this.#programs.maps, 'counts', i + 1, sums, sums.length),
        'read the counters',
      );
      return { type, sent: sums[record.AT_COUNT_SENT / 8]!, lost: sums[record.AT_COUNT_LOST / 8]! };
    });
  }

  facts(): ProgramFacts[] {
    const programs = new Map([...this.#attached.values()].map(({ hook, handle }) => [hook.program, handle]));
    return [...programs].map(([program, handle]) => {
      const f = new BigUint64Array(4);
      must(
        this.#native,
        this.#native.saker_bpf_program_facts(handle, program, f),
        `ask about program ${program}`,
      );
      return { program, verifiedInsns: Number(f[0]), missedRuns: Number(f[1]), jitedBytes: Number(f[3]) };
    });
  }

  readTasks(): Uint8Array {
    const dump = this.#attached.get('task_dump');
    if (dump === undefined) return new Uint8Array(0);
    const fd = must(
      this.#native,
      this.#native.saker_bpf_iterate(dump.handle, 'task_dump'),
      'start the task iterator',
    );
    try {
      return readAll(fd);
    } finally {
      closeSync(fd);
    }
  }

  close(): void {
    if (this.#detaching !== null) clearImmediate(this.#detaching);
    this.#unwanted = [];
    this.#programs.close();
  }
}
