/** What the kernel says about our programs: counters, facts, and the processes it has. */
import { closeSync, readSync } from 'node:fs';
import * as record from '../schema/record.generated.ts';
import type { Native } from './native.ts';
import { must } from './object.ts';

export interface TypeCount {
  readonly type: string;
  readonly sent: bigint;
  /** The ring had no place. */
  readonly lost: bigint;
  /** Ended in the kernel, because no rule can match them. */
  readonly dropped: bigint;
}

export interface ProgramFacts {
  readonly program: string;
  /** Instructions the verifier looked at; 0 before kernel 5.16, which does not tell. */
  readonly verifiedInsns: number;
  /** Runs the kernel skipped because the program was being run on that CPU already; events lost that way. */
  readonly missedRuns: number;
  readonly jitedBytes: number;
  /** Runs and their time, ns; counted only while kernel.bpf_stats_enabled is 1. */
  readonly runs: number;
  readonly runNs: number;
}

/**
 * @param maps handle of the object that owns the maps
 * @param types those that are asked for; others have never been reported
 */
export function readCounts(native: Native, maps: number, types: ReadonlySet<string>): TypeCount[] {
  return record.TYPE_NAMES.flatMap((type, number) => {
    if (!types.has(type)) return [];
    const sums = new BigUint64Array(record.SIZE_COUNT / 8);
    must(native, native.saker_bpf_map_sum(maps, 'counts', number, sums, sums.length), 'read the counters');
    const at = (offset: number): bigint => sums[offset / 8]!;
    return {
      type,
      sent: at(record.AT_COUNT_SENT),
      lost: at(record.AT_COUNT_LOST),
      dropped: at(record.AT_COUNT_DROPPED),
    };
  });
}

/** @param handle the object the program is loaded in */
export function readFacts(native: Native, handle: number, program: string): ProgramFacts {
  const f = new BigUint64Array(6);
  must(native, native.saker_bpf_program_facts(handle, program, f), `ask about program ${program}`);
  return {
    program,
    verifiedInsns: Number(f[0]),
    missedRuns: Number(f[1]),
    jitedBytes: Number(f[3]),
    runs: Number(f[4]),
    runNs: Number(f[5]),
  };
}

/** Output of an iterator program. */
export function readIterator(native: Native, handle: number, program: string): Uint8Array {
  const fd = must(native, native.saker_bpf_iterate(handle, program), `start the iterator ${program}`);
  try {
    return readAll(fd);
  } finally {
    closeSync(fd);
  }
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
