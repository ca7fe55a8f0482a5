import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { configurationPage, fromMarkdown, fromYaml, sakerPage } from '../../../scripts/man.ts';

const root = join(import.meta.dirname, '../../..');
const pages = { 'saker(8)': sakerPage(), 'saker.yaml(5)': configurationPage() };

/** As a reader sees it, in words. */
function shown(page: string): string {
  const { stdout } = spawnSync('man', ['--nh', '--nj', '-l', '-'], {
    input: page,
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '400', MAN_KEEP_FORMATTING: '', LC_ALL: 'C.UTF-8' },
  });
  return stdout.replace(/\s+/g, ' ');
}

const skip = spawnSync('man', ['--version']).error === undefined ? false : 'needs man(1)';

for (const [name, page] of Object.entries(pages))
  test(`${name} is understood by man`, { skip }, () => {
    const { stderr, status } = spawnSync('man', ['--warnings', '-l', '-'], { input: page, encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
  });

test('every line of the configuration stands in its page', { skip }, () => {
  const text = shown(pages['saker.yaml(5)']);
  const lines = readFileSync(join(root, 'packaging/etc/saker.yaml'), 'utf8').split('\n');
  for (const line of lines) {
    const words = line
      .replace(/^# -{20,} .*|^# /, '')
      .replaceAll('`', '')
      .replace(/\s+/g, ' ')
      .trim();
    assert.ok(text.includes(words), line);
  }
});

test('what looks like a request or an escape is text', () => {
  assert.deepEqual(fromMarkdown(".a \\b `c-d` [e](f)\n\n## 'g"), [
    '.PP',
    '\\&.a \\eb \\fBc\\-d\\fR e',
    '.SS',
    "\\&'g",
  ]);
  assert.deepEqual(fromMarkdown('| a | b |\n|---|---|\n| `x` | y z |'), ['.TP', '.B x', 'y z']);
  assert.deepEqual(fromYaml('# Says.\n#   list\n#key: 1\n#  # in it\n'), [
    ...['.PP', 'Says.', '.PP', '.nf', '  list', '.fi'],
    ...['.PP', '.nf', '#key: 1', '#  # in it', '.fi'],
  ]);
});
