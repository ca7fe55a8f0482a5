import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { KernelSeries } from '../cache.ts';
import { runInGuest } from '../guest.ts';
import { stage } from '../stage.ts';

const here = (name: string): string => join(import.meta.dirname, name);

/** @returns a new folder for --in, with the scripts of this folder and the workload */
export function stageTiers(): string {
  const scripts = ['hand-over.ts', 'stuck.ts', 'refused.ts'].map(here);
  return stage({ scripts, program: { name: 'workload', sources: [here('workload.c')] } });
}

/** Runs one of the scripts in a guest and returns the JSON it printed last. */
export async function runScript<T>(kernel: KernelSeries, staged: string, script: string): Promise<T> {
  const command = `./node test/vm/tiers/${script}`;
  // qemu 7.2 now and then runs an int3 of the kernel's code patching once more when the kernel has already put the new
  // instruction in its place ("Oops: int3"; Red Hat bug 2216496). With one processor nobody meets one.
  const append = 'maxcpus=1';
  const { code, stdout, failure } = await runInGuest({
    kernel,
    mini: true,
    inDirs: [staged],
    command,
    append,
  });
  assert.equal(code, 0, `${failure ?? ''}\n${stdout}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}
