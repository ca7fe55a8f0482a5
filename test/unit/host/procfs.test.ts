import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readBounded } from '../../../src/host/files.ts';
import { ProcFs, readMachine } from '../../../src/host/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-proc-'));
after(() => rmSync(folder, { recursive: true }));

/** A process directory as the kernel writes it. */
function place(pid: number, files: Record<string, string>): void {
  const dir = join(folder, String(pid));
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    if (name === 'exe' || name === 'cwd') symlinkSync(text, join(dir, name));
    else writeFileSync(join(dir, name), Buffer.from(text, 'latin1'));
  }
}

const stat = (pid: number, comm: string, start: number): string =>
  `${pid} (${comm}) S 10 20 30 34816 20 4194304 0 0 0 0 0 0 0 0 20 0 1 0 ${start} 0 0\n`;

test('this process is read from the real /proc', () => {
  const facts = new ProcFs().process(process.pid)!;
  assert.equal(facts.exe, process.execPath);
  assert.equal(facts.cwd, process.cwd());
  assert.equal(facts.ppid, process.ppid);
  assert.equal(facts.uid, process.geteuid!());
  assert.equal(facts.args[0], process.argv0);
  for (const [kind, number] of [
    ['mnt', facts.mntNs],
    ['pid', facts.pidNs],
    ['user', facts.userNs],
  ] as const) {
    assert.equal(readlinkSync(`/proc/self/ns/${kind}`), `${kind}:[${number}]`);
  }
  assert.ok(new ProcFs().pids().includes(process.pid));
  assert.equal(new ProcFs().startTicks(process.pid), facts.startTicks);
});

test('a real child: arguments with blanks, line ends and nothing; its environment', async () => {
  const child = spawn('sleep', ['1000'], { argv0: 'a b\n', env: { K: 'v\nw' } });
  await new Promise((resolve) => child.once('spawn', resolve));
  assert.deepEqual(new ProcFs().args(child.pid!), ['a b\n', '1000']);
  assert.deepEqual(new ProcFs().environ(child.pid!), ['K=v\nw']);
  child.kill();
});

test('hostile names stay what they are', () => {
  place(7, {
    stat: stat(7, 'x) R 1 (\n', 555),
    status:
      'Name:\tx) R 1 (\\nUid:\\t0\nUid:\t1000\t1001\t1002\t1003\nGid:\t5\t6\t7\t8\nNSpid:\t7\t3\t1\nNSpgid:\t20\t3\t0\n',
    cmdline: 'a\0\0b\xff\0',
    loginuid: '1000',
    exe: '/bin/x (deleted)',
    cwd: '/nowhere',
  });
  assert.deepEqual(new ProcFs(folder).process(7), {
    pid: 7,
    comm: 'x) R 1 (\n',
    startTicks: 555,
    ppid: 10,
    pgid: 20,
    sid: 30,
    tty: 34816,
    uid: 1001,
    gid: 6,
    vpid: 1,
    vpgid: 0,
    mntNs: 0,
    pidNs: 0,
    userNs: 0,
    loginuid: 1000,
    exe: '/bin/x (deleted)',
    cwd: '/nowhere',
    args: ['a', '', 'b\xff'],
  });
});

test('a kernel thread or a process that is half gone gives what there is', () => {
  place(8, { stat: stat(8, 'kthreadd', 1), cmdline: '', loginuid: '4294967295' });
  const facts = new ProcFs(folder).process(8)!;
  assert.deepEqual(
    [facts.exe, facts.cwd, facts.args, facts.uid, facts.loginuid],
    [null, null, [], null, 0xffffffff],
  );
});

const gone: [name: string, files: Record<string, string> | null][] = [
  ['no such process', null],
  ['an empty stat', { stat: '' }],
  ['a cut stat', { stat: '9 (x) S 1 2' }],
];
for (const [name, files] of gone) {
  test(`null for ${name}`, () => {
    rmSync(join(folder, '9'), { recursive: true, force: true });
    if (files !== null) place(9, files);
    assert.equal(new ProcFs(folder).process(9), null);
  });
}

test('reads keep to their bound, also from an endless file, and do not hang on a FIFO', (t) => {
  assert.equal(readBounded('/dev/zero', 100_000)!.length, 100_000);
  place(11, { cmdline: 'a'.repeat(100_000) });
  assert.equal(new ProcFs(folder).args(11)[0]!.length, 4096);
  const fifo = join(folder, 'fifo');
  if (spawnSync('mkfifo', [fifo]).status !== 0) return t.skip('needs mkfifo');
  assert.equal(readBounded(fifo, 10)!.length, 0);
});

test('the machine: names from /proc/sys/kernel, FALCO_HOSTNAME first', () => {
  const real = readMachine('/proc', {});
  assert.equal(real.kernelRelease, readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim());
  assert.match(real.bootId, /^[0-9a-f-]{36}$/);
  assert.ok(real.hostname.length > 0);
  assert.equal(readMachine('/proc', { FALCO_HOSTNAME: 'node-1' }).hostname, 'node-1');
  assert.deepEqual(readMachine(join(folder, 'none'), {}), {
    hostname: 'localhost',
    bootId: '',
    kernelRelease: '',
  });
});
