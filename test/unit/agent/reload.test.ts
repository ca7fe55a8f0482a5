import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Reloads } from '../../../src/agent/reload.ts';
import { keysForRestart, loadSettings } from '../../../src/agent/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-reload-'));
after(() => rmSync(folder, { recursive: true }));
const configFile = join(folder, 'saker.yaml');
const source = { configFile, overrides: [], rulesFiles: [], env: {} };

/** Reloads whose every step is written down; `loads` says what the engine thinks of each rule set. */
function reloads(loads: () => Promise<boolean>) {
  const steps: string[] = [];
  const say = (text: string) => void steps.push(text.split('\n')[0]!);
  const all = new Reloads({
    source,
    engine: { load: async () => ({ ok: await loads(), report: '', rules: 1 }) as never },
    log: { info: say, notice: say, warning: say, error: say },
    begins: () => void steps.push('begins'),
    over: () => void steps.push('over'),
    apply: async ({ config }) => {
      if (config.log_level === 'debug') throw new Error('apply failed');
      return 'watching';
    },
    follow: (paths) => void steps.push(`follow ${paths.length}`),
  });
  return { all, steps };
}

const REFUSED = 'the new configuration or rules are not valid: the old ones stay in force';

const cases = [
  { name: 'good', yaml: '', ok: true, steps: ['begins', 'reloaded: watching', 'follow', 'over'] },
  { name: 'bad rules', yaml: '', ok: false, steps: ['begins', REFUSED, 'follow', 'over'] },
  {
    name: 'bad configuration',
    yaml: 'priority: loud',
    ok: true,
    steps: ['begins', `${configFile}:1:11: priority is "loud"`, REFUSED, 'follow', 'over'],
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
});
