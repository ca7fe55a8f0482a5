/**
 * Runs in a guest: starts the numbered calls, then the probes, then reloads, and tells what came of each number.
 * Prints one line of JSON.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventRecord } from '../../../src/decode/index.ts';
import { kernelFunctions, openNative, readObjects, startProbes } from '../../../src/kernel/index.ts';
import { mapRing, openRing } from '../../../src/ring/index.ts';
import * as r from '../../../src/schema/record.generated.ts';

const root = new URL('../../..', import.meta.url);
const WORKLOAD = new URL('build/smoke/workload', root).pathname;
const FIFO = '/tmp/tiers/fifo';
const NUMBERED = /^\/tmp\/tiers\/([a-z])-(\d+)$/;

mkdirSync('/tmp/tiers', { recursive: true });
execFileSync('mkfifo', [FIFO]);
const blocked = spawn(WORKLOAD, ['blocked']);
const workers = [spawn(WORKLOAD, ['calls']), spawn(WORKLOAD, ['calls'])];

/** Worker and kind of call → number → how often it was seen. */
const seen = new Map<string, Map<number, number>>();
let fifos = 0;

function nameOf(event: EventRecord): string {
  if (event.layout === r.LAYOUT_OPEN) return event.open.name.text;
  if (event.layout === r.LAYOUT_CALL) return event.call.name.text;
  if (event.layout === r.LAYOUT_SOCKET) return event.socket.remotePath.text;
  return event.layout === r.LAYOUT_EXEC_FAILED ? event.execFailed.filename.text : '';
}

function take(event: EventRecord): void {
  const name = nameOf(event);
  if (name === FIFO) fifos++;
  const match = NUMBERED.exec(name);
  if (match === null) return;
  const key = `${workers.findIndex(({ pid }) => pid === event.pid)}${match[1]}`;
  const numbers = seen.get(key) ?? new Map<number, number>();
  seen.set(key, numbers.set(Number(match[2]), (numbers.get(Number(match[2])) ?? 0) + 1));
}

const native = openNative();
const functions = kernelFunctions(native);
const notices: string[] = [];
const probes = await startProbes(native, new Set(['openat', 'unlink', 'connect']), new Set(), {
  images: readObjects(functions, (name) => readFileSync(new URL(`build/bpf/${name}`, root))),
  ringBytes: 8 << 20,
  ownPid: process.pid,
  threads: false,
  functions,
  onNotice: ({ text }) => void notices.push(text),
});
const ring = openRing(native, mapRing(native, probes.ringFd, probes.ringBytes), native.saker_event_open());
const view = new EventRecord(ring.memory);

/** Type → the tiers it had, in their order. */
const tiers = new Map<string, string[]>();

function look(): void {
  while (ring.drain((offset, length) => view.at(offset, length) && take(view), 1000) > 0);
  for (const { type, parts } of probes.state().types) {
    const had = tiers.get(type) ?? [];
    const now = parts[0]?.tier ?? 'none';
    if (had.at(-1) !== now) tiers.set(type, [...had, now]);
  }
}

const timer = setInterval(look, 10);
look();
const atStart = probes.state();

// All programs are attached, the dispatcher still helps: now the call that began before them ends.
while (probes.state().pending > 0) await sleep(10);
const both = probes.state();
look();
closeSync(openSync(FIFO, 'w'));
await probes.settled();
await sleep(500);
const settled = probes.state();

await probes.want(new Set(['openat', 'unlink', 'connect', 'rmdir']), new Set());
const added = probes.state();
await probes.settled();
await sleep(500);

// The agent is about to end: the dispatcher takes all back, and the programs go while it reports.
look();
const seenBefore = new Map([...seen].map(([key, numbers]) => [key, Math.max(...numbers.keys())]));
const retiring = performance.now();
await probes.retire();
const retireMs = Math.round(performance.now() - retiring);
const retired = probes.state();
await sleep(500);

async function countOf(worker: ChildProcess): Promise<number> {
  let text = '';
  worker.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  worker.kill();
  await new Promise((resolve) => worker.once('close', resolve));
  return Number(text);
}

const made = await Promise.all(workers.map(countOf));
blocked.kill();
await sleep(200);
look();
clearInterval(timer);

const kinds = Object.fromEntries(
  [...seen].map(([key, numbers]) => {
    const first = Math.min(...numbers.keys());
    const last = (made[Number(key[0])] ?? 0) - 1;
    const missing: number[] = [];
    for (let n = first; n <= last; n++) if (!numbers.has(n)) missing.push(n);
    const repeated = [...numbers].filter(([, times]) => times > 1).map(([n]) => n);
    const until = seenBefore.get(key) ?? 0;
    const twice = repeated.filter((n) => n < until);
    const atEnd = repeated.filter((n) => n >= until);
    return [key, { first, last, missing, twice, atEnd }];
  }),
);
const lost = probes.counts().filter((count) => count.lost > 0n);
const skipped = probes.facts().reduce((sum, { missedRuns }) => sum + missedRuns, 0);
const states = { atStart, both, settled, added, retired };
const brief = Object.entries(states).map(([name, { attached, pending, dispatching }]) => [
  name,
  { attached, pending, dispatching },
]);
const closing = performance.now();
await probes.close();
const report = {
  made,
  fifos,
  kinds,
  tiers: Object.fromEntries(tiers),
  notices,
  lost: lost.map(({ type }) => type),
  skipped,
  states: Object.fromEntries(brief),
  retireMs,
  closeMs: Math.round(performance.now() - closing),
};
console.log(JSON.stringify(report));
