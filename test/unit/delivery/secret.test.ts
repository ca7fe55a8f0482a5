import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readSecret } from '../../../src/delivery/secret.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-secret-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'token'), 's3cret\n');
writeFileSync(join(folder, 'huge'), Buffer.alloc(1 << 20));
const ENV = { CREDENTIALS_DIRECTORY: folder };

const CASES: readonly [setting: string, env: NodeJS.ProcessEnv, expected: string | RegExp][] = [
  ['plain', ENV, 'plain'],
  ['', ENV, ''],
  ['credential:token', ENV, 's3cret'],
  [`file:${folder}/token`, {}, 's3cret'],
  ['credential:none', ENV, /none: ENOENT/],
  ['credential:token', {}, /LoadCredential=token/],
  ['credential:../token', ENV, /no name of a credential/],
  ['credential:.', ENV, /no name of a credential/],
  ['credential:huge', ENV, /larger than 65536 bytes/],
  [`file:${folder}`, ENV, /not a regular file|EISDIR/],
];

for (const [setting, env, expected] of CASES) {
  test(`"${setting.replace(folder, 'FOLDER')}" is ${expected}`, async () => {
    if (typeof expected === 'string') assert.equal(await readSecret(setting, env), expected);
    else await assert.rejects(readSecret(setting, env), expected);
  });
}

test('a FIFO does not hang', async (t) => {
  if (spawnSync('mkfifo', [join(folder, 'fifo')]).status !== 0) return t.skip('needs mkfifo');
  await assert.rejects(readSecret('credential:fifo', ENV), /not a regular file/);
});
