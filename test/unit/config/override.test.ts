// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is the configuration's own syntax
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf, problemLine } from '../../../src/base/errors.ts';
import { type Config, DEFAULTS, loadConfig } from '../../../src/config/index.ts';
import { parsePath } from '../../../src/config/override-path.ts';

const paths: [text: string, steps: ReturnType<typeof parsePath>][] = [
  ['a', [{ key: 'a' }]],
  ['a.b', [{ key: 'a' }, { key: 'b' }]],
  ['a[0].b', [{ key: 'a' }, { index: 0 }, { key: 'b' }]],
  ['a[][1]', [{ key: 'a' }, 'end', { index: 1 }]],
  ['a\\.b.c\\[0\\]', [{ key: 'a.b' }, { key: 'c[0]' }]],
  ['', null],
  ['.a', null],
  ['a.', null],
  ['a..b', null],
  ['a[x]', null],
  ['a[-1]', null],
  ['a[0]b', null],
  ['[0]', null],
  ['a\\', null],
];
for (const [text, steps] of paths) {
  test(`path ${JSON.stringify(text)}`, () => assert.deepEqual(parsePath(text), steps));
}

const good: [args: string[], pick: (c: Config) => unknown, value: unknown][] = [
  [['json_output=true'], (c) => c.json_output, true],
  [
    ['file_output.filename=/tmp/a=b: c #d'],
    (c) => c.file_output,
    { ...DEFAULTS.file_output, filename: '/tmp/a=b: c #d' },
  ],
  [['rules_files=[a, b]', 'rules_files[]=c'], (c) => c.rules_files, ['a', 'b', 'c']],
  [['rules_files[]=x'], (c) => c.rules_files, [...DEFAULTS.rules_files, 'x']],
  [['rules_files[0]=x'], (c) => c.rules_files, ['x', ...DEFAULTS.rules_files.slice(1)]],
  [
    ['rules[].disable.tag=x', 'rules[].enable.rule=Y *'],
    (c) => c.rules,
    [{ disable: { tag: 'x' } }, { enable: { rule: 'Y *' } }],
  ],
  [
    ['stdout_output={enabled: false, format: json}'],
    (c) => c.stdout_output,
    { enabled: false, format: 'json' },
  ],
  [['static_fields.a\\.b="x\\ty"'], (c) => c.static_fields, { 'a.b': 'x\ty' }],
  [['priority=info', 'priority=error'], (c) => c.priority, 'Error'],
  [['static_fields.u=${U}'], (c) => c.static_fields, { u: 'v' }],
  [['priority='], (c) => c.priority, DEFAULTS.priority],
];
for (const [overrides, pick, value] of good) {
  test(`-o ${overrides.join(' -o ')}`, () => {
    const { config, problems } = loadConfig({ file: null, overrides, env: { U: 'v' } });
    assert.deepEqual(problems.map(problemLine), []);
    assert.deepEqual(pick(config!), value);
  });
}

const bad: [argument: string, exit: number, says: RegExp][] = [
  ['json_output', 2, /^-o json_output: there is no "="/],
  ['a..b=1', 2, /the key is not understood/],
  ['rules[3].enable.tag=x', 2, /there is no item 3: the list has 0/],
  ['priority=loud', 1, /^-o priority=loud: priority is "loud"/],
  ['json_output={a: b}', 1, /must be a single value/],
  ['rules={a', 1, /^-o rules=\{a: /],
];
for (const [argument, exit, says] of bad) {
  test(`refused: -o ${argument}`, () => {
    const { config, problems } = loadConfig({ file: null, overrides: [argument] });
    assert.equal(config, null);
    assert.equal(exitCodeOf(problems), exit);
    assert.match(problemLine(problems[0]!), says);
  });
}

test('a value on the command line cannot forge a line of the message', () => {
  const { problems } = loadConfig({ file: null, overrides: ['priority=x\n\u001b[31mroot: all fine'] });
  assert.equal(problemLine(problems[0]!).split('\n').length, 1);
});
