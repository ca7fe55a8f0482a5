import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { callFunction } from '../../../src/kernel/call-functions.ts';
import { CALL_ROWS } from '../../../src/schema/calls.generated.ts';

const header = readFileSync(new URL('../../../bpf/arch/arm64-calls.h', import.meta.url), 'utf8');
const numbers = new Map([...header.matchAll(/^#define NR_(\w+) (\w+)$/gm)].map(([, name, nr]) => [name, nr]));

for (const [target, arch, expected] of [
  ['__x64_sys_openat', 'x64', '__x64_sys_openat'],
  ['__x64_sys_openat', 'arm64', '__arm64_sys_openat'],
  ['__x64_sys_fadvise64', 'arm64', '__arm64_sys_fadvise64_64'],
  ['__do_sys_getpid', 'arm64', '__do_sys_getpid'],
  ['__ia32_sys_unlink', 'arm64', '__ia32_sys_unlink'],
  ['do_sys_openat2', 'arm64', 'do_sys_openat2'],
] as const)
  test(`${target} on ${arch}`, () => assert.equal(callFunction(target, arch), expected));

test('each call of the 64-bit tables has its number on arm64, or none', () => {
  const functions = CALL_ROWS.filter(([, , , , is32]) => !is32).map(([, target]) =>
    callFunction(target, 'arm64').slice(2),
  );
  assert.deepEqual(
    functions.filter((name) => !numbers.has(name)),
    [],
  );
  for (const name of ['open', 'openat', 'openat2', 'creat', 'execve', 'execveat'])
    assert.ok(numbers.has(name), name);
});

test('no number belongs to two calls, and from 424 on all architectures number alike', () => {
  const given = [...numbers.values()].filter((nr) => nr !== 'NR_NONE').map(Number);
  assert.ok(given.every((nr) => Number.isInteger(nr) && nr >= 0 && nr < 511));
  assert.equal(new Set(given).size, given.length);
  for (const [type, target, nr, , is32] of CALL_ROWS)
    if (!is32 && nr >= 424) assert.equal(numbers.get(callFunction(target, 'arm64').slice(2)), `${nr}`, type);
});
