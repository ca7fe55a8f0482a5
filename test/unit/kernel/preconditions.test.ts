import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { LoadError } from '../../../src/kernel/object.ts';
import { explainFailure, findObstacle, type Machine } from '../../../src/kernel/preconditions.ts';

const base = mkdtempSync(join(tmpdir(), 'saker-machine-'));
after(() => rmSync(base, { recursive: true }));

const ALL_CAPS = 'CapEff:\t000001ffffffffff\n';
const NO_CAPS = 'CapEff:\t0000000000000000\n';
const BPF_CAPS = 'CapEff:\t000000c000000000\n';

let machines = 0;
function machine(files: Record<string, string>, facts: Partial<Machine> = {}): Machine {
  const root = join(base, String(machines++));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { release: '6.1.0-56-amd64', arch: 'x64', root, ...facts };
}
const BTF = { 'sys/kernel/btf/vmlinux': '' };

const OBSTACLES: [string, Machine, RegExp | null][] = [
  ['fine', machine({ ...BTF, 'proc/self/status': ALL_CAPS }), null],
  ['the two capabilities are enough', machine({ ...BTF, 'proc/self/status': BPF_CAPS }), null],
  ['no capability', machine({ ...BTF, 'proc/self/status': NO_CAPS }), /CAP_BPF/],
  ['no BTF', machine({ 'proc/self/status': ALL_CAPS }), /type information/],
  ['old kernel', machine(BTF, { release: '5.4.0-200-generic' }), /older than 5\.10/],
  [
    'kernel 5.10 itself',
    machine({ ...BTF, 'proc/self/status': ALL_CAPS }, { release: '5.10.0-32-amd64' }),
    null,
  ],
  ['other processor', machine(BTF, { arch: 'riscv64' }), /riscv64/],
];
for (const [name, given, expected] of OBSTACLES)
  test(`obstacle: ${name}`, () => {
    const found = findObstacle(given);
    if (expected === null) assert.equal(found, null);
    else assert.match(found!.what, expected);
  });

const LOCKED = 'none integrity [confidentiality]';
const FAILURES: [string, Machine, number, string][] = [
  [
    'locked down',
    machine({ 'sys/kernel/security/lockdown': LOCKED, 'proc/self/status': ALL_CAPS }),
    constants.errno.EPERM,
    'SAKER_E_KERNEL_LOCKDOWN',
  ],
  [
    'root refused, mode unknown',
    machine({ 'proc/self/status': ALL_CAPS }),
    constants.errno.EPERM,
    'SAKER_E_KERNEL_LOCKDOWN',
  ],
  [
    'root refused, not locked down',
    machine({
      'sys/kernel/security/lockdown': '[none] integrity confidentiality',
      'proc/self/status': ALL_CAPS,
    }),
    constants.errno.EPERM,
    'SAKER_E_PERMISSION',
  ],
  ['not root', machine({ 'proc/self/status': NO_CAPS }), constants.errno.EPERM, 'SAKER_E_PERMISSION'],
  ['anything else', machine({ 'proc/self/status': ALL_CAPS }), constants.errno.EINVAL, 'SAKER_E_KERNEL_LOAD'],
];
for (const [name, given, errno, code] of FAILURES)
  test(`refused load: ${name}`, () => {
    assert.equal(explainFailure(new LoadError('load', -errno, 'last line'), given).code, code);
  });
