import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { refusalNotice, refusalOf } from '../../../src/agent/refusal.ts';
import { Reloads } from '../../../src/agent/reload.ts';
import { keysForRestart, loadSettings } from '../../../src/agent/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-reload-'));
after(() => rmSync(folder, { recursive: true }));
const configFile = join(folder, 'saker.yaml');
const source = { configFile, overrides: [], rulesFiles: [], env: {} };

/** Two files, the second one bad. */
const REPORT = `a.yaml: Ok, with warnings\n1 Warnings:\nx\nb.yaml: Invalid\n1 Errors:\nLOAD_ERR_YAML_PARSE (Error): bad`;

const check = (ok: boolean) => ({ ok, report: ok ? '' : REPORT, rules: 1 }) as never;

/** Reloads whose every step is written down; `loads` says what the engine thinks of each rule set. */
function reloads(loads: () => Promise<boolean>) {
  const steps: string[] = [];
  const say = (text: string) => void steps.push(text.split('\n')[0]!);
  const all = new Reloads({
    source,
    engine: { load: async () => check(await loads()) },
    log: { info: say, notice: say, warning: say, error: say },
    begins: () => void steps.push('begins'),
    over: () => void steps.push('over'),
    apply: async ({ config }) => {
      if (config.log_level === 'debug') throw new Error('apply failed');
      return 'watching';
    },
    refused: ({ reason }) => void steps.push(`refused ${reason}`),
    follow: (paths) => void steps.push(`follow ${paths.length}`),
  });
  return { all, steps };
}

const REFUSED = 'the new configuration or rules are not valid: the old ones stay in force';

const cases = [
  { name: 'good', yaml: '', ok: true, steps: ['begins', 'reloaded: watching', 'follow', 'over'] },
  {
    name: 'bad rules',
    yaml: '',
    ok: false,
    steps: [
      'begins',
      'a.yaml',
      '1 Warn',
      'x',
      'b.yaml',
      '1 Err',
      'LOAD_ERR',
      REFUSED,
      'refused b.yaml: Invalid, LOAD_ERR_YAML_PARSE (Error): bad',
      'follow',
      'over',
    ],
  },
  {
    name: 'bad configuration',
    yaml: 'priority: loud',
    ok: true,
    steps: [
      'begins',
      `${configFile}:1:11: priority is "loud"`,
      REFUSED,
      `refused ${configFile}:1:11: priority is "loud"`,
      'follow',
      'over',
    ],
  },
  {
    name: 'a step that throws',
    yaml: 'log_level: debug',
    ok: true,
    steps: [
      'begins',
      'the new rules are in force, the rest of the reload failed: apply failed',
      'follow',
      'over',
    ],
  },
];
for (const { name, yaml, ok, steps: wanted } of cases)
  test(`a reload with ${name} begins, ends, and says what came of it`, async () => {
    writeFileSync(configFile, yaml);
    const { all, steps } = reloads(async () => ok);
    await all.request('test');
    const [first, ...rest] = steps;
    assert.equal(first, 'reloading: test');
    assert.equal(rest.length, wanted.length, steps.join('\n'));
    for (const [at, step] of wanted.entries()) assert.ok(rest[at]?.startsWith(step), `${rest[at]} / ${step}`);
  });

test('what is asked for while one waits is one reload', async () => {
  writeFileSync(configFile, '');
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { all, steps } = reloads(() => gate.then(() => true));
  const first = all.request('one');
  await new Promise(setImmediate);
  const others = ['two', 'three', 'four'].map((why) => all.request(why));
  go();
  await Promise.all([first, ...others]);
  assert.deepEqual(
    steps.filter((step) => step.startsWith('reloading')),
    ['reloading: one', 'reloading: two'],
  );
});

test('outputs need no restart, the ring does', () => {
  const config = (yaml: string) => {
    writeFileSync(configFile, yaml);
    return loadSettings(source).settings!.config;
  };
  const wanted = config(
    'json_output: true\nfile_output: {enabled: true}\ntargets: []\nengine: {modern_ebpf: {buf_size_preset: 5}}',
  );
  assert.deepEqual(keysForRestart(config(''), wanted), ['engine']);
  const noFailures = config('engine: {modern_ebpf: {drop_failed_exit: true}}');
  assert.deepEqual(keysForRestart(config(''), noFailures), []);
});

test('a refusal lasts until a reload succeeds; what goes out is one bounded line', async () => {
  writeFileSync(configFile, '');
  let ok = false;
  const { all } = reloads(async () => ok);
  const reason = () => all.refused?.reason ?? '';
  assert.equal(reason(), '');
  await all.request('one');
  assert.match(reason(), /^b\.yaml/);
  ok = true;
  await all.request('two');
  assert.equal(reason(), '');
  const { rule, priority, output, timeNs } = refusalNotice(refusalOf(`a\n${'b'.repeat(5000)}`, 7));
  assert.deepEqual([rule, priority, timeNs], ['Falco internal: hot restart failure', 'Critical', 7_000_000n]);
  assert.match(output, /a b/);
  assert.ok(output.length < 1200 && !output.includes('\n'));
});

test('a reload that throws is a refusal, too', async () => {
  writeFileSync(configFile, '');
  const { all, steps } = reloads(async () => {
    throw new Error('the engine is gone');
  });
  await all.request('one');
  assert.deepEqual(steps.at(-1), 'refused the engine is gone');
});
