import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { problemLine } from '../../../src/base/errors.ts';
import { DEFAULTS, loadConfig, SCHEMA } from '../../../src/config/index.ts';

const file = join(import.meta.dirname, '../../../packaging/etc/saker.yaml');
const text = readFileSync(file, 'utf8');
/** Only the shipped file: config.d belongs to the machine the test runs on. */
const load = (shown: string) =>
  loadConfig({ file: 'saker.yaml', strict: true, files: { read: () => shown, list: () => [] } });

test('the shipped saker.yaml loads without a word and changes only the outputs', () => {
  const { config, problems } = load(text);
  assert.deepEqual(problems.map(problemLine), []);
  assert.deepEqual(config, {
    ...DEFAULTS,
    journal_output: { enabled: true },
    syslog_output: { ...DEFAULTS.syslog_output, enabled: true },
    file_output: { ...DEFAULTS.file_output, enabled: true, format: 'json' },
  });
});

test('it mentions every key', () => {
  const missing = Object.keys(SCHEMA.keys).filter((key) => !new RegExp(`^#?${key}:`, 'm').test(text));
  assert.deepEqual(missing, []);
});

test('what it shows in comments is valid too', () => {
  const shown = text.replace(/^( *)#( *- |(?: {2})*[a-z_0-9]+:(?: |$)|(?: {2})+# )/gm, '$1$2');
  const { config, problems } = load(shown);
  assert.deepEqual(problems.map(problemLine), []);
  assert.equal(config!.append_output.length, 1);
  assert.deepEqual(config!.engine, DEFAULTS.engine);
  const examples = [
    'noise_control',
    'append_output',
    'static_fields',
    'rules',
    'journal_output',
    'syslog_output',
    'file_output',
    'program_output',
    'http_output',
    'targets',
  ];
  for (const key of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[])
    if (!examples.includes(key))
      assert.deepEqual(config![key], DEFAULTS[key], `the default shown for ${key}`);
});
