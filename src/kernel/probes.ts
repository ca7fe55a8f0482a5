/**
 * Loads and attaches the programs of a plan. A program that the kernel refuses costs its own events and nothing
 * else: it is left out, named in the report, and the rest is loaded again.
 */
import { closeSync, readSync } from 'node:fs';
import { constants } from 'node:os';
import * as record from '../schema/record.generated.ts';
import { errnoName, type Native } from './native.ts';
import { enableTypes, LoadError, must, type ObjectOptions, openObject, takeLog } from './object.ts';
import { describe, type LoadPlan, type Missing, type ProgramSpec } from './plan.ts';

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
  /** Programs that are attached or, for iterators, loaded. */
  readonly active: readonly string[];
  /** What could not be had, a line each; empty when everything planned is there. */
  readonly missing: readonly Missing[];
  /** Events sent and lost since the start, for each event type. */
  counts(): TypeCount[];
  facts(): ProgramFacts[];
  /** Every living process: records of type `task`, one after the other. Empty if the iterator is missing. */
  readTasks(): Uint8Array;
  /** Detaches and unloads. Kernels 6.1 and 6.12 take about 0.15 s for each fexit program. */
  close(): void;
}

/** The program that libbpf complains about last, or null. */
function blamedProgram(log: string): string | null {
  return [...log.matchAll(/prog '([^']+)': failed to load/g)].at(-1)?.[1] ?? null;
}

/** Last line of the verifier's log that states a reason, for people. */
function refusal(log: string): string {
  const lines = log.split('\n').map((line) => line.trim());
  const reasons = lines.filter((l) => l !== '' && !/^(libbpf:|processed |-- |\d+: \()/.test(l));
  return reasons.at(-1) ?? lines.findLast((l) => l !== '') ?? 'no reason given';
}

interface Loaded {
  readonly handle: number;
  readonly programs: readonly ProgramSpec[];
  readonly missing: Missing[];
}

/** @throws LoadError when not even one program loads, or the fault is not that of a program */
function loadPrograms(native: Native, plan: LoadPlan, options: ObjectOptions): Loaded {
  const missing = [...plan.missing];
  let programs = plan.load;
  for (;;) {
    const handle = openObject(native, new Set(programs.map((p) => p.name)), options);
    takeLog(native);
    const result = native.saker_bpf_load(handle);
    if (result >= 0) return { handle, programs, missing };
    native.saker_bpf_close(handle);
    const log = takeLog(native);
    const blamed = programs.find((p) => p.name === blamedProgram(log));
    // EPERM is a decision about the process or the machine, not a fault of one program.
    if (blamed === undefined || result === -constants.errno.EPERM)
      throw new LoadError('load the BPF programs', result, log);
    const next = plan.fallback.get(blamed.name);
    programs = programs.flatMap((p) => (p !== blamed ? p : (next ?? [])));
    if (next !== undefined) continue;
    if (programs.length === 0) throw new LoadError('load the BPF programs', result, log);
    const reason = `the kernel refused to load it (${errnoName(result)}: ${refusal(log)}): ${describe(blamed)} not seen`;
    missing.push({ program: blamed.name, reason });
  }
}

function attachPrograms(native: Native, { handle, programs, missing }: Loaded): string[] {
  const active: string[] = [];
  for (const spec of programs) {
    const result = spec.iterator ? 0 : native.saker_bpf_attach(handle, spec.name);
    if (result >= 0) active.push(spec.name);
    else
      missing.push({
        program: spec.name,
        reason: `cannot attach (${errnoName(result)}): ${describe(spec)} not seen`,
      });
  }
  return active;
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
 * Loads and attaches what the plan holds.
 * @throws LoadError when nothing can be loaded; `explainFailure` turns it into words
 */
export function startProbes(native: Native, plan: LoadPlan, options: ObjectOptions): Probes {
  const loaded = loadPrograms(native, plan, options);
  const { handle, missing } = loaded;
  enableTypes(native, handle, plan.types);
  const active = attachPrograms(native, loaded);
  const counts = (): TypeCount[] =>
    record.TYPE_NAMES.slice(1).map((type, i) => {
      const sums = new BigUint64Array(record.SIZE_COUNT / 8);
      must(native, native.saker_bpf_map_sum(handle, 'counts', i + 1, sums, sums.length), 'read the counters');
      return { type, sent: sums[record.AT_COUNT_SENT / 8]!, lost: sums[record.AT_COUNT_LOST / 8]! };
    });
  const facts = (): ProgramFacts[] =>
    active.map((program) => {
      const f = new BigUint64Array(4);
      must(native, native.saker_bpf_program_facts(handle, program, f), `ask about program ${program}`);
      return { program, verifiedInsns: Number(f[0]), missedRuns: Number(f[1]), jitedBytes: Number(f[3]) };
    });
  const readTasks = (): Uint8Array => {
    if (!active.includes('task_dump')) return new Uint8Array(0);
    const fd = must(native, native.saker_bpf_iterate(handle, 'task_dump'), 'start the task iterator');
    try {
      return readAll(fd);
    } finally {
      closeSync(fd);
    }
  };
  const ringFd = must(native, native.saker_bpf_map_fd(handle, 'ring'), 'find the ring');
  const close = (): void => void native.saker_bpf_close(handle);
  return { ringFd, ringBytes: options.ringBytes, active, missing, counts, facts, readTasks, close };
}
