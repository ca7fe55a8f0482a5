/**
 * How long rules take per event: 25, 93 and 1,000 rules, compiled and as nested closures, and lists of 10 and 100,000
 * entries. Run with the Node that ships:  node test/bench/rules/run.ts [--json]
 *
 * Prints a table; compares with the figures recorded in peers.json. CPU time of one
 * thread, best of several rounds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileRules } from '../../../src/rules/compile/index.ts';
import { type Checked, evaluate } from '../../../src/rules/condition/index.ts';
import { type EventStream, EventView, eventStream } from './event-stream.ts';
import { ruleSet, ruleTexts } from './rule-set.ts';

const EVENTS = 1 << 17;
const ROUNDS = 12;

interface Measured {
  readonly nsPerEvent: number;
  readonly matches: number;
}

/** Best round; `step` handles the event at a place and says how many rules matched. */
function measure(count: number, rounds: number, step: (at: number) => number): Measured {
  let best = Number.POSITIVE_INFINITY;
  let matches = 0;
  for (let round = 0; round < rounds; round++) {
    matches = 0;
    const start = process.threadCpuUsage().user;
    for (let at = 0; at < count; at++) matches += step(at);
    best = Math.min(best, ((process.threadCpuUsage().user - start) * 1000) / count);
  }
  return { nsPerEvent: best, matches };
}

function measureCompiled(conditions: readonly Checked[], stream: EventStream, generate: boolean): Measured {
  const rules = compileRules(conditions, stream.source, { matching: 'all', generate });
  const view = new EventView();
  const out = new Int32Array(rules.size);
  return measure(stream.count, ROUNDS, (at) => {
    view.at = at;
    return rules.match(stream.types[at]!, view, out);
  });
}

/** Every rule as nested closures, tried for its event types: the interpreter to compare with. */
function measureOracle(conditions: readonly Checked[], stream: EventStream): Measured {
  const tests = conditions.map((condition) => evaluate(condition, stream.source));
  const view = new EventView();
  const count = Math.min(stream.count, Math.ceil(2e7 / (conditions.length * 40)));
  return measure(count, 3, (at) => {
    view.at = at;
    let matches = 0;
    for (const test of tests) if (test(stream.types[at]!, view)) matches++;
    return matches;
  });
}

interface Row {
  readonly what: string;
  readonly nsPerEvent: number;
  readonly eventsPerSecond: number;
  readonly matches: number;
}

function row(what: string, { nsPerEvent, matches }: Measured): Row {
  return { what, nsPerEvent: Math.round(nsPerEvent), eventsPerSecond: Math.round(1e9 / nsPerEvent), matches };
}

function listRules(entries: number): Checked[] {
  const names = Array.from({ length: entries }, (_, at) => `listed${at}`);
  const paths = names.map((name) => `/srv/${name}`);
  const nets = names.map((_, at) => `203.${at % 200}.${(at >> 8) % 256}.${at % 256}/32`);
  return ruleSet([
    `evt.type in (openat, execve, connect) and proc.name in (${names.join(',')})`,
    `evt.type in (openat, execve, connect) and fd.name startswith anyof (${paths.join(',')})`,
    `evt.type in (openat, execve, connect) and fd.name pmatch (${paths.join(',')})`,
    `evt.type in (openat, execve, connect) and fd.net in (${nets.join(',')})`,
  ]);
}

const rows: Row[] = [];
const few = eventStream(EVENTS, 256);
const many = eventStream(EVENTS, 65_536);
for (const count of [25, 93, 1000]) {
  const conditions = ruleSet(ruleTexts(count));
  rows.push(row(`${count} rules, generated`, measureCompiled(conditions, few, true)));
  rows.push(row(`${count} rules, generated, 65,536 paths`, measureCompiled(conditions, many, true)));
  rows.push(row(`${count} rules, closures of the compiler`, measureCompiled(conditions, few, false)));
  rows.push(row(`${count} rules, interpreter (oracle)`, measureOracle(conditions, few)));
}
for (const entries of [10, 100_000]) {
  rows.push(row(`4 rules, lists of ${entries}`, measureCompiled(listRules(entries), few, true)));
}

const peers = JSON.parse(readFileSync(join(import.meta.dirname, 'peers.json'), 'utf8'));
const ns = (what: string) => rows.find((candidate) => candidate.what === what)!.nsPerEvent;
const summary = {
  growthFrom93To1000: ns('1000 rules, generated') / ns('93 rules, generated'),
  interpreterOverGenerated93: ns('93 rules, interpreter (oracle)') / ns('93 rules, generated'),
  falcoOverGenerated93: peers.falco_0_44_1[2].nsPerEvent / ns('93 rules, generated'),
  geneOverGenerated1000: peers.gene_rs[1].nsPerEvent / ns('1000 rules, generated'),
  listOf100000AgainstListOf10: ns('4 rules, lists of 100000') / ns('4 rules, lists of 10'),
};
if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ node: process.version, rows, summary }, null, 2)}\n`);
} else {
  for (const { what, nsPerEvent, eventsPerSecond, matches } of rows) {
    process.stdout.write(
      `${what.padEnd(42)} ${String(nsPerEvent).padStart(8)} ns/event ${eventsPerSecond.toLocaleString('en').padStart(12)} events/s  ${matches} matches\n`,
    );
  }
  for (const [name, value] of Object.entries(summary))
    process.stdout.write(`${name.padEnd(42)} ${value.toFixed(2).padStart(8)}\n`);
}
