import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { INITIAL_USER_NAMESPACE, readInRoot } from '../../../src/host/root-file.ts';
import { readAccounts } from '../../../src/host/users.ts';

const namespaceOf = (kind: string, pid: number | 'self' = 'self'): number =>
  Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/${kind}`))?.[0]);

const skip =
  process.getuid?.() !== 0
    ? 'needs root for chroot(2)'
    : namespaceOf('user') !== INITIAL_USER_NAMESPACE
      ? 'needs the first user namespace'
      : false;

const PASSWD = 'root:x:0:0::/root:/bin/sh\nweb:x:33:33::/srv:/bin/false\n';

/** A process whose root directory is a folder made here; it waits until the test is over. */
async function jailed(t: { after(f: () => void): void }, fill: (root: string) => void): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), 'saker-root-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  fill(root);
  // Enters the folder before it runs what lies outside of it: perl is part of every Debian.
  const child = spawn('perl', ['-e', '$|=1; chroot($ARGV[0]) or die; print "in\\n"; sleep 60', root]);
  t.after(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid!;
}

function plain(root: string): void {
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/passwd'), PASSWD);
  writeFileSync(join(root, 'etc/group'), 'web:x:33:\n');
}

const read = (pid: number, maxBytes = 1000): string | null =>
  readInRoot(pid, namespaceOf('mnt'), ['etc', 'passwd'], maxBytes)?.toString() ?? null;

test('a plain file below the root of a process', { skip }, async (t) => {
  const pid = await jailed(t, plain);
  assert.equal(read(pid), PASSWD);
  assert.equal(read(pid, 10), null);
  assert.equal(readInRoot(pid, 1, ['etc', 'passwd'], 1000), null);
  const accounts = readAccounts(pid, namespaceOf('mnt'));
  assert.deepEqual(accounts?.user(33), { name: 'web', homedir: '/srv', shell: '/bin/false' });
  assert.equal(accounts?.groupName(33), 'web');
  assert.equal(accounts?.user(1), null);
});

const hostile: [name: string, fill: (root: string) => void][] = [
  [
    'a link for the file',
    (root) => {
      mkdirSync(join(root, 'etc'));
      symlinkSync('/etc/hostname', join(root, 'etc/passwd'));
    },
  ],
  ['a link for the directory', (root) => symlinkSync('/etc', join(root, 'etc'))],
  [
    'a FIFO',
    (root) => {
      mkdirSync(join(root, 'etc'));
      execFileSync('mkfifo', [join(root, 'etc/passwd')]);
    },
  ],
  ['a directory', (root) => mkdirSync(join(root, 'etc/passwd'), { recursive: true })],
  ['nothing', () => {}],
];
for (const [name, fill] of hostile) {
  test(`not read: ${name}`, { skip }, async (t) => assert.equal(read(await jailed(t, fill)), null));
}

test('not read: a process in a user namespace of its own', { skip }, async (t) => {
  const child = spawn('unshare', ['--user', '--mount', 'sh', '-c', 'echo in; exec sleep 60']);
  t.after(() => void child.kill('SIGKILL'));
  const started = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  if (!started) return t.skip('needs user namespaces');
  assert.equal(readInRoot(child.pid!, namespaceOf('mnt', child.pid!), ['etc', 'passwd'], 1 << 20), null);
});

test('not read: a process that is gone', () => assert.equal(read(0x3fffffff), null));
