import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pack, root } from './tree.ts';

/**
 * The sources are built and packed twice, in directories whose names differ in length, and the packages compared. That
 * packing alone gives the same bytes is tested each time (deb.test.ts, rpm.test.ts).
 */

const skip =
  process.env.SAKER_REPRODUCIBLE === '1' ? false : 'builds everything twice, 2 minutes: SAKER_REPRODUCIBLE=1';

describe('two builds', { skip, timeout: 900_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'saker-twice-'));
  after(() => rmSync(folder, { recursive: true }));

  /** The files that git knows, as they are now. */
  function build(name: string): string {
    const tree = join(folder, name);
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
    for (const file of files.split('\0').filter((one) => one !== '')) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      cpSync(join(root, file), join(tree, file));
    }
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
    execFileSync(process.execPath, ['scripts/build.ts'], { cwd: tree, stdio: 'ignore' });
    return tree;
  }

  test('give the same packages', () => {
    const [one, two] = [build('one'), build('somewhere/else/two')].map((tree) =>
      (['deb', 'rpm'] as const).flatMap((form) => {
        const { status, files, stderr } = pack(tree, form);
        assert.equal(status, 0, stderr);
        return files.map((file) => [
          file.slice(tree.length),
          createHash('sha256').update(readFileSync(file)).digest('hex'),
        ]);
      }),
    );
    assert.equal(one?.length, 4);
    assert.deepEqual(one, two);
  });
});
