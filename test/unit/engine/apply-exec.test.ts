import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventRecord } from '../../../src/decode/index.ts';
import { applyRecord } from '../../../src/engine/apply.ts';
import * as abi from '../../../src/schema/record.generated.ts';
import { Environment, Environments, ProcessTable } from '../../../src/state/index.ts';
import { execRecord } from '../decode/record-bytes.ts';

/** Executable of the process after an exec whose path came with these flags. */
function exepath(flags: number, whole: string | null): string | undefined {
  const bytes = execRecord('cat\0x\0');
  const cell = abi.AT_EXEC_STR + abi.EXEC_EXE * abi.SIZE_STR;
  new DataView(bytes.buffer).setUint16(cell + abi.AT_STR_FLAGS, flags, true);
  const record = new EventRecord(bytes);
  assert.ok(record.at(0, bytes.length));
  return applyRecord(new ProcessTable(() => null), record, {
    argv: () => [],
    exe: () => whole,
    environment: () => new Environment(),
    cgroup: () => {},
  })?.exepath.text;
}

const rows: [name: string, flags: number, whole: string | null, want: string][] = [
  ['as the kernel resolved it', 0, '/other', '/usr/bin/cat'],
  [
    'deeper than the kernel side walks: /proc knows all of it',
    abi.STR_CUT,
    '/dev/shm/a/b/c',
    '/dev/shm/a/b/c',
  ],
  ['deeper, and the process is gone: what there is', abi.STR_CUT, null, '/usr/bin/cat'],
  [
    'outside of the process’s root it passes for no file of the system',
    abi.STR_UNREACHABLE,
    null,
    '(unreachable)/usr/bin/cat',
  ],
];
for (const [name, flags, whole, want] of rows) test(name, () => assert.equal(exepath(flags, whole), want));

test('the environment of the record is kept', () => {
  const environments = new Environments();
  const bytes = execRecord('cat\0', 'A=1\0');
  const record = new EventRecord(bytes);
  assert.ok(record.at(0, bytes.length));
  const proc = {
    argv: () => [],
    exe: () => null,
    environment: (text: string | null) => environments.make(text),
    cgroup: () => {},
  };
  const process = applyRecord(new ProcessTable(() => null), record, proc);
  assert.equal(process?.image.environment.text, 'A=1\0');
});
