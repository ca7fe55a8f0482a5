import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { event, files, processes, section, u32 } from './capture-file.ts';

/** `saker run` with `engine.kind: replay`: a process of its own, from the configuration to the alerts and the exit code. */

const folder = mkdtempSync(join(tmpdir(), 'saker-replay-run-'));
after(() => rmSync(folder, { recursive: true }));
const main = join(import.meta.dirname, '../../../src/main.ts');
const at = (name: string): string => join(folder, name);

writeFileSync(
  at('rules.yaml'),
  `
- rule: Permissions
  desc: d
  condition: evt.type = mprotect and evt.arg.prot contains PROT_EXEC
  output: "%proc.name made memory executable: %evt.arg.prot"
  priority: WARNING
- rule: Secret
  desc: d
  condition: evt.type = read and fd.name = /etc/shadow
  output: "%proc.name read %fd.name"
  priority: NOTICE
`,
);

const whole = Buffer.concat([
  section(),
  processes({ pid: 1, ppid: 0, comm: 'init' }, { pid: 100, comm: 'thief' }),
  files(100, [5, '/etc/shadow']),
  event(7, [4, Buffer.from('root'), 5, u32(4)], { ns: 1 }),
  event(329, [0, 4096, 4096, u32(5)], { ns: 2 }),
  event(191, [0], { ns: 3 }),
]);
const BOTH = ['Secret', 'Permissions'];

function run(capture: string) {
  writeFileSync(
    at('saker.yaml'),
    JSON.stringify({
      engine: { kind: 'replay', replay: { capture_file: capture } },
      rules_files: [at('rules.yaml')],
      json_output: true,
      log_level: 'info',
      stdout_output: { enabled: true },
      ...Object.fromEntries(
        ['file', 'journal', 'syslog'].map((name) => [`${name}_output`, { enabled: false }]),
      ),
    }),
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'run', '-c', at('saker.yaml')], {
    encoding: 'utf8',
  });
  return { status, alerts: stdout.split('\n').filter((line) => line !== ''), stderr };
}

const runs: readonly [name: string, bytes: Buffer | null, status: number, rules: string[], told: RegExp][] = [
  ['a whole file', whole, 0, BOTH, /not replayed: 191 \(1 times\)/],
  ['a file that is cut', Buffer.concat([whole, whole.subarray(0, 9)]), 1, BOTH, /ends in the middle/],
  ['no capture', Buffer.from('#!/bin/sh\necho hello world\n'), 1, [], /not a capture file/],
  ['no file', null, 1, [], /missing\.scap/],
];

for (const [name, bytes, status, rules, told] of runs) {
  test(`alerts as JSON on stdout, the rest on stderr, and a code: ${name}`, () => {
    const path = at(bytes === null ? 'missing.scap' : 'x.scap');
    if (bytes !== null) writeFileSync(path, bytes);
    const result = run(path);
    assert.match(result.stderr, told);
    assert.equal(result.status, status, result.stderr);
    const alerts = result.alerts.map((line) => JSON.parse(line));
    assert.deepEqual(
      alerts.map(({ rule }) => rule),
      rules,
    );
    assert.ok(alerts.every(({ time }) => time.startsWith('2023-11-14T22:13:20.00000000')));
  });
}
