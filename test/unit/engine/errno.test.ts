import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { resultName } from '../../../src/engine/errno.ts';

const CASES: readonly [ret: number, name: string][] = [
  [0, 'SUCCESS'],
  [3, 'SUCCESS'],
  [-1, 'EPERM'],
  [-2, 'ENOENT'],
  // Two names for one number.
  [-11, 'EAGAIN'],
  [-35, 'EDEADLK'],
  [-95, 'EOPNOTSUPP'],
  // Not in Node's table.
  [-117, 'EUCLEAN'],
  [-126, 'ENOKEY'],
  [-133, 'EHWPOISON'],
  // Numbers that nobody named: reserved, above the table, and the kernel's own.
  [-41, '41'],
  [-134, '134'],
  [-512, '512'],
];

test('results have the names that rules know', () => {
  for (const [ret, name] of CASES) assert.equal(resultName(ret), name);
});

test('every name agrees with the machine', () => {
  const aliases = new Set(['EWOULDBLOCK', 'ENOTSUP']);
  for (const [name, number] of Object.entries(constants.errno))
    if (!aliases.has(name)) assert.equal(resultName(-number), name);
});
