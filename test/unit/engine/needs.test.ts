import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neededParts } from '../../../src/engine/facts/needs.ts';
import { syscallCatalogue } from '../../../src/schema/fields.ts';

const rows: [field: string, arg: string | null, parts: string[]][] = [
  ['proc.name', null, []],
  ['proc.env', null, ['env']],
  ['proc.env', 'PATH', ['env']],
  ['proc.aenv', '2', ['env']],
  ['evt.buffer', null, ['data']],
  ['evt.buflen', null, []],
  ['evt.arg', 'env', ['env']],
  ['evt.rawarg', 'data', ['data']],
  ['evt.arg', 'name', []],
  ['evt.arg', '0', []],
  ['evt.args', null, ['data', 'env']],
];
for (const [name, arg, parts] of rows) {
  test(`${name}${arg === null ? '' : `[${arg}]`} needs ${parts.join(' and ') || 'nothing'}`, () => {
    const field = syscallCatalogue.get(name);
    assert.ok(field);
    assert.deepEqual([...neededParts({ field, arg })].sort(), parts);
  });
}
