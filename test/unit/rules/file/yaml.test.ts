import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAnyYaml, parseYaml } from '../../../../src/rules/file/yaml.ts';
import { getKey } from '../../../../src/rules/file/yaml-nodes.ts';
import { parsePlainYaml } from '../../../../src/rules/file/yaml-plain.ts';

const REFUSED: { name: string; text: string; message: RegExp }[] = [
  { name: 'brackets without end', text: '['.repeat(1_000_000), message: /deeper/ },
  { name: 'maps in maps', text: '{a: '.repeat(250_000), message: /deeper/ },
  { name: 'dashes', text: '- '.repeat(500_000), message: /deeper/ },
  { name: 'question marks', text: '? '.repeat(500_000), message: /deeper/ },
  {
    name: 'an alias bomb',
    text: `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((c, i) => `${c}: &${c} [${`*${'abcdefghi'[i]},`.repeat(9)}]`).join('\n')}`,
    message: /too many nodes/,
  },
  { name: 'an alias inside its anchor', text: '&a [*a]', message: /unknown alias/ },
  { name: 'an unknown alias', text: '- *nothing', message: /unknown alias/ },
  { name: 'more tokens than a file needs', text: '- {a}\n'.repeat(160_000), message: /too many/ },
  { name: 'more documents', text: '---\n'.repeat(20_000), message: /documents/ },
  { name: 'a tab as indentation', text: '- a: b\n\tc: d\n', message: /tab/ },
];

for (const { name, text, message } of REFUSED) {
  test(`YAML refused: ${name}`, () => {
    const result = parseYaml(text);
    assert.ok('error' in result);
    assert.match(result.error.message, message);
  });
}

test('nodes know their place; block scalars that of their indicator', () => {
  const result = parseYaml('\n- rule: r\n  condition: >\n    a\n    b\n  list: [x, "y z"]\n');
  assert.ok('documents' in result);
  const [document] = result.documents;
  assert.ok(document?.kind === 'seq' && document.items[0]?.kind === 'map');
  const item = document.items[0];
  assert.deepEqual(item.at, { offset: 3, line: 1, column: 2 });
  const condition = getKey(item, 'condition');
  assert.ok(condition?.kind === 'scalar');
  assert.deepEqual([condition.text, condition.at.line, condition.at.column], ['a b\n', 2, 13]);
});

test('the first of repeated keys counts, and plain null words are null', () => {
  const result = parseYaml('a: 1\na: 2\nb: ~\nc: "~"\nd:\n');
  assert.ok('documents' in result && result.documents[0]?.kind === 'map');
  const map = result.documents[0];
  const first = getKey(map, 'a');
  assert.ok(first?.kind === 'scalar' && first.text === '1');
  assert.deepEqual(
    ['b', 'c', 'd'].map((key) => getKey(map, key)?.kind),
    ['null', 'scalar', 'null'],
  );
});

test('an anchor may be used where it is defined and after', () => {
  const result = parseYaml('- &x [a, b]\n- *x\n');
  assert.ok('documents' in result && result.documents[0]?.kind === 'seq');
  const { items } = result.documents[0];
  assert.equal(items[0], items[1]);
});

test('tags say nothing, and a tag alone is empty text', () => {
  const result = parseYaml('- !!set {a, b}\n- !!omap [a: 1]\n- !!int x\n- !=\n- !foo\n');
  assert.ok('documents' in result && result.documents[0]?.kind === 'seq');
  const { items } = result.documents[0];
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['map', 'seq', 'scalar', 'scalar', 'scalar'],
  );
  assert.ok(items[3]?.kind === 'scalar' && items[3].text === '');
});

/** Forms of usual rules files, and what comes close to them. */
const FORMS: { name: string; text: string; plain: boolean }[] = [
  { name: 'mappings in a sequence', text: '# c\n\n- a: b c # d\n  e: f#g\n- h: i\n', plain: true },
  { name: 'a plain scalar of several lines', text: '- a: b\n    c\n\n    d  \n  e: f\n', plain: true },
  { name: 'a value on the next line', text: '- a:\n    b\n  c:\n  - d\n  - e: f\n', plain: true },
  {
    name: 'folded, with indented and empty lines',
    text: '- a: >\n    b\n    c\n\n      d\n    e\n\n\n  f: g\n',
    plain: true,
  },
  { name: 'literal, stripped, at the end without line end', text: '- a: |-\n    b\n     c', plain: true },
  { name: 'quotes', text: `- a: "b \\"c\\" \\\\ d" # e\n  f: 'g ''h'''\n`, plain: true },
  {
    name: 'brackets',
    text: '- a: [b, "c", [d e,\n     f], # g\n     h#i, ~,]\n  j: [\n    k\n  ]\n',
    plain: true,
  },
  { name: 'braces', text: '- {a: b}\n', plain: false },
  { name: 'anchors', text: '- &a b\n- *a\n', plain: false },
  { name: 'two documents', text: '- a\n---\n- b\n', plain: false },
  { name: 'a colon in a plain scalar', text: '- a: b: c\n', plain: false },
  { name: 'a comment inside a plain scalar', text: '- a: b\n    # c\n    d\n', plain: false },
  { name: 'a quoted key', text: '- "a": b\n', plain: false },
  { name: 'a wrong column', text: '- a: b\n   c: d\n', plain: false },
  { name: 'rarer escapes', text: '- "\\u00fc"\n', plain: false },
];

for (const { name, text, plain } of FORMS) {
  test(`plain YAML: ${name}`, () => {
    const node = parsePlainYaml(text);
    assert.equal(node !== null, plain);
    if (node !== null) assert.deepEqual({ documents: [node] }, parseAnyYaml(text));
  });
}
