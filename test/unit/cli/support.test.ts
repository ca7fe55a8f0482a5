import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openControl } from '../../../src/agent/control.ts';
import { supportCommand } from '../../../src/cli/support.ts';
import { loadConfig } from '../../../src/config/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-support-'));
after(() => rmSync(folder, { recursive: true }));

const SECRETS = Array.from({ length: 12 }, (_, n) => `s3cret-number-${n}-zz`);
const [A, B, C, D, E, F, G, H, I, J, K, L] = SECRETS;
const configFile = join(folder, 'saker.yaml');
mkdirSync(join(folder, 'rules'));
writeFileSync(
  join(folder, 'rules', 'a.yaml'),
  '- rule: R\n  desc: d\n  condition: evt.type=open\n  output: o\n  priority: INFO\n',
);
writeFileSync(
  configFile,
  `
# a comment with ${L}
rules_files: [${folder}/rules]
http_output: {enabled: true, url: "https://user:${A}@host.test/${B}", headers: {X-Any: ${C}, Authorization: Bearer ${D}}}
program_output: {enabled: true, program: "curl -H 'X: ${E}' http://h"}
targets:
  - slack: {webhookurl: "https://hooks.slack.com/services/${F}"}
  - loki: {hostport: "http://l:${G}@loki:3100", user: ${H}, apikey: ${I}}
  - webhook: {address: "http://w/?token=${J}", customheaders: {K: ${K}}}
mistyped: ${L}
`,
);
const leaks = (text: string): string[] => SECRETS.filter((secret) => text.includes(secret));

/** The program in a process of its own, as a user calls it. */
function saker(...args: string[]) {
  const main = join(import.meta.dirname, '../../../src/main.ts');
  const env = { ...process.env, TOKEN: L };
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env });
  return { stdout, stderr, status };
}

test('the planted configuration is valid and would show them', () => {
  const { config } = loadConfig({ file: configFile, env: {} });
  assert.deepEqual(leaks(JSON.stringify(config)), SECRETS.slice(0, 11));
});

test('saker support: one object with Falco’s keys and ours, and none of the secrets', async () => {
  const socket = join(folder, 'sock');
  // A destination may quote what it was sent.
  const error = `https://host.test/${B}: 403 for ${D}`;
  const outputs = [{ name: 'http', error, dropped: 0, refused: 0, queued: 1, delivered: 0 }];
  const control = await openControl(socket, {
    '/status': () => ({ pid: process.pid, outputs }),
    '/top': () => ({ rules: [] }),
  });
  const out: string[] = [];
  const code = await supportCommand(
    ['-c', configFile],
    { out: (text) => void out.push(text), err: (text) => assert.fail(text) },
    socket,
  );
  control.close();
  const text = out.join('');
  assert.equal(code, 0);
  assert.deepEqual(leaks(text), []);
  assert.equal(text.trimEnd().split('\n').length, 1);
  const bundle = JSON.parse(text);
  for (const key of [
    'version',
    'engine_info',
    'system_info',
    'cmdline',
    'config',
    'rules_files',
    'status',
    'top',
    'doctor',
    'log',
  ])
    assert.ok(key in bundle, key);
  assert.deepEqual(Object.keys(bundle.system_info).sort(), [
    'machine',
    'nodename',
    'release',
    'sysname',
    'version',
  ]);
  assert.match(bundle.rules_files[0].variants[0].content, /evt\.type=open/);
  assert.match(bundle.config, /host\.test/);
  assert.match(bundle.status.outputs[0].error, /^https:\/\/host\.test\/\*\*\*: 403 for \*\*\*$/);
  assert.match(JSON.stringify(bundle.config_problems), /mistyped is not a known key/);
});

const OVERRIDE = `http_output.headers={"X-Other":"${L}"}`;
const calls: readonly (readonly [string, string[]])[] = [
  ['support', ['support', '-c', configFile]],
  ['run --support', ['run', '--support', '-c', configFile, '-o', OVERRIDE]],
  ['falco’s flags', ['--support', '-c', configFile, '--option', OVERRIDE]],
  ['dry run', ['run', '--dry-run', '-c', configFile, '-o', OVERRIDE]],
  ['dry run with a mistake', ['run', '--dry-run', '-c', configFile, '-o', `http_output.url=${L}`]],
  ['doctor', ['doctor', '-c', configFile]],
  ['doctor --json', ['doctor', '--json', '-c', configFile]],
  ['alerts', ['alerts', '-c', configFile]],
];
for (const [name, args] of calls)
  test(`${name} prints none of the secrets`, () => {
    const { stdout, stderr } = saker(...args);
    assert.ok((stdout + stderr).length > 0);
    assert.deepEqual(leaks(stdout + stderr), []);
  });

test('run --support has the keys that readers of Falco’s expect', () => {
  const { stdout, status } = saker('--support', '-c', configFile, '-o', OVERRIDE);
  assert.equal(status, 0);
  const bundle = JSON.parse(stdout);
  assert.match(bundle.cmdline, /^saker --support -c \S+ -o http_output\.headers=…$/);
  assert.equal(bundle.rules_files.length, 1);
});

test('a configuration that is broken is reported and not shown', () => {
  const broken = join(folder, 'broken.yaml');
  writeFileSync(broken, `http_output:\n  url: "${A}\n`);
  const { stdout, status } = saker('support', '-c', broken);
  assert.equal(status, 0);
  assert.deepEqual(leaks(stdout), []);
  assert.equal(JSON.parse(stdout).config, null);
  assert.match(JSON.parse(stdout).config_problems[0], /broken\.yaml:\d+/);
});
