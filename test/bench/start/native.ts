/**
 * Processor time of all threads from the start of the kernel side until events flow, on this machine: median of ten
 * starts, each of a process of its own. Needs root and a kernel that takes programs of tracepoints.
 * usage: native.ts [TYPE...]   event types that rules name (those of the default rules)
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { kernelFunctions, openNative, prepareProbes, readObjects } from '../../../src/kernel/index.ts';

const STARTS = 10;
const DEFAULT_TYPES = ['open', 'openat', 'openat2', 'creat', 'execve', 'execveat'];
const root = new URL('../../..', import.meta.url);

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** ms of each stage. */
async function start(types: readonly string[]): Promise<Record<string, number>> {
  const at = [processorMs()];
  const native = openNative();
  at.push(processorMs());
  const functions = kernelFunctions(native);
  at.push(processorMs());
  const prepared = await prepareProbes(native, {
    functions,
    images: readObjects(functions, (name) => readFileSync(new URL(`build/bpf/${name}`, root))),
    ringBytes: 8 << 20,
    ownPid: process.pid,
    threads: false,
    onNotice: () => {},
    onFlow: () => at.push(processorMs()),
  });
  at.push(processorMs());
  const probes = await prepared.start(new Set(types), new Set());
  await probes.close();
  const [begin, opened, named, loaded, flow] = at as [number, number, number, number, number];
  return {
    libraries: opened - begin,
    functions: named - opened,
    loading: loaded - named,
    attaching: flow - loaded,
    all: flow - begin,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

if (process.argv[2] === 'once') console.log(JSON.stringify(await start(process.argv.slice(3))));
else {
  const types = process.argv.length > 2 ? process.argv.slice(2) : DEFAULT_TYPES;
  const args = ['--disable-warning=ExperimentalWarning', import.meta.filename, 'once', ...types];
  const starts: Record<string, number>[] = Array.from({ length: STARTS }, () =>
    JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })),
  );
  for (const stage of Object.keys(starts[0]!))
    console.log(`${stage}: ${Math.round(median(starts.map((times) => times[stage]!)))} ms`);
}
