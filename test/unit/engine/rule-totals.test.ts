import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
import type { RulesInput } from '../../../src/engine/messages.ts';
import { openRecord } from '../decode/record-bytes.ts';

const rule = (name: string, path: string): string =>
  `- {rule: ${name}, desc: d, condition: "evt.type = openat and fd.name = ${path}", output: x, priority: INFO, tags: [t]}\n`;

const input = (content: string): RulesInput => ({
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
});

test('a rule goes on counting over a reload that keeps it; one that went and came back begins anew', () => {
  const engine = new Engine();
  const record = openRecord({ name: '/etc/shadow', path: '/etc/shadow', base: '' });
  const load = (content: string): void => {
    assert.ok(engine.load(input(content)).ok);
    engine.watch(record);
  };
  const see = (times: number): void => {
    for (let i = 0; i < times; i++) engine.take(0, record.length);
    engine.takeAlerts();
  };
  const stats = (): unknown =>
    engine.stats(0).rules.map(({ name, evaluated, matched }) => ({ name, evaluated, matched }));
  const [shadow, other] = [rule('shadow', '/etc/shadow'), rule('other', '/etc/other')];

  load(shadow + other);
  see(3);
  const first = [
    { name: 'shadow', evaluated: 3, matched: 3 },
    { name: 'other', evaluated: 0, matched: 0 },
  ];
  assert.deepEqual(stats(), first);
  assert.ok(!engine.load(input('- rule: broken')).ok);
  assert.deepEqual(stats(), first, 'a load that fails changes nothing');
  load(shadow);
  see(2);
  assert.deepEqual(stats(), [{ name: 'shadow', evaluated: 5, matched: 5 }]);
  load(other);
  see(1);
  load(other + shadow);
  see(1);
  assert.deepEqual(stats(), [
    { name: 'other', evaluated: 0, matched: 0 },
    { name: 'shadow', evaluated: 1, matched: 1 },
  ]);
  const [{ priority, source, tags } = assert.fail()] = engine.stats(0).rules;
  assert.deepEqual({ priority, source, tags }, { priority: 'Informational', source: 'syscall', tags: ['t'] });
});
