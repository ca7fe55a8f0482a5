import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../../..');

/** What bash would offer after these words. */
function offered(...words: string[]): string[] {
  const script = `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _saker; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['-c', script, join(ROOT, 'packaging/bash-completion'), ...words];
  return spawnSync('bash', args, { encoding: 'utf8' }).stdout.trim().split('\n');
}

test('every command is completed', () => {
  const source = readFileSync(join(ROOT, 'src/cli/main.ts'), 'utf8');
  const commands = [...source.matchAll(/^ {2}(\w+): \{$/gm)].map(([, name]) => name);
  assert.ok(commands.length > 8);
  const known = offered('saker', '');
  assert.deepEqual(
    commands.filter((name) => !known.includes(name ?? '')),
    [],
  );
});

const OWN = ['alerts', 'top', 'doctor', 'support', 'rules', 'check', 'try', 'fields'];
for (const command of OWN)
  test(`every option offered for ${command} is one`, async () => {
    for (const option of offered('saker', command, '--')) {
      const { stderr } = spawnSync(process.execPath, [join(ROOT, 'src/main.ts'), command, option, '--none'], {
        encoding: 'utf8',
      });
      assert.ok(!stderr.includes(`Unknown option '${option}'`), stderr);
    }
  });

test('values are completed', () => {
  assert.deepEqual(offered('saker', 'alerts', '--priority', 'E'), ['Emergency', 'Error']);
  assert.deepEqual(offered('saker', 'st'), ['status']);
});
