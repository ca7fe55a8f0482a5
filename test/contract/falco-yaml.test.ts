import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { problemLine } from '../../src/base/errors.ts';
import { configSchema, loadConfig } from '../../src/config/index.ts';
import { NOT_USED } from '../../src/config/later.ts';

/** A falco.yaml with every key of Falco: each takes effect or is named as one that does not; none is unknown. */

const text = readFileSync(join(import.meta.dirname, 'falco.yaml'), 'utf8');
// Leaf keys of Falco's own schema of its configuration, and those of container_engines, which it had until 0.40.
const LEAVES = 108;

const load = (yaml: string) =>
  loadConfig({
    file: 'falco.yaml',
    strict: true,
    env: { REGION: 'north', HOME: '/root' },
    files: {
      read: (path) => (path === 'falco.yaml' ? yaml : ''),
      list: (path) => (path.endsWith('.d') ? [] : null),
    },
  });

/** Dotted paths of everything that holds no further keys; items of lists stand for one another. */
function leavesOf(value: unknown, path: string): string[] {
  if (Array.isArray(value) && value.some((item) => typeof item === 'object'))
    return value.flatMap((item) => leavesOf(item, path));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, path === '' ? key : `${path}.${key}`),
  );
}

/** What a warning says of a key that is known and does nothing. */
const unusedKey = ({ what }: { what: string }): string => /^([\w.]+) has no effect: /.exec(what)?.[1] ?? '';

test('a complete falco.yaml loads strictly: no key is unknown, no value refused', () => {
  const leaves = new Set(leavesOf(parse(text), ''));
  assert.ok(leaves.size >= LEAVES, `${leaves.size} leaf keys`);
  const { config, problems } = load(text);
  assert.ok(config !== null, problems.map(problemLine).join('\n'));
  const others = problems.filter((problem) => !Object.hasOwn(NOT_USED, unusedKey(problem)));
  assert.deepEqual(others.map(problemLine), []);
  assert.ok(problems.every(({ line }) => line !== null));
  assert.deepEqual(config.static_fields, { region: 'north', literal: '$' + '{REGION}' });
  assert.equal(config.http_output.url, 'http://localhost:2801/');
  assert.equal(config.append_output[0]?.match?.rule, 'some rule name');
});

test('the published schema takes it as well', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(configSchema());
  assert.equal(validate(parse(text)), true, JSON.stringify(validate.errors));
});

test('each of its keys, with a letter missing, is named with its line and the key that was meant', () => {
  const lines = text.split('\n');
  // Below these nothing is checked, or any name is a key.
  const free = [...Object.keys(NOT_USED), 'static_fields', 'plugins', 'append_output.extra_fields'];
  const above: { indent: number; key: string }[] = [];
  let tried = 0;
  for (const [i, line] of lines.entries()) {
    const [, before = '', key = ''] = /^([ -]*)([a-z_0-9]+):/.exec(line) ?? [];
    if (key === '') continue;
    while ((above.at(-1)?.indent ?? -1) >= before.length) above.pop();
    above.push({ indent: before.length, key });
    const path = above.map((one) => one.key).join('.');
    // A name of three letters is like too many others.
    if (key.length < 4 || free.some((one) => path === one || path.startsWith(`${one}.`))) continue;
    const typo = key.slice(0, -2) + key.at(-1);
    const changed = lines.with(i, line.replace(`${key}:`, `${typo}:`)).join('\n');
    const found = load(changed).problems.filter(({ code }) => code === 'SAKER_E_CONFIG_UNKNOWN_KEY');
    assert.deepEqual(
      found.map((problem) => [problem.line, /did you mean (\w+)/.exec(problem.what)?.[1]]),
      [[i + 1, key]],
      `${typo}: ${found.map(problemLine)}`,
    );
    tried++;
  }
  assert.ok(tried > 50, `${tried} keys`);
});
