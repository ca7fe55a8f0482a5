/**
 * What noise control costs the engine: events that match no rule, with it and without; an alert that is a repeat, one
 * beyond a limit, and one that goes out. All in one run, rounds interleaved, CPU time of one thread, best round.
 *
 * node test/bench/alerts/noise.ts [--json]
 */
import { PRESETS } from '../../../src/agent/noise.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { NoiseInput } from '../../../src/engine/messages.ts';
import { openRecord } from '../../unit/engine/records.ts';

const ROUNDS = 10;
const EVENTS = 20_000;

const RULES = `
- rule: Credential file read
  desc: d
  condition: evt.type in (open, openat) and fd.name startswith /etc/shadow
  output: "Credential file read (file=%fd.name user=%user.name uid=%user.uid command=%proc.cmdline parent=%proc.pname pid=%proc.pid exe=%proc.exepath)"
  priority: WARNING
  tags: [filesystem, credentials]
`;

const open = (name: string): Uint8Array => openRecord('openat', { ret: 3, name });
const HIT = open('/etc/shadow');
const OTHER = open('/usr/lib/x86_64-linux-gnu/libc.so.6');
/** More than any rate lets through, none a repeat of another. */
const VARIED = Array.from({ length: EVENTS }, (_, at) => open(`/etc/shadow${at}`));

function engineWith(noise: NoiseInput): Engine {
  const engine = new Engine();
  const { ok, report } = engine.load({
    files: [{ name: 'bench.yaml', content: RULES }],
    compat: 'saker',
    minimumPriority: 'Debug',
    matching: 'first',
    selection: [],
    appendOutput: [],
    staticFields: {},
    format: {
      hostname: 'h',
      timeFormatIso8601: false,
      includeOutput: true,
      includeMessage: false,
      includeOutputFields: true,
      includeTags: true,
    },
    noise,
  });
  if (!ok) throw new Error(report);
  return engine;
}

interface Case {
  readonly what: string;
  readonly noise: NoiseInput;
  readonly records: readonly Uint8Array[];
  /** Passes a round: the clock moves in steps of some ms. */
  readonly passes: number;
}

const same = (record: Uint8Array): Uint8Array[] => Array<Uint8Array>(EVENTS).fill(record);
const onlyRates: NoiseInput = { ...PRESETS.default, dedup: false, perRule: 1, perGroup: 1 };

const CASES: readonly Case[] = [
  { what: 'no match, off', noise: PRESETS.off, records: same(OTHER), passes: 50 },
  { what: 'no match, default', noise: PRESETS.default, records: same(OTHER), passes: 50 },
  { what: 'no match, off, once more', noise: PRESETS.off, records: same(OTHER), passes: 50 },
  { what: 'delivered, off', noise: PRESETS.off, records: same(HIT), passes: 1 },
  { what: 'repeat, default', noise: PRESETS.default, records: same(HIT), passes: 10 },
  { what: 'beyond the rate, default', noise: PRESETS.default, records: VARIED, passes: 3 },
  { what: 'beyond the rate, without dedup', noise: onlyRates, records: same(HIT), passes: 10 },
];

/** Every record lies at a place of its own in one memory, as in the ring. */
function prepare({ noise, records, passes }: Case) {
  const places = new Map<Uint8Array, number>();
  let bytes = 0;
  for (const record of new Set(records)) {
    places.set(record, bytes);
    bytes += record.length;
  }
  const memory = new Uint8Array(bytes);
  for (const [record, at] of places) memory.set(record, at);
  const engine = engineWith(noise);
  engine.watch(memory);
  const offsets = records.map((record) => places.get(record)!);
  const lengths = records.map(({ length }) => length);
  return {
    best: Number.POSITIVE_INFINITY,
    alerts: 0,
    round() {
      const start = process.threadCpuUsage().user;
      for (let at = 0; at < offsets.length * passes; at++) {
        engine.take(offsets[at % offsets.length]!, lengths[at % offsets.length]!);
        if (at % 256 === 0) this.alerts += engine.takeAlerts().length;
      }
      const spentNs = (process.threadCpuUsage().user - start) * 1000;
      this.best = Math.min(this.best, spentNs / (offsets.length * passes));
    },
  };
}

const prepared = CASES.map((one) => ({ ...one, state: prepare(one) }));
// Forwards and backwards in turn: what comes first finds another cache.
for (let round = 0; round < ROUNDS; round++)
  for (const { state } of round % 2 === 0 ? prepared : prepared.toReversed()) state.round();

const rows = prepared.map(({ what, state }) => ({
  what,
  nsPerEvent: Math.round(state.best),
  alerts: state.alerts,
}));
const ns = (what: string): number => rows.find((row) => row.what === what)!.nsPerEvent;
const summary = {
  noMatchDefaultOverOff: ns('no match, default') / ns('no match, off'),
  deliveredOverRepeat: ns('delivered, off') / ns('repeat, default'),
  deliveredOverBeyondRate: ns('delivered, off') / ns('beyond the rate, without dedup'),
};
if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ node: process.version, rows, summary }, null, 2)}\n`);
} else {
  for (const { what, nsPerEvent, alerts } of rows)
    process.stdout.write(`${what.padEnd(34)} ${String(nsPerEvent).padStart(8)} ns/event  ${alerts} alerts\n`);
  for (const [name, value] of Object.entries(summary))
    process.stdout.write(`${name.padEnd(34)} ${value.toFixed(2).padStart(8)}\n`);
}
