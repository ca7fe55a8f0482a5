import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { configSchema, DEFAULTS, loadConfig } from '../../../src/config/index.ts';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
const validate = ajv.compile(configSchema());

test('the defaults and the shipped saker.yaml with all its examples are valid', () => {
  assert.equal(validate(structuredClone(DEFAULTS)), true, JSON.stringify(validate.errors));
  const file = join(import.meta.dirname, '../../../packaging/etc/saker.yaml');
  const shown = readFileSync(file, 'utf8').replace(
    /^( *)#( *- |(?: {2})*[a-zA-Z_0-9]+:(?: |$)|(?: {2})+# )/gm,
    '$1$2',
  );
  const value = parse(shown);
  assert.ok(value.targets.length >= 6);
  assert.equal(validate(value), true, JSON.stringify(validate.errors, null, 1));
});

/** Schema and reader agree on each; `strict` as a check before a roll-out has it. */
const CASES: readonly [yaml: string, valid: boolean][] = [
  ['json_output: yes', true],
  ['json_output: "FALSE"', true],
  ['json_output: 7', false],
  ['json_output: ""', false],
  ['json_output:', true],
  ['jsn_output: true', false],
  ['output_timeout: 5', true],
  ['output_timeout: "5"', true],
  ['output_timeout: 0', false],
  ['output_timeout: 5.5', false],
  ['priority: WARNING', true],
  ['priority: info', true],
  ['priority: loud', false],
  ['rules_files: a', false],
  ['rules_files: [a, b]', true],
  ['rules_files: {a: b}', false],
  ['config_files: [a, {path: b, strategy: override}]', true],
  ['config_files: [{path: b, strategy: mix}]', false],
  ['static_fields: {a: 1, b: true}', true],
  ['static_fields: {a: [1]}', false],
  ['file_output: {filename: x, colour: red}', false],
  ['noise_control: {preset: strict, dedup_by: [user.uid], window_s: 5}', true],
  ['noise_control: {preset: loud}', false],
  ['noise_control: {budget: -1}', false],
  ['syscall_event_drops: {threshold: 0.5, rate: .03333, actions: [log, exit]}', true],
  ['syscall_event_drops: {threshold: 1.5}', false],
  ['syscall_event_drops: {actions: [shout]}', false],
  ['falco_libs: {thread_table_size: 0, snaplen: 4096}', true],
  ['falco_libs: {snaplen: 4097}', false],
  ['falco_libs: {thread_table_auto_purging_interval_s: 0}', false],
  ['libs_logger: {enabled: true, severity: trace}', true],
  ['libs_logger: {severity: loud}', false],
  ['syscall_event_timeouts: {max_consecutives: 0}', false],
  ['plugins: [{name: json}]', true],
  ['engine: {kind: modern_ebpf, modern_ebpf: {cpus_for_each_buffer: 2}}', true],
  ['targets: [{slack: {webhookurl: "http://a", outputformat: text}}]', true],
  ['targets: [{slack: {webhookurl: "http://a", outputformat: xml}}]', false],
  ['targets: [{loki: {hostport: "http://a", extralabels: a}}]', false],
];

for (const [yaml, valid] of CASES) {
  test(`${yaml} is ${valid ? 'valid' : 'not valid'}, for the schema and for saker`, () => {
    assert.equal(validate(parse(yaml)), valid, JSON.stringify(validate.errors));
    const files = { read: () => yaml, list: () => [] };
    const { config } = loadConfig({ file: 'c', strict: true, files });
    assert.equal(config !== null, valid);
  });
}
