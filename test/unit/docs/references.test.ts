import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cell, table } from '../../../scripts/reference/markdown.ts';
import { allOptions, explained } from '../../../scripts/reference/options.ts';
import { REFERENCES, stored } from '../../../scripts/references.ts';
import { root } from '../../../scripts/run.ts';
import { ERRORS } from '../../../src/base/errors.ts';

for (const [name, make] of Object.entries(REFERENCES))
  test(`docs/reference/${name} is what the source says`, () => {
    assert.ok(stored(name) === make(), `docs/reference/${name} is stale: run scripts/references.ts`);
  });

test('no other file lies beside them', () => {
  assert.deepEqual(readdirSync(join(root, 'docs/reference')).sort(), Object.keys(REFERENCES).sort());
});

test('every code is one that something says', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && name !== 'base/errors.ts',
  );
  const source = files.map((name) => readFileSync(join(root, 'src', name), 'utf8')).join('\n');
  assert.deepEqual(
    Object.keys(ERRORS).filter((code) => !source.includes(`'${code}'`)),
    [],
  );
});

const cells: [string, string][] = [
  ['a|b', 'a\\|b'],
  ['a\n  b', 'a b'],
  ['<NA> and `<NA>`', '\\<NA> and `<NA>`'],
];
for (const [text, shown] of cells)
  test(`cell: ${JSON.stringify(text)}`, () => assert.equal(cell(text), shown));

test('a table', () => {
  assert.equal(table(['a', ''], [['1', '2']]), '| a | |\n|---|---|\n| 1 | 2 |');
});

test('comments of a file explain the key they stand before, in or behind', () => {
  const text = [
    '# Before.',
    '#whole:',
    '#  # In it.',
    '#  first: 1',
    '#  second: 2    # behind it',
    '',
    '# ---------------------------- a heading',
    '',
    '# (saker) Of two',
    '# lines.',
    'other: true',
  ].join('\n');
  assert.deepEqual(
    [...explained(text)],
    [
      ['whole', 'Before.'],
      ['whole.first', 'In it.'],
      ['whole.second', 'behind it'],
      ['other', 'Of two lines.'],
    ],
  );
});

test('a key below a list has the default of its section, or none', () => {
  const options = new Map(allOptions().map(({ path, value }) => [path, value]));
  assert.equal(options.get('targets[].slack.outputformat'), 'all');
  assert.equal(options.get('append_output[].match.rule'), undefined);
  assert.deepEqual(options.get('config_files'), ['/etc/saker/config.d']);
  assert.ok(options.has('config_files[].strategy'));
});
