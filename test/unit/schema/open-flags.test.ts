import assert from 'node:assert/strict';
import { constants } from 'node:fs';
import { test } from 'node:test';
import {
  falcoOpenFlags,
  openFlagNames,
  opensForReading,
  opensForWriting,
} from '../../../src/schema/open-flags.ts';

const c = constants;
// Numbers and names as Falco 0.44.1 printed them for real opens.
const rows: { kernel: number; created?: boolean; falco: number; names: string }[] = [
  { kernel: c.O_RDONLY, falco: 1, names: 'O_RDONLY' },
  { kernel: c.O_WRONLY, falco: 2, names: 'O_WRONLY' },
  { kernel: c.O_RDWR, falco: 3, names: 'O_RDWR' },
  { kernel: c.O_RDONLY | 0o2000000, falco: 4097, names: 'O_RDONLY|O_CLOEXEC' },
  { kernel: c.O_WRONLY | c.O_CREAT | c.O_TRUNC, falco: 262, names: 'O_TRUNC|O_CREAT|O_WRONLY' },
  {
    kernel: c.O_WRONLY | c.O_CREAT | c.O_TRUNC,
    created: true,
    falco: 16646,
    names: 'O_TRUNC|O_CREAT|O_WRONLY|O_F_CREATED',
  },
  { kernel: c.O_RDWR | c.O_CREAT, created: true, falco: 16391, names: 'O_CREAT|O_RDWR|O_F_CREATED' },
];
for (const { kernel, created = false, falco, names } of rows) {
  test(`${names} is ${falco}`, () => {
    assert.equal(falcoOpenFlags(kernel, created), falco);
    assert.equal(openFlagNames(falco), names);
  });
}

test('reading and writing follow the access mode; O_PATH does neither', () => {
  const access = (kernel: number) => {
    const falco = falcoOpenFlags(kernel, false);
    return [opensForReading(falco), opensForWriting(falco)];
  };
  assert.deepEqual(access(c.O_RDONLY), [true, false]);
  assert.deepEqual(access(c.O_WRONLY), [false, true]);
  assert.deepEqual(access(c.O_RDWR), [true, true]);
  assert.deepEqual(access(0o10000000), [false, false]);
});
