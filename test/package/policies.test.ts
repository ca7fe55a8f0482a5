import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

/** The sandbox that ships beside the unit: each policy is compiled by the tools that its users have. */

const root = join(import.meta.dirname, '..', '..');
const work = mkdtempSync(join(tmpdir(), 'saker-policies-'));
after(() => rmSync(work, { recursive: true }));
/** Administrators' programs, which the PATH of a plain `su` lacks. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

function lacks(...programs: string[]): string | false {
  const missing = programs.filter(
    (one) => spawnSync('sh', ['-c', `command -v ${one}`], { env }).status !== 0,
  );
  return missing.length > 0 && `needs ${missing.join(', ')}`;
}

function must(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: work, env, encoding: 'utf8' });
  assert.equal(status, 0, `${program}: ${stdout}${stderr}`);
  return stdout;
}

test('the AppArmor profile compiles', { skip: lacks('apparmor_parser') }, (t) => {
  if (!existsSync('/etc/apparmor.d/abi/3.0')) return t.skip('needs AppArmor 3.0');
  must('apparmor_parser', '-K', '-T', '-Q', '-o', 'saker.bin', join(root, 'packaging/apparmor/saker'));
  assert.ok(statSync(join(work, 'saker.bin')).size > 1000);
});

test('the SELinux module compiles', { skip: lacks('checkmodule', 'semodule_package') }, () => {
  const source = join(root, 'packaging/selinux');
  must('checkmodule', '-M', '-m', '-o', 'saker.mod', join(source, 'saker.te'));
  must('semodule_package', '-o', 'saker.pp', '-m', 'saker.mod', '-f', join(source, 'saker.fc'));
  const types = new Set(
    [...readFileSync(join(source, 'saker.te'), 'utf8').matchAll(/^type (\w+),/gm)].map(([, name]) => name),
  );
  const labels = [...readFileSync(join(source, 'saker.fc'), 'utf8').matchAll(/object_r:(\w+):/g)];
  for (const [, label] of labels) assert.ok(types.has(label!), `${label} of saker.fc is a type of saker.te`);
  assert.equal(new Set(labels.map(([, label]) => label)).size, types.size);
});

/** Needs a systemd that reads a unit without a running manager: 250 and later. */
function exposure(...files: string[]): number {
  const args = ['security', '--offline=yes', '--no-pager', ...files];
  return Number(/: (\d+\.\d)/.exec(must('systemd-analyze', ...args))?.[1]);
}

const version = Number(
  /^systemd (\d+)/.exec(spawnSync('systemd-analyze', ['--version']).stdout?.toString() ?? '')?.[1],
);
const old = version >= 250 ? false : 'needs systemd-analyze 250 or later';

test('the unit, and the unit with the strict drop-in, are as hardened as the documents say', {
  skip: old,
}, () => {
  const unit = join(work, 'saker.service');
  const text = readFileSync(join(root, 'systemd/saker.service'), 'utf8');
  // What a directory of drop-ins would do; offline only one file is read.
  const strict = readFileSync(join(root, 'systemd/saker-strict.conf'), 'utf8');
  must('cp', join(root, 'systemd/saker.service'), unit);
  assert.ok(exposure(unit) <= 2.8, `${exposure(unit)}`);
  const both = join(work, 'saker-both.service');
  must('sh', '-c', `cat > ${both} <<'END'\n${text}\n${strict}\nEND`);
  assert.ok(exposure(both) <= 2, `${exposure(both)}`);
});

test('systemd knows every line of unit and drop-in', { skip: lacks('systemd-analyze') }, () => {
  const unit = join(work, 'saker.service');
  const merged = ['systemd/saker.service', 'systemd/saker-strict.conf']
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('\n')
    // The program is not installed here.
    .replaceAll('/usr/bin/saker', '/bin/true')
    .replace(/^Documentation=.*$/m, '');
  must('sh', '-c', `cat > ${unit} <<'END'\n${merged}\nEND`);
  const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
  assert.doesNotMatch(stdout + stderr, /saker\.service:\d+: |Unknown|Failed to parse/);
});
