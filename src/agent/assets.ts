import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as sea from 'node:sea';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { ObjectName } from '../kernel/index.ts';

/** Parts of the program that are not JavaScript of the main thread: from the binary, or from a checkout's build. */

/** The compiled BPF object of that name. @throws when a checkout has not been built */
export function bpfObject(name: ObjectName): Uint8Array {
  if (sea.isSea()) return new Uint8Array(sea.getRawAsset(name));
  return readFileSync(join(import.meta.dirname, '../../build/bpf', name));
}

export function startEngineWorker(options: WorkerOptions): Worker {
  if (sea.isSea()) return new Worker(sea.getAsset('worker.cjs', 'utf8'), { ...options, eval: true });
  return new Worker(join(import.meta.dirname, '../engine/worker.ts'), options);
}
