import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from './pages.ts';

/** The section of a page below a heading. */
const section = (text: string, heading: string): string =>
  text.split(/^## /m).find((one) => one.startsWith(heading)) ?? '';

test('figures that the README shows are those of docs/performance.md', () => {
  const rows = section(read('README.md'), 'Measured')
    .split('\n')
    .filter((line) => /^\| [^|-]/.test(line));
  const figures = rows.flatMap((row) => {
    const [, , ours = '', falcos = ''] = row.split('|');
    return [ours, falcos].flatMap((cell) => cell.match(/\+?\d[\d,.]*\d|\+\d/g) ?? []);
  });
  assert.ok(figures.length > 12, `${figures}`);
  const performance = read('docs/performance.md');
  assert.deepEqual(
    figures.filter((figure) => !performance.includes(figure)),
    [],
  );
});

test('no row of the evasions is unseen, as the README says', () => {
  const rows = read('docs/evasion.md')
    .split('\n')
    .filter((line) => /^\| .* \| (yes|marked|\*\*no\*\*|–) \|/.test(line));
  assert.ok(rows.length > 50);
  assert.deepEqual(
    rows.filter((row) => row.includes('**no**')),
    [],
  );
});

test('the alert that the README shows has the parts of its rule', () => {
  const parts = (text: string): string[] => [...text.matchAll(/(\w+)=/g)].map(([, name = '']) => name);
  const [, shown = ''] = /^```\n(Credential file[\s\S]*?)^```/m.exec(read('README.md')) ?? [];
  const [, output = ''] =
    /output: >\n([^\n]*Credential file[\s\S]*?\))\n/.exec(read('rules/core.yaml')) ?? [];
  assert.deepEqual(parts(shown), parts(output));
});
