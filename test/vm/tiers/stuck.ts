/**
 * Runs in a guest: a container that cannot end holds up every trampoline; then it is released. Prints one line of
 * JSON: what was seen meanwhile, and what the probes said.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventRecord } from '../../../src/decode/index.ts';
import { kernelFunctions, openNative, readObjects, startProbes } from '../../../src/kernel/index.ts';
import { mapRing, openRing } from '../../../src/ring/index.ts';

const root = new URL('../../..', import.meta.url);
const WORKLOAD = new URL('build/smoke/workload', root).pathname;

const native = openNative();
const functions = kernelFunctions(native);
const notices: string[] = [];
const began = performance.now();
const stuck: ChildProcess = spawn(WORKLOAD, ['stuck'], { stdio: ['ignore', 'pipe', 'inherit'] });
await once(stuck.stdout!, 'data');

const probes = await startProbes(native, new Set(['rmdir', 'chdir']), new Set(), {
  images: readObjects(functions, (name) => readFileSync(new URL(`build/bpf/${name}`, root))),
  ringBytes: 1 << 20,
  ownPid: 1,
  threads: false,
  functions,
  onNotice: ({ text }) => void notices.push(text),
});
const ring = openRing(native, mapRing(native, probes.ringFd, probes.ringBytes), native.saker_event_open());
const view = new EventRecord(ring.memory);

/** Makes and removes a directory; returns how often the removal was reported. */
function removals(name: string): number {
  let seen = 0;
  mkdirSync(name);
  rmdirSync(name);
  const take = (event: EventRecord): void => {
    if (event.typeName === 'rmdir' && event.call.name.text === name) seen++;
  };
  while (ring.drain((offset, length) => view.at(offset, length) && take(view), 1000) > 0);
  return seen;
}

const tier = (): string | undefined =>
  probes.state().types.find(({ type }) => type === 'rmdir')?.parts[0]?.tier;

// Longer than an attachment may take before it is called blocked.
while (probes.state().blocked === null && performance.now() - began < 60_000) await sleep(100);
const meanwhile = {
  removed: removals('/tmp/meanwhile'),
  tier: tier(),
  blocked: probes.state().blocked?.what,
};
await probes.want(new Set(['rmdir', 'chdir', 'mkdir']), new Set());
const reloaded = { removed: removals('/tmp/reloaded'), dispatching: probes.state().dispatching };
stuck.kill();
await probes.settled();
const released = {
  removed: removals('/tmp/released'),
  tier: tier(),
  dispatching: probes.state().dispatching,
};
await probes.close();
console.log(JSON.stringify({ meanwhile, reloaded, released, notices }));
