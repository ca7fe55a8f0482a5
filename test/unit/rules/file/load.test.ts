import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printCondition } from '../../../../src/rules/condition/index.ts';
import { fileText, type LoadOptions, loadRules } from '../../../../src/rules/file/index.ts';

const rule = (name: string, condition: string, more = ''): string =>
  `- rule: ${name}\n  desc: d\n  condition: ${condition}\n  output: o %proc.name\n  priority: NOTICE\n${more}`;

function load(contents: readonly string[], options: LoadOptions = {}) {
  return loadRules(
    contents.map((content, at) => ({ name: `${at}.yaml`, content })),
    options,
  );
}
const codes = (contents: readonly string[], options?: LoadOptions) =>
  load(contents, options).files.map(({ errors, warnings }) =>
    [...errors, ...warnings].map(({ code }) => code),
  );

test('all mistakes of a file are found, each once and without its consequences', () => {
  const content = [
    '- macro: broken\n  condition: evt.type = open AND x',
    '- macro: user\n  condition: broken and proc.name = a',
    rule('one', 'foo.bar = 1 and baz.qux = 2'),
    rule('two', 'broken'),
    rule('three', 'evt.type = open', '  enabled: maybe\n'),
    '- rule: three\n  tags: [x]\n  override: {tags: append}',
    '- rule: four\n  desc: d\n  condition: zz.y = 1\n  output: "%nothing"\n  priority: INFO',
  ].join('\n');
  const { ok, files } = load([content]);
  assert.equal(ok, false);
  assert.deepEqual(
    files[0]!.errors.map(({ code, context }) => [code, context.place.line + 1]),
    [
      ['LOAD_ERR_YAML_VALIDATE', 22],
      ['LOAD_ERR_COMPILE_CONDITION', 2],
      ['LOAD_ERR_COMPILE_CONDITION', 7],
      ['LOAD_ERR_COMPILE_CONDITION', 7],
      ['LOAD_ERR_COMPILE_OUTPUT', 30],
      ['LOAD_ERR_COMPILE_CONDITION', 29],
    ],
  );
  assert.deepEqual(codes([content], { compat: 'falco' }), [['LOAD_ERR_YAML_VALIDATE']]);
});

test('a wrong file does not disturb its neighbours', () => {
  const { ok, files, rules } = load([rule('a', 'evt.type = open'), 'rule: [', rule('b', 'evt.type = close')]);
  assert.equal(ok, false);
  assert.deepEqual(
    files.map((file) => file.ok),
    [true, false, true],
  );
  assert.deepEqual(
    rules.map(({ name }) => name),
    ['a', 'b'],
  );
});

test('a macro in a later file is too late, in the same file it is not', () => {
  const macro = '- macro: m\n  condition: evt.type = open\n';
  assert.deepEqual(codes([rule('a', 'm') + macro]), [[]]);
  assert.deepEqual(codes([rule('a', 'm'), macro]), [['LOAD_ERR_VALIDATE'], []]);
});

test('a list or macro redefined in a later file changes the rules before it', () => {
  const first = `- list: l\n  items: [a]\n- macro: m\n  condition: proc.name in (l)\n${rule('r', 'evt.type = open and m')}`;
  const { rules } = load([first, '- list: l\n  items: [b]\n']);
  assert.equal(printCondition(rules[0]!.ast), '(evt.type = open and proc.name in (b))');
});

test('unused definitions are known when the last file is read', () => {
  const macro = '- macro: m\n  condition: evt.type = open\n';
  const user = rule('r', 'm');
  assert.deepEqual(codes([macro, user]), [[], []]);
  assert.deepEqual(codes([macro, user], { compat: 'falco' }), [['LOAD_UNUSED_MACRO'], []]);
});

test('a fault in a macro is shown where the macro stands', () => {
  const content = `- macro: m\n  condition: >\n    proc.name = a and\n    foo.bar = 1\n${rule('r', 'evt.type = open and m')}`;
  const [error] = load([content]).files[0]!.errors;
  assert.deepEqual([error?.context.place.line, error?.context.place.column], [3, 4]);
  assert.match(fileText(load([content]).files[0]!, 'people'), /\n {4}foo\.bar = 1\n {4}\^\n/);
});

test('exception values that Falco cannot read are quoted', () => {
  const exceptions = `  exceptions:\n  - name: e\n    fields: [proc.name, proc.cmdline]\n    values:\n    - [a, 'f(x) "y"']\n`;
  const { ok, rules } = load([rule('r', 'evt.type = open', exceptions)]);
  assert.equal(ok, true);
  assert.match(printCondition(rules[0]!.ast), /proc\.cmdline = "f\(x\) \\"y\\""/);
});

const TAGGED =
  rule('shell a', 'evt.type = open', '  tags: [x]\n') +
  rule('shell b', 'evt.type = close', '  enabled: false\n');
const SELECTIONS: { name: string; options: LoadOptions; active: string[] }[] = [
  { name: 'as the file says', options: {}, active: ['shell a'] },
  {
    name: 'by a pattern',
    options: { selection: [{ action: 'enable', rule: '*b' }] },
    active: ['shell a', 'shell b'],
  },
  { name: 'by a tag', options: { selection: [{ action: 'disable', tag: 'x' }] }, active: [] },
  {
    name: 'the last selector wins',
    options: {
      selection: [
        { action: 'disable', rule: '*' },
        { action: 'enable', rule: 'shell *' },
      ],
    },
    active: ['shell a', 'shell b'],
  },
  { name: 'less severe than asked', options: { priority: 'Warning' }, active: [] },
  { name: 'as severe as asked', options: { priority: 'Notice' }, active: ['shell a'] },
];
for (const { name, options, active } of SELECTIONS) {
  test(`active rules: ${name}`, () => {
    assert.deepEqual(
      load([TAGGED], options).active.map((one) => one.name),
      active,
    );
  });
}

test('append_output adds text and fields to the rules it matches', () => {
  const { rules } = load([TAGGED], {
    suggestedFields: ['container.id'],
    appendOutput: [
      {
        match: { tags: ['x'] },
        extraOutput: 'pid=%proc.pid',
        extraFields: ['user.name', { key: 'k', format: '<%fd.name>' }],
      },
      { match: { rule: 'shell b' }, suggestedOutput: false },
    ],
  });
  assert.equal(rules[0]!.output, 'o %proc.name pid=%proc.pid container_id=%container.id');
  assert.deepEqual(
    rules[0]!.extraFields.map(({ key, raw }) => [key, raw]),
    [
      ['user.name', true],
      ['k', false],
    ],
  );
  assert.equal(rules[1]!.output, 'o %proc.name');
});

test('skip-if-unknown-filter leaves a rule out for an unknown field or event type', () => {
  const skip = '  skip-if-unknown-filter: true\n';
  for (const condition of ['evt.type = opena', 'foo.bar = 1']) {
    const { ok, files, rules } = load([rule('r', condition, skip)]);
    assert.deepEqual(
      [ok, rules.length, files[0]!.warnings.map(({ code }) => code)],
      [true, 0, ['LOAD_UNKNOWN_FILTER']],
    );
  }
});

test('a mistake that a later file brings into an earlier one is shown there', () => {
  const first = `${rule('r', 'evt.type = open and m')}- macro: m\n  condition: proc.name = a\n`;
  const second = '# a comment\n- macro: m\n  condition: foo.bar = a\n';
  const { files } = load([first, second]);
  assert.deepEqual(
    files.map(({ errors }) => errors.length),
    [0, 1],
  );
  assert.match(fileText(files[1]!, 'people'), /condition expression: \(1\.yaml:3:14\)/);
  assert.match(fileText(files[1]!, 'people'), /\n {2}condition: foo\.bar = a\n {13}\^\n/);
});
