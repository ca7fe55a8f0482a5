import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followedTypes, neededParts } from '../../../src/engine/facts/needs.ts';
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

const followed: [field: string, types: string][] = [
  ['proc.name', ''],
  ['proc.sid', 'setsid'],
  ['proc.sid.exe', 'setsid'],
  ['proc.tty', 'setsid'],
  ['proc.vpgid.name', 'setsid setpgid'],
  ['proc.is_pgid_leader', 'setsid setpgid'],
  ['thread.cap_effective', 'capset setuid setreuid setresuid setfsuid unshare setns'],
];
for (const [field, types] of followed) {
  test(`${field} follows ${types || 'nothing'}`, () => {
    assert.ok(syscallCatalogue.get(field));
    assert.equal(followedTypes(field).join(' '), types);
  });
}
