import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readRulesFiles } from '../../../src/config/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-rules-'));
after(() => rmSync(folder, { recursive: true }));
for (const name of ['b.yaml', 'a.yml', 'a.test.yaml', '.hidden.yaml', 'README']) {
  writeFileSync(join(folder, name), `\ufeff# ${name}\n`);
}
mkdirSync(join(folder, 'empty'));

test('a directory stands for its rules files by name, without tests, hidden files and byte order marks', () => {
  const { files, unreadable } = readRulesFiles([folder], true);
  assert.deepEqual(files, [
    { name: join(folder, 'a.yml'), content: '# a.yml\n' },
    { name: join(folder, 'b.yaml'), content: '# b.yaml\n' },
  ]);
  assert.deepEqual(unreadable, []);
  assert.deepEqual(readRulesFiles([join(folder, 'empty')], true), { files: [], unreadable: [], absent: [] });
});

test('a path that does not exist matters only when somebody typed it', () => {
  const missing = join(folder, 'missing.yaml');
  assert.deepEqual(readRulesFiles([missing], false), { files: [], unreadable: [], absent: [missing] });
  assert.equal(readRulesFiles([missing], true).unreadable[0]?.name, missing);
});

test('what is no regular file is named, and neither hangs nor hides the others', () => {
  const { files, unreadable } = readRulesFiles(['/dev/zero', join(folder, 'b.yaml')], false);
  assert.equal(files.length, 1);
  assert.deepEqual(unreadable, [{ name: '/dev/zero', reason: 'not a regular file' }]);
});

test('a dangling link in a directory is named, and the files after it are still read', () => {
  const other = join(folder, 'links');
  mkdirSync(other);
  symlinkSync('/nowhere', join(other, '05-x.yaml'));
  writeFileSync(join(other, '10-y.yaml'), '# y\n');
  const { files, unreadable } = readRulesFiles([other], false);
  assert.deepEqual(
    files.map(({ content }) => content),
    ['# y\n'],
  );
  assert.deepEqual(
    unreadable.map(({ name }) => name),
    [join(other, '05-x.yaml')],
  );
});
