import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMAND_LINES } from '../../../scripts/command-line.ts';
import { fromMarkdown, fromYaml } from '../../../scripts/man/roff.ts';
import { PAGES } from '../../../scripts/man.ts';
import { ERRORS } from '../../../src/base/errors.ts';
import { syscallCatalogue } from '../../../src/schema/fields.ts';

const root = join(import.meta.dirname, '../../..');
const pages = Object.fromEntries(Object.entries(PAGES).map(([name, make]) => [name, make()]));

/** As a reader sees it, in words. */
function shown(page: string): string {
  const { stdout } = spawnSync('man', ['--nh', '--nj', '-l', '-'], {
    input: page,
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '400', MAN_KEEP_FORMATTING: '', LC_ALL: 'C.UTF-8' },
  });
  return stdout.replace(/\s+/g, ' ');
}

const has = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;
const skip = has('man') ? false : 'needs man(1)';

for (const [name, page] of Object.entries(pages)) {
  test(`${name} is understood by man`, { skip }, () => {
    const { stderr, status } = spawnSync('man', ['--warnings', '-l', '-'], { input: page, encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
  });
  test(`${name} pleases mandoc`, { skip: has('mandoc') ? false : 'needs mandoc(1)' }, () => {
    const args = ['-T', 'lint', '-W', 'warning'];
    const { stdout } = spawnSync('mandoc', args, { input: page, encoding: 'utf8' });
    // The time of a page would make packages of the same source differ; our lines are as long as what they are made of.
    const left = stdout.split('\n').filter((line) => line !== '' && !/missing date/.test(line));
    assert.deepEqual(left, []);
  });
}

test('every command, option, code and field stands in its page', { skip }, () => {
  const saker = shown(pages['saker.8']!);
  for (const { name, options } of COMMAND_LINES.filter((one) => one.name !== 'run')) {
    assert.ok(saker.includes(`saker ${name}`), name);
    for (const { long } of options) assert.ok(saker.includes(`--${long}`), `${name} --${long}`);
  }
  for (const code of Object.keys(ERRORS)) assert.ok(saker.includes(code), code);
  const fields = shown(pages['saker-fields.7']!);
  for (const { name } of syscallCatalogue.fields) assert.ok(fields.includes(name), name);
});

test('every line of the configuration stands in its page', { skip }, () => {
  const text = shown(pages['saker.yaml.5']!);
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
    ".SS \\&'g",
  ]);
  assert.deepEqual(fromMarkdown('| a | b |\n|---|---|\n| `x` | y z |'), ['.TP', '.B x', 'y z']);
  assert.deepEqual(fromMarkdown('| a | b | c |\n|---|---|---|\n| `x` | | y \\| z |'), [
    '.TP',
    '.B x',
    'y | z',
  ]);
  assert.deepEqual(fromMarkdown('- a\n  b\n- c'), ['.IP \\(bu 2', 'a b', '.IP \\(bu 2', 'c']);
  assert.deepEqual(fromMarkdown('```yaml\n- a\n\n  .b\n```'), ['.PP', '.nf', '\\- a', '', '  .b', '.fi']);
  assert.deepEqual(fromYaml('# Says.\n#   list\n#key: 1\n#  # in it\n'), [
    ...['.PP', 'Says.', '.PP', '.nf', '  list', '.fi'],
    ...['.PP', '.nf', '#key: 1', '#  # in it', '.fi'],
  ]);
});
