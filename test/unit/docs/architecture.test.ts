import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../../scripts/run.ts';
import imports from '../../architecture/imports.json' with { type: 'json' };
import { read } from './pages.ts';

const page = read('docs/architecture.md');
const folders = (parent: string): string[] =>
  readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/** Rows of `src/X`: what the folder may import. */
const rows = new Map(
  [...page.matchAll(/^\| `src\/(\w+)` \| .* \| (.*) \|$/gm)].map(([, name = '', may = '']) => [
    name,
    may === 'nothing' ? [] : may.split(' '),
  ]),
);

test('every folder of the source has its row, and no other', () => {
  assert.deepEqual([...rows.keys()].sort(), folders('src'));
  for (const name of folders('bpf')) assert.match(page, new RegExp(`^\\| \`bpf/${name}\` \\|`, 'm'));
});

const table: Readonly<Record<string, readonly string[]>> = imports.folders;
for (const [name, may] of rows)
  test(`what src/${name} may import is what the architecture test enforces`, () => {
    assert.deepEqual([...may].sort(), [...table[name]!].sort());
  });

test('what the drawing names is there, and the stages stand in it', () => {
  const drawing = /^```\n([\s\S]*?)^```/m.exec(page)![1]!;
  const named = [...drawing.matchAll(/\b(src|bpf)\/\w+/g)].map(([path]) => path);
  for (const path of named) assert.ok(existsSync(join(root, path)), path);
  for (const stage of ['ring', 'decode', 'state', 'rules', 'alerts', 'delivery'])
    assert.ok(named.includes(`src/${stage}`), stage);
  const widths = new Set(
    drawing
      .split('\n')
      .filter((line) => /[│┐┘]$/.test(line))
      .map((line) => [...line].length),
  );
  assert.equal(widths.size, 1, 'the drawing is ragged');
});
