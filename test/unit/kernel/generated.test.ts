import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generateCalls } from '../../../scripts/generate-calls.ts';
import { generateRecord } from '../../../scripts/generate-record.ts';
import { Btf, btfSection } from '../../../src/kernel/btf.ts';
import { FIRST_PROGRAMS, PROGRAMS } from '../../../src/kernel/object.ts';
import { CALL_ROWS, COMPAT_NUMBERS } from '../../../src/schema/calls.generated.ts';

const OBJECT = new URL('../../../build/bpf/saker.bpf.o', import.meta.url);
const GENERATED = new URL('../../../src/schema/record.generated.ts', import.meta.url);
const skip = existsSync(OBJECT) ? false : 'needs build/bpf/saker.bpf.o (make -C bpf)';

test('record.generated.ts is what the BPF object says', { skip }, () => {
  const now = generateRecord(readFileSync(OBJECT));
  assert.equal(readFileSync(GENERATED, 'utf8'), now, 'run: node scripts/generate-record.ts');
});

test('calls.generated.ts is what the tables say', () => {
  const file = new URL('../../../src/schema/calls.generated.ts', import.meta.url);
  assert.equal(readFileSync(file, 'utf8'), generateCalls(), 'run: node scripts/generate-calls.ts');
});

test('a number of either ABI stands for one type', () => {
  for (const compat of [false, true]) {
    const numbers = CALL_ROWS.filter((row) => row[4] === compat).map((row) => row[2]);
    if (compat) numbers.push(...COMPAT_NUMBERS.map(([, number]) => number));
    assert.equal(new Set(numbers).size, numbers.length);
  }
});

test('the objects hold the programs the plan knows', { skip }, () => {
  const functions = (object: URL, names: ReadonlySet<string>): Set<string> =>
    new Btf(btfSection(readFileSync(object))).functions(names);
  assert.deepEqual([...functions(OBJECT, PROGRAMS)].sort(), [...PROGRAMS].sort());
  const first = new URL('saker-first.bpf.o', OBJECT);
  assert.deepEqual([...functions(first, FIRST_PROGRAMS)].sort(), [...FIRST_PROGRAMS].sort());
});

test('what is not BTF or not ELF is refused', () => {
  assert.throws(() => new Btf(new Uint8Array(64)), /not BTF/);
  assert.throws(() => btfSection(new Uint8Array(64)), /not an ELF/);
});
