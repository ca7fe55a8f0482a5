// The kernel's type information, read in C: the same answers as from the reader in TypeScript and from libbpf.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Btf } from '../../../src/kernel/btf.ts';
import { TARGETS } from '../../../src/kernel/hooks.ts';
import { kernelFunctions, type Native, openNative, readObjects } from '../../../src/kernel/index.ts';
import { FIRST_PROGRAMS, openObject, takeLog } from '../../../src/kernel/object.ts';
import { KERNEL_TYPES } from '../../../src/kernel/preconditions.ts';
import { readFacts } from '../../../src/kernel/readings.ts';

const build = new URL('../../../build/', import.meta.url);
const built = ['native/libsaker.so', 'bpf/saker-first.bpf.o'].every((file) =>
  existsSync(new URL(file, build)),
);
const skip = !built
  ? 'needs build/native and build/bpf (npm run build)'
  : !existsSync(KERNEL_TYPES)
    ? `needs ${KERNEL_TYPES}`
    : false;
const { ENOENT, EINVAL, EPERM } = constants.errno;
const HEADER_BYTES = 24;

describe("the kernel's types", { skip }, () => {
  let native: Native;
  let folder = '';
  const file = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const open = (programs: Iterable<string>): number => {
    const images = readObjects(kernelFunctions(native), (name) =>
      readFileSync(new URL(`bpf/${name}`, build)),
    );
    const options = { images, ringBytes: 8 << 20, ownPid: process.pid, threads: false };
    return openObject(native, images.first, new Set(programs), [], options);
  };
  before(() => {
    native = openNative();
    folder = mkdtempSync(join(tmpdir(), 'saker-types-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('functions are found', () => {
    const expected = new Btf(readFileSync(KERNEL_TYPES)).functions(TARGETS);
    assert.ok(expected.size > 100);
    assert.deepEqual(kernelFunctions(native), expected);
  });

  test('what cannot be read has its errno', () => {
    const whole = readFileSync(KERNEL_TYPES);
    const refused: readonly [string, Uint8Array][] = [
      ['empty', new Uint8Array()],
      ['short', whole.subarray(0, HEADER_BYTES - 1)],
      ['header', whole.subarray(0, HEADER_BYTES)],
      ['cut', whole.subarray(0, whole.length - 1)],
      ['zeros', new Uint8Array(4096)],
    ];
    const code = (path: string): number => native.saker_functions(path, 'one\ntwo', new Uint8Array(2), 2);
    assert.equal(code(join(folder, 'missing')), -ENOENT);
    for (const [name, bytes] of refused) {
      const path = file(name, bytes);
      const handle = open(['dispatch']);
      assert.deepEqual([code(path), native.saker_bpf_load(handle, path)], [-EINVAL, -EINVAL], name);
      native.saker_bpf_close(handle);
    }
  });

  test('damaged types do not crash', () => {
    const whole = readFileSync(KERNEL_TYPES);
    const types = HEADER_BYTES + whole.readUInt32LE(8);
    for (const step of [1000, 4096, 65_536]) {
      const bytes = Buffer.from(whole);
      for (let at = types + 4; at < types + whole.readUInt32LE(12); at += step) bytes[at] = (at * 31) & 0xff;
      const path = file('damaged', bytes);
      const handle = open(FIRST_PROGRAMS);
      native.saker_functions(path, [...TARGETS].join('\n'), new Uint8Array(TARGETS.size), TARGETS.size);
      assert.ok(native.saker_bpf_load(handle, path) < 0);
      native.saker_bpf_close(handle);
    }
    takeLog(native);
  });

  test('the kernel takes the same programs whether libbpf had all types or the reduced ones', (t) => {
    const attachable = [...FIRST_PROGRAMS].filter((program) => !program.endsWith('_fprobe'));
    const load = (types: string): unknown => {
      const handle = open(attachable);
      const result = native.saker_bpf_load(handle, types);
      const facts = result < 0 ? result : attachable.map((program) => readFacts(native, handle, program));
      native.saker_bpf_close(handle);
      return facts;
    };
    const expected = load('');
    if (expected === -EPERM) return t.skip('the kernel refuses tracing programs to this process');
    assert.ok(Array.isArray(expected), takeLog(native));
    assert.deepEqual(load(KERNEL_TYPES), expected);
  });
});
