import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noiseInput, PRESETS } from '../../../src/agent/noise.ts';
import type { Alert } from '../../../src/base/alert.ts';
import { DEFAULTS } from '../../../src/config/index.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { NoiseInput, RulesInput } from '../../../src/engine/messages.ts';
import { openRecord, socketRecord } from './records.ts';

const FILES = `
- rule: opened
  desc: d
  condition: evt.type = openat and fd.name startswith /
  output: "%fd.name by %proc.pid %user.uid fd %fd.num at %evt.time"
  priority: WARNING
`;
const CONNECTIONS = `
- rule: connected
  desc: d
  condition: evt.type = connect
  output: "%fd.name by %proc.pid %evt.num"
  priority: WARNING
`;
const listens = (output: string): string =>
  CONNECTIONS.replace('evt.type = connect', 'evt.type in (connect, bind)').replace(
    /output: .*/,
    `output: "${output}"`,
  );
/** Says nothing about the file. */
const WORDLESS = FILES.replace('%fd.name by %proc.pid %user.uid fd %fd.num at %evt.time', 'an open');

const rulesOf = (content: string, noise?: NoiseInput): RulesInput => ({
  files: [{ name: 'rules.yaml', content }],
  compat: 'saker',
  minimumPriority: 'Debug',
  matching: 'all',
  selection: [],
  appendOutput: [{ suggested_output: false }],
  staticFields: {},
  format: {
    hostname: 'h',
    timeFormatIso8601: false,
    includeOutput: true,
    includeMessage: false,
    includeOutputFields: true,
    includeTags: true,
  },
  ...(noise === undefined ? {} : { noise }),
});

/** Alerts that records give one after another, and the engine. */
function run(content: string, records: readonly Uint8Array[], noise: NoiseInput = PRESETS.default) {
  const engine = new Engine();
  const { ok, report } = engine.load(rulesOf(content, noise));
  assert.ok(ok, report);
  const memory = Buffer.concat(records);
  engine.watch(new Uint8Array(memory));
  let at = 0;
  for (const { length } of records) {
    engine.take(at, length);
    at += length;
  }
  return { engine, alerts: [...engine.takeAlerts()] };
}

const open = (over: Parameters<typeof openRecord>[1]) => openRecord('openat', { ret: 3, ...over });
const connect = (port: number, to = 443) =>
  socketRecord('connect', {
    fd: 3,
    local: [[10, 0, 0, 1], port],
    remote: [[192, 0, 2, 7], to],
  });

const bind = (port: number) => socketRecord('bind', { fd: 3, local: [[0, 0, 0, 0], port] });

const rows: { name: string; content?: string; records: Uint8Array[]; alerts: number }[] = [
  { name: 'the same file by the same user', records: [open({}), open({ pid: 101 })], alerts: 1 },
  {
    name: 'another time and another descriptor',
    records: [open({}), open({ tsNs: 5e9, ret: 9 })],
    alerts: 1,
  },
  { name: 'another file', records: [open({}), open({ name: '/etc/gshadow' })], alerts: 2 },
  { name: 'another user', records: [open({}), open({ uid: 7 })], alerts: 2 },
  {
    name: 'another user, where the output does not say so',
    content: WORDLESS,
    records: [open({}), open({ uid: 7 })],
    alerts: 2,
  },
  {
    name: 'another file, which the output does not say',
    content: WORDLESS,
    records: [open({}), open({ name: '/etc/gshadow' })],
    alerts: 1,
  },
  {
    name: 'the same server from another port of ours',
    content: CONNECTIONS,
    records: [connect(40_000), connect(40_001)],
    alerts: 1,
  },
  {
    name: 'another port of the server',
    content: CONNECTIONS,
    records: [connect(40_000), connect(40_000, 22)],
    alerts: 2,
  },
  {
    name: 'another port of the server, where the output shows no more than it',
    content: listens('port %fd.rport'),
    records: [connect(40_000), connect(40_000, 22)],
    alerts: 2,
  },
  {
    name: 'the same server from another port of ours, where the output shows no more than it',
    content: listens('port %fd.lport'),
    records: [connect(40_000), connect(40_001)],
    alerts: 1,
  },
  {
    name: 'another port that is listened on',
    content: listens('port %fd.lport'),
    records: [bind(4444), bind(5555)],
    alerts: 2,
  },
  {
    name: 'a file whose name looks like a connection is compared in full',
    records: [open({ name: '/tmp/10.0.0.1:1->192.0.2.7:2' }), open({ name: '/tmp/10.0.0.1:9->192.0.2.7:2' })],
    alerts: 2,
  },
];
for (const { name, content = FILES, records, alerts } of rows) {
  test(`${alerts === 1 ? 'a repeat' : 'no repeat'}: ${name}`, () => {
    const result = run(content, records);
    assert.equal(result.alerts.length, alerts);
    const { suppressed, matches } = result.engine.stats(0);
    assert.equal(matches, records.length);
    const [rule] = suppressed.values();
    assert.equal(rule?.dedup ?? 0, records.length - alerts);
  });
}

test('values cannot be moved from one field into the next', () => {
  const content = FILES.replace('%fd.name by', '%fs.path.name|%evt.arg.flags by');
  const names = ['/a', '/a|x', '/a3:|x', '/a 2:/a'];
  assert.equal(
    run(
      content,
      names.map((name) => open({ name })),
    ).alerts.length,
    names.length,
  );
});

test('at the end what was held back becomes alerts of the rule, in Falco’s JSON', () => {
  const { engine } = run(FILES, [open({}), open({}), open({})]);
  engine.finish();
  const [told, ...more] = engine.takeAlerts() as Alert[];
  assert.equal(more.length, 0);
  assert.match(told!.text, /: Warning \/etc\/shadow by 100 0 fd 3 at .* \(repeated 2 times in 1 s\)$/);
  const json = JSON.parse(told!.json);
  assert.equal(json.rule, 'opened');
  assert.equal(json.output_fields['alert.repeated'], 2);
  assert.equal(json.output_fields['fd.name'], '/etc/shadow');
  assert.deepEqual(Object.keys(json), [
    'hostname',
    'output',
    'output_fields',
    'priority',
    'rule',
    'source',
    'tags',
    'time',
  ]);
});

test('a reload keeps counts and windows', () => {
  const { engine } = run(FILES, [open({}), open({})]);
  assert.ok(engine.load(rulesOf(FILES + CONNECTIONS, PRESETS.default)).ok);
  const again = open({});
  engine.watch(again);
  engine.take(0, again.length);
  assert.equal(engine.takeAlerts().length, 0);
  assert.deepEqual(engine.stats(0).suppressed, new Map([['opened', { dedup: 2, rate: 0, budget: 0 }]]));
});

test('a field that does not exist is told, and the rules before stay', () => {
  const { engine } = run(FILES, []);
  const { ok, report } = engine.load(rulesOf(FILES, { ...PRESETS.default, dedupBy: ['proc.nme', 'output'] }));
  assert.equal(ok, false);
  assert.equal(report, 'noise_control.dedup_by: "proc.nme" is no field — did you mean proc.name?\n');
});

const choices: { name: string; file: string | null; over: object; want: NoiseInput }[] = [
  { name: 'a file of saker', file: '/etc/saker/saker.yaml', over: {}, want: PRESETS.default },
  { name: 'no file', file: null, over: {}, want: PRESETS.default },
  { name: 'a falco.yaml', file: '/etc/falco/falco.yaml', over: {}, want: PRESETS.off },
  { name: 'compat: falco', file: '/a.yaml', over: { compat: 'falco' }, want: PRESETS.off },
  {
    name: 'a falco.yaml that asks for it',
    file: 'falco.yaml',
    over: { noise_control: { preset: 'strict' } },
    want: PRESETS.strict,
  },
  {
    name: 'single keys over a preset',
    file: null,
    over: { noise_control: { preset: 'off', dedup: true, window_s: 5, except: ['a*'] } },
    want: { ...PRESETS.off, dedup: true, windowMs: 5000, except: ['a*'] },
  },
];
for (const { name, file, over, want } of choices) {
  test(`limits for ${name}`, () => assert.deepEqual(noiseInput({ ...DEFAULTS, ...over }, file), want));
}

test('a rule that is excepted by a pattern is never held back', () => {
  const { alerts } = run(FILES, [open({}), open({})], { ...PRESETS.strict, except: ['open*'] });
  assert.equal(alerts.length, 2);
});
