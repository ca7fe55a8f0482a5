import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describe } from '../../../../src/rules/file/describe.ts';
import { fileJson, fileText } from '../../../../src/rules/file/index.ts';
import { loadRules } from '../../../../src/rules/index.ts';
import { hostileFiles } from '../../../fuzz/hostile-files.ts';

/** Small enough for every run; the bench uses a megabyte. SAKER_GOLDEN=update writes the outcomes anew. */
const SIZE = 30_000;
const GOLDEN = join(import.meta.dirname, 'hostile-outcomes.json');

/** What becomes of a file: its first error, or how much was loaded. */
function outcome(content: string): string {
  const result = loadRules([{ name: 'f.yaml', content }]);
  const file = result.files[0]!;
  assert.ok(file.errors.length <= 200, `${file.errors.length} errors`);
  assert.ok(file.warnings.length <= 2000, `${file.warnings.length} warnings`);
  assert.ok(file.lints.length <= 400, `${file.lints.length} lints`);
  JSON.stringify([fileJson(file), fileText(file, 'people'), result.ok ? describe(result) : null]);
  const [first] = file.errors;
  if (first === undefined) return `valid: ${result.rules.length} rules, ${file.warnings.length} warnings`;
  return `${first.code}: ${first.message.slice(0, 60)}`;
}

const files = hostileFiles(SIZE);
if (process.env.SAKER_GOLDEN === 'update') {
  const outcomes = Object.entries(files).map(([name, content]) => [name, outcome(content)]);
  writeFileSync(GOLDEN, `${JSON.stringify(Object.fromEntries(outcomes), null, 2)}\n`);
}
const golden: Record<string, string> = JSON.parse(readFileSync(GOLDEN, 'utf8'));

test('every hostile file has a known outcome', () => {
  assert.deepEqual(Object.keys(golden), Object.keys(files));
});

for (const [name, content] of Object.entries(files)) {
  test(`hostile file: ${name}`, () => assert.equal(outcome(content), golden[name]));
}
