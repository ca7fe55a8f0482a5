import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../../../../src/rules/index.ts';

const rule = (name: string, condition: string): string =>
  `- rule: ${name}\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: NOTICE\n`;

const TABLE: { name: string; content: string; lints: string[] }[] = [
  { name: 'nothing', content: rule('r', 'evt.type = open and proc.name in (a, b)'), lints: [] },
  { name: 'repeated key', content: '- list: l\n  items: [a]\n  items: [b]\n', lints: ['LINT_DUPLICATE_KEY'] },
  {
    name: 'undefined list',
    content: rule('r', 'evt.type = open and proc.name in (shell_binaries)'),
    lints: ['LINT_UNDEFINED_LIST'],
  },
  {
    name: 'mistyped list',
    content: `- list: my_things\n  items: [a]\n${rule('r', 'evt.type = open and proc.name in (my_thing, my_things)')}`,
    lints: ['LINT_UNDEFINED_LIST'],
  },
  {
    name: 'mistyped list without _, alone',
    content: `- list: shells\n  items: [a]\n${rule('r', 'evt.type = open and proc.name in (shels) and proc.pname in (shells)')}`,
    lints: ['LINT_UNDEFINED_LIST'],
  },
  {
    name: 'a word among others that is nearly a list',
    content: `- list: shells\n  items: [a]\n${rule('r', 'evt.type = open and proc.name in (shell, b) and proc.pname in (shells)')}`,
    lints: [],
  },
  {
    name: 'three levels of lists',
    content: `- list: a\n  items: [x]\n- list: b\n  items: [a]\n- list: c\n  items: [b]\n${rule('r', 'evt.type = open and proc.name in (c)')}`,
    lints: ['LINT_NESTED_LIST'],
  },
  {
    name: 'list in quotes',
    content: `- list: l\n  items: [p]\n${rule('r', `'evt.type = open and proc.cmdline = "x l y"'`)}`,
    lints: ['LINT_LIST_IN_QUOTES'],
  },
  {
    name: 'empty list',
    content: rule('r', 'evt.type = open and proc.name in ()'),
    lints: ['LINT_EMPTY_LIST'],
  },
  {
    name: 'a list to be filled by users is no mistake',
    content: `- list: l\n  items: []\n${rule('r', 'evt.type = open and proc.name in (l)')}`,
    lints: [],
  },
  {
    name: 'any ancestor',
    content: rule('r', 'evt.type = open and proc.aname != sh'),
    lints: ['LINT_ANY_ANCESTOR'],
  },
  { name: 'one ancestor', content: rule('r', 'evt.type = open and proc.aname[2] != sh'), lints: [] },
  {
    name: 'missing value as text',
    content: rule('r', 'evt.type = open and proc.name = <NA>'),
    lints: ['LINT_NA_TEXT'],
  },
  {
    name: 'never true',
    content: rule('r', 'evt.type = open and evt.type = close'),
    lints: ['LINT_NEVER_MATCHES'],
  },
  {
    name: 'a type that never comes, among others',
    content: rule('r', 'evt.type in (open, cpu_hotplug)'),
    lints: ['LINT_UNSEEN_TYPE'],
  },
  {
    name: 'a type of another architecture',
    content: rule('r', 'evt.type = spu_run'),
    lints: ['LINT_UNSEEN_TYPE'],
  },
  { name: 'every type that comes', content: rule('r', 'evt.type in (switch, signaldeliver)'), lints: [] },
  {
    name: 'a rule that leaves the type open',
    content: `${rule('r', 'proc.name = a')}  warn_evttypes: false\n`,
    lints: [],
  },
  { name: 'placeholder', content: `${rule('r', 'evt.num = 0')}  warn_evttypes: false\n`, lints: [] },
  {
    name: 'hidden rule',
    content: rule('wide', 'evt.type = open') + rule('narrow', 'evt.type = open and proc.name = a'),
    lints: ['LINT_HIDDEN_RULE'],
  },
  {
    name: 'narrow rule first',
    content: rule('narrow', 'evt.type = open and proc.name = a') + rule('wide', 'evt.type = open'),
    lints: [],
  },
  {
    name: 'append of and to or',
    content: `${rule('r', 'evt.type = open or evt.type = close')}- rule: r\n  condition: and proc.name = a\n  override: {condition: append}\n`,
    lints: ['LINT_APPEND_OPERATOR'],
  },
  {
    name: 'append of and to or in parentheses',
    content: `${rule('r', '(evt.type = open or evt.type = close)')}- rule: r\n  condition: and proc.name = a\n  override: {condition: append}\n`,
    lints: [],
  },
  {
    name: 'defined twice',
    content: `${rule('r', 'evt.type = open')}${rule('r', 'evt.type = close')}`,
    lints: ['LINT_LATE_REDEFINITION'],
  },
  {
    name: 'filter-only field in an output',
    content: '- rule: r\n  desc: d\n  condition: evt.type = connect\n  output: "%fd.ip"\n  priority: INFO\n',
    lints: ['LINT_FILTER_ONLY_OUTPUT'],
  },
];

for (const { name, content, lints } of TABLE) {
  test(`lint: ${name}`, () => {
    const load = (compat: 'saker' | 'falco') =>
      loadRules([{ name: 'f.yaml', content }], { compat }).files[0]!;
    assert.deepEqual(
      load('saker').lints.map(({ code }) => code),
      lints,
    );
    assert.deepEqual(load('falco').lints, []);
    assert.deepEqual(load('saker').errors, []);
  });
}

test('hidden rules only matter when the first match ends the search', () => {
  const content = rule('wide', 'evt.type = open') + rule('narrow', 'evt.type = open and proc.name = a');
  const result = loadRules([{ name: 'f.yaml', content }], { ruleMatching: 'all' });
  assert.deepEqual(result.files[0]!.lints, []);
});

test('blocks with braces get a hint', () => {
  const content = 'rule shell {\n  condition: proc.name = bash\n}\n';
  const [error] = loadRules([{ name: 'f.yaml', content }]).files[0]!.errors;
  assert.match(error?.hint ?? '', /write "- rule: NAME"/);
});
