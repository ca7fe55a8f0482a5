import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RulesInput } from '../../../src/engine/messages.ts';
import { checkOf, loadRuleSet } from '../../../src/engine/rule-set.ts';
import { Watched } from '../../../src/engine/watched.ts';
import type { OpenGuard } from '../../../src/schema/open-guard.ts';

const checkRules = (rules: RulesInput) => checkOf(loadRuleSet(rules), new Watched(rules.syscalls));

const kindsOf = (guard: OpenGuard): string[] => [...new Set(guard.flatMap(({ kinds }) => [...kinds]))].sort();

const rule = (name: string, condition: string, tags = '[]', priority = 'INFO'): string =>
  `- {rule: ${name}, desc: d, condition: ${JSON.stringify(condition)}, output: o, priority: ${priority}, tags: ${tags}}\n`;

function input(content: string, over: Partial<RulesInput> = {}): RulesInput {
  return {
    files: [{ name: 'rules.yaml', content }],
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
    ...over,
  };
}

test('events that rules ask for, and those they name', () => {
  const check = checkRules(
    input(
      rule('a', 'evt.type in (openat, connect)') +
        rule('b', 'evt.type = connect') +
        rule('c', 'proc.name = x') +
        rule('d', 'evt.type in (switch, procexit)'),
    ),
  );
  assert.ok(check.ok);
  assert.equal(check.rules, 4);
  assert.ok(check.eventTypes.has('openat') && check.eventTypes.has('execve'));
  assert.deepEqual(Object.fromEntries(check.named), {
    connect: 2,
    openat: 1,
    procexit: 1,
    switch: 1,
  });
});

test('what comes without a call is watched only when a rule names it, whatever all system calls are', () => {
  for (const all of [false, true]) {
    const syscalls = { all, customSet: [], dropFailed: false };
    const types = (condition: string) => checkRules(input(rule('a', condition), { syscalls })).eventTypes;
    for (const type of ['switch', 'signaldeliver', 'page_fault']) {
      assert.equal(types('proc.name = x').has(type), false, type);
      assert.ok(types(`evt.type in (openat, ${type})`).has(type), type);
    }
    assert.equal(types('proc.name = x').has('read'), all);
  }
});

test('selection, tags and minimum priority decide what runs', () => {
  const rules = rule('one', 'evt.type = open', '[x]') + rule('two', 'evt.type = open', '[y]', 'ERROR');
  assert.equal(checkRules(input(rules, { selection: [{ disable: { tag: 'x' } }] })).rules, 1);
  assert.equal(
    checkRules(input(rules, { selection: [{ disable: { rule: '*' } }, { enable: { rule: 't*' } }] })).rules,
    1,
  );
  assert.equal(checkRules(input(rules, { minimumPriority: 'Warning' })).rules, 1);
});

test('a broken file is reported with its name and line, a good one says nothing', () => {
  const check = checkRules(input(rule('a', 'evt.type = open and and')));
  assert.ok(!check.ok);
  assert.match(check.report, /rules\.yaml:1/);
  assert.equal(checkRules(input(rule('a', 'evt.type = open'))).report, '');
});

test('calls that programs make all the time are watched for those that name them only', () => {
  const open = checkRules(input(rule('a', 'proc.name = x') + rule('b', 'evt.type != read')));
  const named = checkRules(input(rule('a', 'evt.type in (read, futex)')));
  for (const type of ['read', 'futex']) {
    assert.ok(!open.eventTypes.has(type), type);
    assert.ok(named.eventTypes.has(type), type);
  }
  assert.ok(open.eventTypes.has('swapon') && open.eventTypes.has('openat'));
});

const ANY = rule('any', 'proc.name = x');
const CONNECTS = rule('connects', 'evt.type = connect');
const OPENS = rule('opens', 'evt.type in (open, openat) and fd.name = /x');
for (const [what, over, rules, expected] of [
  ['names without ! change nothing', { customSet: ['read', 'connect'] }, CONNECTS, { types: ['connect'] }],
  ['a call is taken away', { customSet: ['!open'] }, OPENS, { types: ['openat'] }],
  [
    'a rule that is left with nothing is named',
    { customSet: ['!connect'] },
    CONNECTS + OPENS,
    { types: ['open', 'openat'], report: /takes away every event of rule "connects"/ },
  ],
  [
    'a name that is none',
    { customSet: ['!conect'] },
    CONNECTS,
    { types: ['connect'], report: /"conect" is no system call; did you mean connect\?/ },
  ],
  ['failed calls', { dropFailed: true }, OPENS, { types: ['open', 'openat'], opens: ['read', 'write'] }],
] as const)
  test(`base_syscalls: ${what}`, () => {
    const syscalls = { all: false, customSet: [], dropFailed: false, ...over };
    const check = checkRules(input(rules, { syscalls }));
    assert.ok(check.ok);
    assert.deepEqual([...check.eventTypes].sort(), expected.types);
    assert.match(check.report, 'report' in expected ? expected.report : /^$/);
    if ('opens' in expected) assert.deepEqual(kindsOf(check.opens), expected.opens);
  });

test('base_syscalls.all: rules that leave the type open see frequent calls', () => {
  const typesOf = (all: boolean): ReadonlySet<string> =>
    checkRules(input(ANY, { syscalls: { all, customSet: ['!futex'], dropFailed: false } })).eventTypes;
  assert.deepEqual([typesOf(false).has('read'), typesOf(true).has('read')], [false, true]);
  assert.equal(typesOf(true).has('futex'), false);
});
