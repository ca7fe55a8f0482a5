import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { matchesStars } from '../../src/rules/file/index.ts';

interface Row {
  readonly pattern: string;
  readonly text: string;
  readonly expect: boolean;
}
const rows: Row[] = JSON.parse(readFileSync(join(import.meta.dirname, 'peers/engine_utils.json'), 'utf8'));

for (const { pattern, text, expect } of rows) {
  test(`rule selection: "${pattern}" on "${text}"`, () => assert.equal(matchesStars(pattern, text), expect));
}
