import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
import {
  CANARY_PATH,
  CANARY_RULE,
  type RulesInput,
  type SyscallsInput,
} from '../../../src/engine/messages.ts';
import { AT_HEADER_PID, AT_HEADER_RET } from '../../../src/schema/record.generated.ts';
import { openRecord } from '../decode/record-bytes.ts';
import { execRecord, openRecord as openBy } from './records.ts';

const rule = (name: string, condition: string): string =>
  `- {rule: ${name}, desc: d, condition: ${JSON.stringify(condition)}, output: "%fd.name", priority: INFO}\n`;

function rulesOf(
  content: string,
  matching: 'first' | 'all',
  syscalls: Partial<SyscallsInput> = {},
): RulesInput {
  return {
    files: [{ name: 'rules.yaml', content }],
    compat: 'saker',
    minimumPriority: 'Debug',
    matching,
    selection: [],
    appendOutput: [{ suggested_output: false }],
    staticFields: {},
    syscalls: { all: false, customSet: [], dropFailed: false, ...syscalls },
    format: {
      hostname: 'h',
      timeFormatIso8601: false,
      includeOutput: true,
      includeMessage: false,
      includeOutputFields: true,
      includeTags: true,
    },
  };
}

function engineWith(
  content: string,
  matching: 'first' | 'all',
  record: Uint8Array,
  syscalls: Partial<SyscallsInput> = {},
): Engine {
  const engine = new Engine();
  assert.ok(engine.load(rulesOf(content, matching, syscalls)).ok);
  engine.watch(record);
  return engine;
}

/** Rule and file name of each alert that one record gives. */
function alerts(content: string, matching: 'first' | 'all', record: Uint8Array): string[] {
  const engine = engineWith(content, matching, record);
  engine.take(0, record.length);
  return engine.takeAlerts().map((alert) => `${alert.rule} ${alert.output}`);
}

const SHADOW = rule('shadow', 'evt.type = openat and fd.name = /etc/shadow');
const TMP = rule('tmp', 'evt.type = openat and fd.name startswith /tmp/');
const ANY = rule('any', 'evt.type = openat');
const link = (): Uint8Array => openRecord({ name: '/tmp/link', path: '/etc/shadow', base: '' });

const rows: { name: string; content: string; matching: 'first' | 'all'; want: string[] }[] = [
  {
    name: 'all: each name has its rule',
    content: SHADOW + TMP,
    matching: 'all',
    want: ['tmp /tmp/link', 'shadow /etc/shadow'],
  },
  {
    name: 'all: a rule that matches under both alerts once, under the given name',
    content: ANY,
    matching: 'all',
    want: ['any /tmp/link'],
  },
  {
    name: 'first: the rule that stands first wins under the resolved name',
    content: SHADOW + TMP,
    matching: 'first',
    want: ['shadow /etc/shadow'],
  },
  {
    name: 'first: the rule that stands first wins under the given name',
    content: TMP + SHADOW,
    matching: 'first',
    want: ['tmp /tmp/link'],
  },
  {
    name: 'first: one rule that matches under both',
    content: ANY,
    matching: 'first',
    want: ['any /tmp/link'],
  },
  {
    name: 'no rule',
    content: rule('none', 'evt.type = openat and fd.name = /x'),
    matching: 'first',
    want: [],
  },
];
for (const { name, content, matching, want } of rows) {
  test(`a link from /tmp to /etc/shadow; ${name}`, () =>
    assert.deepEqual(alerts(content, matching, link()), want));
}

test('the canary is an open of its path by the agent itself, and no rule of the user sees it', () => {
  const openBy = (pid: number): Uint8Array => {
    const record = openRecord({ name: CANARY_PATH, path: '', base: '' });
    new DataView(record.buffer).setUint32(AT_HEADER_PID, pid, true);
    return record;
  };
  const canary = openBy(process.pid);
  for (const matching of ['first', 'all'] as const) {
    const engine = engineWith(ANY, matching, canary);
    engine.take(0, canary.length);
    assert.deepEqual(
      engine.takeAlerts().map((a) => [a.rule, a.source]),
      [[CANARY_RULE, 'internal']],
    );
  }
  assert.deepEqual(
    alerts(ANY, 'first', openBy(process.pid + 1)),
    [`any ${CANARY_PATH}`],
    'somebody else cannot sing',
  );
});

test('a reload keeps what is known of processes, and comes between two events', () => {
  // No process can have this id: what is known of it comes from its records alone.
  const pid = 5_000_000;
  const exec = execRecord('execve', '/usr/bin/cat', { pid, comm: 'cat' });
  const open = openBy('openat', { pid, comm: 'cat' });
  const both = Buffer.concat([exec, open]);
  const asked = (name: string) =>
    `- {rule: ${name}, desc: d, condition: "evt.type = openat", output: "%proc.exepath", priority: INFO}\n`;
  const engine = engineWith(asked('before'), 'first', both);
  const takeOpen = () => engine.take(exec.length, open.length);
  takeOpen();
  engine.take(0, exec.length);
  takeOpen();
  assert.ok(engine.load(rulesOf(asked('after'), 'first')).ok);
  takeOpen();
  assert.ok(!engine.load(rulesOf('- rule: broken', 'first')).ok);
  takeOpen();
  const seen = engine.takeAlerts().map((alert) => `${alert.rule} ${alert.output}`);
  assert.deepEqual(seen, ['before <NA>', 'before /usr/bin/cat', 'after /usr/bin/cat', 'after /usr/bin/cat']);
});

test('bytes that are no record are counted, and the engine goes on', () => {
  const record = link();
  const engine = engineWith(ANY, 'first', record);
  engine.take(8, 64);
  engine.take(0, record.length);
  assert.equal(engine.takeAlerts().length, 1);
  assert.equal(engine.stats(0).corrupt, 1);
});

test('what the configuration takes away no rule sees, but the canary comes through', () => {
  const [link, canary] = [
    openRecord({ name: '/tmp/x', path: '' }),
    openRecord({ name: CANARY_PATH, path: '' }),
  ];
  const at = (record: Uint8Array) => new DataView(record.buffer);
  for (const record of [link, canary]) at(record).setBigInt64(AT_HEADER_RET, -2n, true);
  at(link).setUint32(AT_HEADER_PID, process.pid + 1, true);
  at(canary).setUint32(AT_HEADER_PID, process.pid, true);
  const rules = (syscalls: Partial<SyscallsInput>, record: Uint8Array): string[] => {
    const engine = engineWith(ANY, 'first', record, syscalls);
    engine.take(0, record.length);
    return engine.takeAlerts().map((alert) => alert.rule);
  };
  for (const taken of [{ dropFailed: true }, { customSet: ['!openat', '!open'] }]) {
    assert.deepEqual(rules(taken, link), []);
    assert.deepEqual(rules(taken, canary), [CANARY_RULE]);
  }
  assert.deepEqual(rules({ customSet: ['!connect'] }, link), ['any']);
});
