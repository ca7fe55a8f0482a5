import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { prepareAdded, prepareKernel } from '../cache.ts';

/**
 * The package for arm64 in a guest of that kind: kernel 6.12 of Debian, the packages' files and the libraries they depend
 * on, and no more: no service manager. The agent runs by hand.
 */

const root = join(import.meta.dirname, '../../..');
const NEEDED = ['qemu-system-aarch64', 'aarch64-linux-gnu-gcc', 'cpio'];
const KERNEL = '6.12';

function whyNot(): string | false {
  if (process.env.SAKER_ARM64 !== '1') return 'a guest of five minutes: wanted with SAKER_ARM64=1';
  const folders = (process.env.PATH ?? '').split(':');
  const missing = NEEDED.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return missing.length > 0 && `needs ${missing.join(', ')}`;
}

interface Alert {
  readonly rule: string;
  readonly output_fields: Readonly<Record<string, string | number | null>>;
}

/** Its console's text. */
function boot(kernel: string, initrd: string): Promise<string> {
  const machine = ['-M', 'virt', '-cpu', 'max', '-m', '2048', '-smp', '2', '-accel', 'tcg,thread=multi'];
  const plain = ['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', 'stdio'];
  const system = ['-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyAMA0 quiet panic=-1'];
  const qemu = spawn('qemu-system-aarch64', [...machine, ...plain, ...system], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const timer = setTimeout(() => qemu.kill('SIGKILL'), 800_000);
  const seen: Buffer[] = [];
  qemu.stdout.on('data', (bytes: Buffer) => seen.push(bytes));
  return new Promise((resolve, reject) => {
    qemu.on('error', reject);
    qemu.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(seen).toString().replaceAll('\r\n', '\n'));
    });
  });
}

describe('the packages for arm64', { skip: whyNot(), timeout: 1_800_000 }, () => {
  const work = mkdtempSync(join(tmpdir(), 'saker-arm64-'));
  let console = '';
  const part = (name: string): string =>
    console
      .split(/^== /m)
      .find((text) => text.startsWith(`${name}\n`))
      ?.slice(name.length + 1) ?? assert.fail(`no ${name} in:\n${console.slice(-4000)}`);

  before(async () => {
    execFileSync(process.execPath, ['scripts/package.ts', '--arm64'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const kernel = await prepareKernel(KERNEL, 'arm64');
    const tree = join(work, 'root');
    execFileSync('cp', ['-a', join(await prepareAdded('arm64'), 'added'), tree]);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const rules = readFileSync(join(root, 'rules/VERSION'), 'utf8').trim();
    for (const deb of [`saker_${version}_arm64.deb`, `saker-rules_${rules}_all.deb`])
      execFileSync('sh', [
        '-c',
        'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"',
        'sh',
        join(root, 'build/packages', deb),
        tree,
      ]);
    for (const folder of ['proc', 'sys', 'dev', 'run', 'tmp', 'etc'])
      mkdirSync(join(tree, folder), { recursive: true });
    // Where the kernel and the binaries look for what Debian links together.
    for (const name of ['bin', 'sbin', 'lib'])
      execFileSync('sh', [
        '-c',
        '[ -L "$1/$2" ] || { mkdir -p "$1/usr/$2" && cp -a "$1/$2/." "$1/usr/$2/" 2>/dev/null; rm -rf "$1/$2"; ln -s "usr/$2" "$1/$2"; }',
        'sh',
        tree,
        name,
      ]);
    copyFileSync(join(import.meta.dirname, 'init'), join(tree, 'init'));
    chmodSync(join(tree, 'init'), 0o755);
    copyFileSync(join(import.meta.dirname, 'rules.yaml'), join(tree, 'etc/rules.yaml'));
    execFileSync('aarch64-linux-gnu-gcc', [
      '-O2',
      '-static',
      '-Wall',
      '-o',
      join(tree, 'usr/bin/trigger'),
      join(import.meta.dirname, 'trigger.c'),
    ]);
    const initrd = join(work, 'initrd');
    execFileSync('sh', ['-c', 'find . | cpio -o -H newc --quiet >"$1"', 'sh', initrd], { cwd: tree });
    console = await boot(join(kernel, 'vmlinuz'), initrd);
    part('end');
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  const alerts = (run: string): Alert[] =>
    part('alerts')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .filter(({ output_fields }: Alert) => output_fields['proc.cmdline'] === `trigger ${run}`);

  test('the agent starts, is ready, and ends as told', () => {
    assert.match(part('versions'), /^aarch64\nsaker \d/);
    assert.match(part('log'), /watching with 1 rules/);
    assert.equal(part('stop').trim(), '0');
    assert.doesNotMatch(console, /^timeout: /m);
  });

  test('it says what it does not see on arm64', () => {
    assert.match(part('log'), /calls of 32-bit programs are not seen on arm64/);
  });

  test('every event has a program of its own in the end, as on x86-64', () => {
    const { events, hooks } = JSON.parse(part('status'));
    const tiers = Object.fromEntries(
      events.map(({ type, tier }: { type: string; tier: string }) => [type, tier]),
    );
    for (const type of ['openat', 'mkdirat', 'renameat', 'unlinkat', 'fchmodat', 'connect', 'dup'])
      assert.equal(tiers[type], 'fexit', type);
    assert.equal(tiers.execve, 'tracepoint');
    assert.deepEqual([hooks.pending, hooks.all_system_calls], [0, false]);
  });

  for (const run of ['first', 'second'])
    test(`the facts of what was done, ${run} run`, () => {
      const all = alerts(run);
      const seen = all.map(({ output_fields: f }) => [f['evt.type'], f['evt.res'], f['fd.name']].join(' '));
      for (const expected of [
        'openat SUCCESS /etc/shadow',
        'openat SUCCESS /tmp/directory',
        'openat ENOENT /tmp/missing',
        'mkdirat SUCCESS ',
        'renameat SUCCESS ',
        'unlinkat SUCCESS ',
        'fchmodat SUCCESS ',
        'connect ECONNREFUSED 127.0.0.1:9',
        'dup SUCCESS /dev/console',
        'execve ENOENT ',
        'procexit  ',
      ])
        assert.ok(seen.includes(expected), `${expected} in ${JSON.stringify(seen)}`);
      const open = (name: string) => all.find(({ output_fields: f }) => f['fd.name'] === name)?.output_fields;
      assert.match(String(open('/tmp/directory')?.['evt.arg.flags']), /O_DIRECTORY/);
      assert.doesNotMatch(String(open('/tmp/directory')?.['evt.arg.flags']), /O_DIRECT\b/);
      assert.match(String(open('/tmp/missing')?.['evt.arg.flags']), /O_DIRECT\b.*O_WRONLY/);
      const rename = all.find(({ output_fields: f }) => f['evt.type'] === 'renameat')?.output_fields[
        'evt.args'
      ];
      assert.match(String(rename), /oldpath=\/tmp\/made .*newpath=\/tmp\/moved/);
      for (const { output_fields: f } of all)
        assert.deepEqual(
          [f['proc.exepath'], f['proc.pname'], f['user.name']],
          ['/usr/bin/trigger', 'init', 'root'],
        );
    });
});
