import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const MAIN = join(import.meta.dirname, '../../../src/main.ts');
const sh = (command: string) =>
  spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    env: { ...process.env, NODE: process.execPath, MAIN },
  });

const printing = ['fields', 'help', 'version', '--version', 'run --config-schema', '--list'];
for (const command of printing) {
  test(`saker ${command}: a full disk is an error`, () => {
    const { status, stderr } = sh(`"$NODE" "$MAIN" ${command} > /dev/full`);
    assert.equal(stderr, 'saker: standard output cannot be written: ENOSPC\n');
    assert.equal(status, 1);
  });
  test(`saker ${command}: a reader that goes away is none`, () => {
    const { stdout, stderr } = sh(
      `{ "$NODE" "$MAIN" ${command}; echo $? >&3; } 3>&1 >/dev/null | cat; "$NODE" "$MAIN" ${command} | true`,
    );
    assert.equal(stderr, '');
    assert.equal(stdout, '0\n');
  });
}
