/**
 * Does knowing containers cost the engine anything? The same events of 500 services, once while no container is known
 * and once beside 500 known ones; then the same events inside those containers.
 *
 *     node test/bench/containers/throughput.ts [rules file]
 *
 * The runs take turns within one process and are measured in time of the processor, so that other work on the machine
 * counts little. Budget: not below 0.97 of the rate without containers, by the median of the rounds. Exit 1 otherwise.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noFacts } from '../../../src/containers/facts.ts';
import type { ContainerNews } from '../../../src/containers/index.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { execRecord, openRecord } from '../../unit/engine/records.ts';
import { rulesInput } from './engine-input.ts';

const BUDGET = 0.97;
const PLACES = 500;
/** Records in the ring; each engine reads them again and again. */
const RECORDS = 4000;
const PASSES = 10;
const WARM_UP = 10;
const ROUNDS = 40;
/** Of each case: two engines that do the same differ by some percent, by where their data came to lie. */
const ENGINES = 15;

const rulesFile = process.argv[2] ?? join(import.meta.dirname, '../../../rules/core.yaml');
const rules = rulesInput(readFileSync(rulesFile, 'utf8'));
const id = (at: number): string => at.toString(16).padStart(64, '0');
const service = (at: number): string => `/system.slice/service${at}.service`;
const container = (at: number): string => `/system.slice/docker-${id(at)}.scope`;

interface Ring {
  readonly memory: Uint8Array;
  readonly places: readonly (readonly [offset: number, length: number])[];
}

function ringOf(records: readonly Uint8Array[]): Ring {
  const memory = new Uint8Array(records.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  const places = records.map((record) => {
    memory.set(record, offset);
    const place = [offset, record.length] as const;
    offset += record.length;
    return place;
  });
  return { memory, places };
}

function takeAll(engine: Engine, { places }: Ring): void {
  for (const [offset, length] of places) engine.take(offset, length);
}

/** Every process has executed something, so each cgroup's path has been told. */
function started(path: (at: number) => string, known: readonly ContainerNews[]): (passes: number) => number {
  const execs = Array.from({ length: PLACES }, (_, at) =>
    execRecord('execve', '/bin/cat', { pid: 1000 + at, cgroup: 5000 + at }, '', path(at)),
  );
  const opens = Array.from({ length: RECORDS }, (_, at) =>
    openRecord('openat', {
      pid: 1000 + (at % PLACES),
      cgroup: 5000 + (at % PLACES),
      ret: 3,
      name: `/var/lib/data/file${at % 1000}`,
    }),
  );
  const all = ringOf([...execs, ...opens]);
  const engine = new Engine();
  if (!engine.load(rules).ok) throw new Error(`${rulesFile} is not valid`);
  engine.watch(all.memory);
  takeAll(engine, { ...all, places: all.places.slice(0, PLACES) });
  engine.takeContainerNews(known);
  const ring = { ...all, places: all.places.slice(PLACES) };
  return (passes) => {
    const before = process.threadCpuUsage();
    for (let pass = 0; pass < passes; pass++) {
      takeAll(engine, ring);
      engine.takeAlerts();
    }
    const { user, system } = process.threadCpuUsage(before);
    return ((passes * RECORDS) / (user + system)) * 1e6;
  };
}

const facts = { ...noFacts('docker'), name: 'web', image: 'acme/web:1', imageRepository: 'acme/web' };
const known = Array.from(
  { length: PLACES },
  (_, at) => ({ kind: 'facts', key: id(at), facts, final: true }) as const,
);
const cases = {
  'services, no container known': () => started(service, []),
  'services, 500 containers known': () => started(service, known),
  'inside 500 known containers': () => started(container, known),
};

const names = Object.keys(cases) as (keyof typeof cases)[];
type Rates = Record<keyof typeof cases, number>;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Another one first each time, so that none always runs on what its forerunner left in caches and heap. */
function turned<T>(all: readonly T[], by: number): T[] {
  return all.map((_, at) => all[(at + by) % all.length]!);
}

/** Rates of a fresh engine of each case, round by round. */
function measure(set: number): Rates[] {
  const engines = turned(names, set).map((name) => ({ name, run: cases[name]() }));
  return Array.from({ length: WARM_UP + ROUNDS }, (_, round) => {
    const turn = turned(engines, round);
    return Object.fromEntries(turn.map(({ name, run }) => [name, run(PASSES)])) as Rates;
  }).slice(WARM_UP);
}

const rounds = Array.from({ length: ENGINES }, (_, set) => measure(set)).flat();
const [base] = names;
for (const name of names) {
  const rate = Math.round(median(rounds.map((round) => round[name]))).toLocaleString('en');
  // Of runs that followed one another: the machine's other work changes from second to second.
  const ratio = median(rounds.map((round) => round[name] / round[base!]));
  console.log(`${name}: ${rate} events a second of processor time, ratio ${ratio.toFixed(3)}`);
  if (ratio < BUDGET) process.exitCode = 1;
}
