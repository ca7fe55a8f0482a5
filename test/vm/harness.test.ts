// The harness proved on itself: what goes in, comes out, fails, is ended, and runs beside others.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { kernelSeries, prepareGuest } from './cache.ts';
import { harnessFailure, runInGuest } from './guest.ts';

const cli = join(import.meta.dirname, 'run');
const scratch = mkdtempSync(join(tmpdir(), 'saker-harness-'));
after(() => rmSync(scratch, { recursive: true }));

function folder(name: string, files: Record<string, string>): string {
  const dir = join(scratch, name);
  mkdirSync(dir, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(dir, file), content);
  return dir;
}

describe('one command', () => {
  for (const kernel of kernelSeries) {
    test(`kernel ${kernel}: its release, files in, files out, exit code`, async () => {
      const outDir = folder(`out-${kernel}`, {});
      const result = await runInGuest({
        kernel,
        mini: true,
        inDirs: [folder('first', { 'a.txt': 'from a' }), folder('second', { 'b.txt': 'from b' })],
        outDir,
        command:
          'uname -r; cat a.txt b.txt; echo; cat /proc/1/comm; test -s /sys/kernel/btf/vmlinux && cp a.txt /out/copy.txt; exit 7',
      });
      assert.equal(result.failure, undefined);
      assert.equal(result.code, 7);
      const [release, content, init] = result.stdout.split('\n');
      assert.ok(release?.startsWith(`${kernel}.`), result.stdout);
      assert.equal(content, 'from afrom b');
      assert.equal(init, 'guest-init');
      assert.equal(readFileSync(join(outDir, 'copy.txt'), 'utf8'), 'from a');
    });
  }

  test('400 kB of output arrive whole, in order, as they come', async () => {
    const chunks: Buffer[] = [];
    const result = await runInGuest({
      kernel: '6.12',
      mini: true,
      command: 'for ((i = 100000; i < 150000; i++)); do echo "$i x"; done',
      onOutput: (chunk) => chunks.push(chunk),
    });
    const expected = Array.from({ length: 50_000 }, (_, i) => `${100_000 + i} x\n`).join('');
    const seen = `${result.stdout.length} of ${expected.length} bytes, or altered`;
    const end = `code ${result.code}, ${result.failure ?? 'no failure'}, console: ${result.console.slice(-1500)}`;
    assert.ok(result.stdout === expected, `${seen}; ${end}`);
    assert.ok(chunks.length > 1);
    assert.equal(Buffer.concat(chunks).toString(), expected);
  });

  test('with icount the clock counts instructions: the same work takes the same time in every guest', async () => {
    // The first round warms the shell's memory; the second one runs the same instructions in both guests.
    const round = 'a=$EPOCHREALTIME; for ((i = 0; i < 20000; i++)); do :; done; b=$EPOCHREALTIME';
    const command = `nproc; ${round}; ${round}; echo $((\${b/./} - \${a/./}))`;
    const job = { kernel: '6.12', mini: true, icount: true, command } as const;
    const [first, second] = await Promise.all([runInGuest(job), runInGuest(job)]);
    const [processors, microseconds] = first.stdout.split('\n').map(Number);
    const other = Number(second.stdout.split('\n')[1]);
    assert.equal(processors, 1);
    assert.ok(Math.abs(microseconds! - other) < microseconds! / 100, `${microseconds} and ${other} µs`);
  });
});

describe('a guest with systemd', () => {
  // One boot answers all: each line is `name=value`.
  const facts = new Map<string, string>();
  before(async () => {
    const result = await runInGuest({
      kernel: '6.1',
      packages: [buildProbePackage()],
      command: [
        'say() { echo "$1=$(eval "$2" 2>&1 | tail -1)"; }',
        'say state "systemctl is-system-running --wait"',
        'say probe "systemctl is-active saker-probe"',
        'say journal "journalctl -u saker-probe -o cat | grep -x hello-from-probe"',
        'logger -t probe to-syslog; until grep -q to-syslog /var/log/syslog; do sleep 0.1; done',
        'say syslog "grep -o to-syslog /var/log/syslog"',
        'say user "su - tester -c \\"id -u; id -un\\""',
        'say runuser "runuser -u tester -- id -u"',
        'say setpriv "setpriv --reuid tester --regid tester --clear-groups id -u"',
        'cp /bin/true /dev/shm/t; say shm "/dev/shm/t && stat -f -c %T /dev/shm"',
        'say bpffs "stat -f -c %T /sys/fs/bpf"',
        'say tracefs "stat -f -c %T /sys/kernel/tracing"',
        'say module "modprobe overlay && grep -o overlay /proc/filesystems"',
        'say runc "runc --version | head -1 | cut -d\\" \\" -f1"',
      ].join('\n'),
    });
    assert.equal(result.code, 0, result.failure ?? result.stdout);
    for (const line of result.stdout.trim().split('\n')) {
      const [name, ...value] = line.split('=');
      facts.set(name!, value.join('='));
    }
  });

  const expected: Record<string, string> = {
    state: 'running',
    probe: 'active',
    journal: 'hello-from-probe',
    syslog: 'to-syslog',
    user: 'tester',
    runuser: '1000',
    setpriv: '1000',
    shm: 'tmpfs',
    bpffs: 'bpf_fs',
    tracefs: 'tracefs',
    module: 'overlay',
    runc: 'runc',
  };
  for (const [name, value] of Object.entries(expected)) {
    test(`${name}: ${value}`, () => assert.equal(facts.get(name), value));
  }
});

describe('failure', () => {
  test('a guest whose kernel met a stale int3 of the emulator runs again, three times at most', async () => {
    let ran = '';
    const { code } = await runInGuest({
      kernel: '6.12',
      mini: true,
      command: "echo '<0>Oops: int3: 0000 [#1] PREEMPT SMP NOPTI' >/dev/kmsg; echo ran",
      onOutput: (chunk) => {
        ran += chunk;
      },
    });
    assert.deepEqual([code, ran.match(/ran/g)?.length], [0, 3]);
  });

  test('the time limit ends the guest', async () => {
    const result = await runInGuest({ kernel: '6.12', mini: true, timeoutS: 8, command: 'sleep 1000' });
    assert.equal(result.code, harnessFailure);
    assert.match(result.failure!, /ended after 8 s/);
  });

  test('a kernel that panics gives no status, and the console tells why', async () => {
    const result = await runInGuest({
      kernel: '6.12',
      mini: true,
      command: 'echo c >/proc/sysrq-trigger; sleep 60',
    });
    assert.equal(result.code, harnessFailure);
    assert.match(result.console, /Kernel panic/);
  });

  test('a package that cannot be installed stops the job, and the output tells why', async () => {
    const broken = join(scratch, 'broken_1_all.deb');
    writeFileSync(broken, 'not a package');
    const result = await runInGuest({
      kernel: '6.12',
      mini: true,
      packages: [broken],
      command: 'echo never',
    });
    assert.equal(result.code, harnessFailure);
    assert.match(result.failure!, /could not be installed/);
    assert.match(result.stdout, /broken_1_all\.deb/);
    assert.doesNotMatch(result.stdout, /never/);
  });
});

describe('command line', () => {
  const wrong: [string, string[], RegExp][] = [
    ['no kernel', ['--', 'true'], /--kernel/],
    ['an unknown kernel', ['--kernel', '4.19', '--', 'true'], /one of 5\.10/],
    ['no command', ['--kernel', '6.12'], /command/],
    ['a time that is none', ['--kernel', '6.12', '--timeout', 'soon', '--', 'true'], /--timeout soon/],
    ['a folder that is not there', ['--kernel', '6.12', '--in', '/nowhere', '--', 'true'], /\/nowhere/],
  ];
  for (const [name, args, message] of wrong) {
    test(`${name}: 125 and a message`, async () => {
      const { code, stderr } = await runCli(args);
      assert.equal(code, harnessFailure);
      assert.match(stderr, message);
    });
  }

  test('SIGTERM ends qemu and removes the work folder; a run beside it goes on', async () => {
    const temp = folder('temp', {});
    const other = runCli(['--kernel', '6.12', '--mini', '--', 'sleep 2; echo undisturbed; exit 3']);
    const child = spawn(cli, ['--kernel', '6.12', '--mini', '--', 'echo up; sleep 1000'], {
      env: { ...process.env, TMPDIR: temp },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const [qemu] = childrenOf(child.pid!);
    assert.match(readFileSync(`/proc/${qemu}/comm`, 'utf8'), /^qemu/);
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');
    assert.equal(code, 128 + 15);
    assert.throws(() => statSync(`/proc/${qemu}`), { code: 'ENOENT' });
    assert.deepEqual(readdirSync(temp), []);
    assert.deepEqual(await other, { code: 3, stdout: 'undisturbed\n', stderr: '' });
  });

  test('two runs at once on an empty cache both get the kernel, whole', async () => {
    const { root } = await prepareGuest('6.12');
    const cache = folder('cache', {});
    try {
      linkSync(root, join(cache, basename(root))); // the root image is not what this test is about
    } catch {
      execFileSync('cp', ['--sparse=always', root, cache]); // the temporary folder is another file system
    }
    const args = ['--prepare', '--kernel', '6.12'];
    const env = { SAKER_CACHE_DIR: cache };
    const [first, second] = await Promise.all([runCli(args, env), runCli(args, env)]);
    assert.equal(first.code, 0, first.stderr);
    assert.equal(second.code, 0, second.stderr);
    assert.match(first.stdout, /^6\.12: 6\.12\./);
    assert.equal(second.stdout, first.stdout);
    const left = readdirSync(cache).filter((name) => name.startsWith('kernel-') && !name.endsWith('.lock'));
    assert.equal(left.length, 1);
  });
});

async function runCli(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(cli, args, { env: { ...process.env, ...env } });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    text.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.stderr += chunk;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...text };
}

function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
}

/** A package whose maintainer script starts a service, as saker's own does. */
function buildProbePackage(): string {
  const tree = folder('probe', {});
  mkdirSync(join(tree, 'lib/systemd/system'), { recursive: true });
  mkdirSync(join(tree, 'DEBIAN'));
  const control = [
    'Package: saker-probe',
    'Version: 1',
    'Architecture: all',
    'Maintainer: nobody',
    'Description: probe',
  ];
  const postinst = ['#!/bin/sh', 'set -e', 'systemctl daemon-reload', 'systemctl start saker-probe'];
  const unit = ['[Service]', 'Type=oneshot', 'RemainAfterExit=yes', 'ExecStart=/bin/echo hello-from-probe'];
  const write = (file: string, lines: string[], mode = 0o644): void =>
    writeFileSync(join(tree, file), `${lines.join('\n')}\n`, { mode });
  write('DEBIAN/control', control);
  write('DEBIAN/postinst', postinst, 0o755);
  write('lib/systemd/system/saker-probe.service', unit);
  const deb = join(scratch, 'saker-probe_1_all.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, deb]);
  return deb;
}
