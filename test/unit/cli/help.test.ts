import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandHelp, spelled } from '../../../src/cli/help.ts';
import { OPTIONS } from '../../../src/cli/options.ts';

const spellings: [string, string][] = [
  [spelled('json', OPTIONS.status.json), '--json'],
  [spelled('config', OPTIONS.support.config), '-c, --config FILE'],
  [spelled('tag', OPTIONS.alerts.tag), '--tag VALUE'],
  [spelled('compat', OPTIONS.try.compat), '--compat saker|falco'],
];
for (const [shown, wanted] of spellings) test(`spelled: ${wanted}`, () => assert.equal(shown, wanted));

for (const [command, options] of Object.entries(OPTIONS))
  test(`help of ${command} lists its options in one column`, () => {
    const lines = commandHelp(command, 'about').split('\n').slice(1, -2);
    for (const [long, { about }] of Object.entries(options)) {
      assert.ok(
        lines.some((line) => line.includes(`--${long}`)),
        long,
      );
      assert.ok(
        lines.some((line) => line.endsWith(`  ${about}`)),
        about,
      );
    }
    const columns = new Set(
      lines
        .filter((line) => !/^ {2}-\S*( \S+)*$/.test(line))
        .map((line) => line.length - line.replace(/^ +(-.*?)? {2,}/, '').length),
    );
    assert.ok(columns.size <= 1, lines.join('\n'));
  });
