import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { nearestDirectory, readPlainFile } from '../../../src/host/plain-file.ts';

const root = mkdtempSync(join(tmpdir(), 'saker-plain-'));
after(() => rmSync(root, { recursive: true }));
const uid = process.getuid!();
mkdirSync(join(root, 'real/sub'), { recursive: true });
writeFileSync(join(root, 'real/sub/file'), 'text');
writeFileSync(join(root, 'real/empty'), '');
symlinkSync(join(root, 'real'), join(root, 'base'));
symlinkSync('sub', join(root, 'real/folder-link'));
symlinkSync('sub/file', join(root, 'real/file-link'));
writeFileSync(join(root, 'real/large'), '');
truncateSync(join(root, 'real/large'), 11);
execFileSync('mkfifo', [join(root, 'real/fifo')]);

const table: readonly (readonly [base: string, relative: string, uid: number, expected: string])[] = [
  ['real', 'sub/file', uid, '=text'],
  ['base', 'sub/file', uid, '=text'],
  ['real', 'empty', uid, '='],
  ['real', 'none', uid, 'absent'],
  ['none', 'file', uid, 'absent'],
  ['real', 'file-link', uid, 'not plain'],
  ['real', 'folder-link/file', uid, 'not plain'],
  ['real', 'fifo', uid, 'not plain'],
  ['real', 'sub', uid, 'not plain'],
  ['real', 'large', uid, 'too large'],
  ['real', 'sub/file', uid + 1, 'owner'],
];
for (const [base, relative, owner, expected] of table) {
  test(`${base}/${relative} of ${owner === uid ? 'us' : 'another'}: ${expected}`, () => {
    const found = readPlainFile(join(root, base), relative, { maxBytes: 10, uid: owner });
    assert.equal(typeof found === 'string' ? found : `=${found.toString()}`, expected);
  });
}

test('the nearest directory that exists', () => {
  const real = nearestDirectory(join(root, 'real/file'));
  assert.equal(nearestDirectory(join(root, 'base/a/b/c.sock')), real);
  assert.equal(nearestDirectory('/c.sock'), '/');
});
