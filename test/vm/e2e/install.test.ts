import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type KernelSeries, kernelSeries } from '../cache.ts';
import { runInGuest } from '../guest.ts';
import { makeRepositories } from './repositories/make.ts';

/**
 * The main job for real: the package is installed in a fresh Debian guest, its service starts, attacks are seen in
 * every sink with the right facts, bad input changes nothing, and removal leaves nothing. guest-script does the
 * deeds once per kernel; the tests judge what it left.
 */

const CREDENTIAL = 'Credential file read by an untrusted program';
const SHARED_MEMORY = 'Program executed from shared memory';

/** Who installs from a signed repository in the guest of a kernel; in the others dpkg installs the files. */
const MANAGERS: Partial<Record<KernelSeries, 'apt' | 'dnf'>> = { '6.12': 'apt', '6.1': 'dnf' };

interface JsonAlert {
  rule: string;
  priority: string;
  output: string;
  output_fields: Record<string, string | number | null>;
}

for (const kernel of kernelSeries) {
  describe(`the package on kernel ${kernel}`, { timeout: 600_000 }, () => {
    const out = mkdtempSync(join(tmpdir(), 'saker-e2e-'));
    const file = (name: string): string => readFileSync(join(out, name), 'utf8');
    const alerts = (name: string): JsonAlert[] =>
      file(name)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    const ofRule = (name: string, rule: string): JsonAlert[] => alerts(name).filter((a) => a.rule === rule);

    const manager = MANAGERS[kernel];
    const inDir = mkdtempSync(join(tmpdir(), 'saker-e2e-in-'));

    before(async () => {
      if (manager !== undefined) makeRepositories(manager, inDir);
      const { code, failure, stdout, console } = await runInGuest({
        kernel,
        install: manager === undefined,
        inDirs: [import.meta.dirname, inDir],
        outDir: out,
        command: 'bash /in/guest-script',
        timeoutS: 500,
      });
      assert.equal(code, 0, `${failure ?? ''}\n${stdout}\n${console.slice(-3000)}`);
    });
    after(() => {
      for (const folder of [out, inDir]) rmSync(folder, { recursive: true, force: true });
    });

    test('installing starts the service, and it is ready', () => {
      assert.match(file('unit-at-start'), /ActiveState=active\n/);
      assert.match(file('unit-at-start'), /NRestarts=0\n/);
      assert.equal(file('enabled').trim(), 'enabled');
    });

    if (manager !== undefined) {
      test(`${manager} installs agent and rules from the signed repository, whose one file brings the key`, (t) => {
        assert.equal(file('install.code').trim(), '0', file('install.log'));
        const checked =
          manager === 'apt'
            ? /^Get:\d+ file:\/+in\/repo\/apt stable\/main amd64 saker amd64/m
            : /^Importing GPG key 0x[0-9A-F]+/m;
        assert.match(file('install.log'), checked);
        assert.doesNotMatch(file('install.log'), /^[WE]: /m);
        t.diagnostic(`${manager} install in this guest: ${file('install-s').trim()} s`);
      });

      test('new rules as a package are in force at once, in the same run of the agent', () => {
        assert.equal(file('rules.code').trim(), '0', file('rules.log'));
        assert.match(file('rules-versions'), /^saker-rules[ -]99\.0\.0/m);
        assert.doesNotMatch(file('rules-versions'), /^saker[ -]99/m);
        assert.ok(ofRule('alerts-rules.json', 'Newer').length > 0, file('journal.txt'));
        assert.match(file('rules-before'), /^[0-9a-f]{32}\n$/);
        assert.equal(file('rules-after'), file('rules-before'));
      });
    }

    test('a sensitive file read: process, parent, user and file in the JSON alert', () => {
      const alert = ofRule('alerts-1.json', CREDENTIAL).find(
        (a) => a.output_fields['proc.pname'] === 'parent-of-attac',
      );
      assert.ok(alert, file('alerts-1.json'));
      assert.equal(alert.priority, 'Warning');
      const fields = alert.output_fields;
      assert.equal(fields['fd.name'], '/etc/shadow');
      assert.equal(fields['proc.name'], 'cat');
      assert.equal(fields['proc.cmdline'], 'cat /etc/shadow');
      assert.equal(fields['proc.exepath'], '/usr/bin/cat');
      assert.equal(fields['proc.pcmdline'], 'parent-of-attac /tmp/parent-of-attack');
      assert.equal(fields['user.name'], 'root');
    });

    test('saker status tells root, and only root, who reports each event', () => {
      const status = JSON.parse(file('status.json'));
      const own = kernel === '7.2' ? 'fprobe' : 'fexit';
      const tiers = new Map(
        status.events.map(({ type, tier }: { type: string; tier: string }) => [type, tier]),
      );
      assert.deepEqual([tiers.get('openat'), tiers.get('setsid')], [own, own]);
      assert.equal(tiers.get('execve'), kernel === '7.2' ? 'fprobe' : 'tracepoint');
      assert.deepEqual([status.ready, status.hooks.pending, status.hooks.all_system_calls], [true, 0, false]);
      assert.equal(status.rules.loaded, 2);
      assert.match(file('status'), new RegExp(`^openat +${own} +\\d+ +0`, 'm'));
      assert.equal(file('status-refused.code').trim(), '4');
      assert.match(file('status-refused'), /only root/);
    });

    test('a symlink and a relative name do not hide the file', () => {
      const commands = ofRule('alerts-1.json', CREDENTIAL).map((a) => [
        a.output_fields['proc.cmdline'],
        a.output_fields['fd.name'],
      ]);
      assert.deepEqual(
        commands.filter(([command]) => command === 'cat /tmp/innocent'),
        [['cat /tmp/innocent', '/etc/shadow']],
      );
      assert.deepEqual(
        commands.filter(([command]) => command === 'head -c1 shadow'),
        [['head -c1 shadow', '/etc/shadow']],
      );
    });

    test('a program from /dev/shm, with its user and parent', () => {
      const alert = ofRule('alerts-1.json', SHARED_MEMORY).find(
        (a) => a.output_fields['proc.name'] === 'dropped',
      );
      assert.ok(alert, file('alerts-1.json'));
      assert.equal(alert.priority, 'Critical');
      assert.equal(alert.output_fields['proc.exepath'], '/dev/shm/dropped');
      assert.equal(alert.output_fields['user.name'], 'tester');
      assert.equal(alert.output_fields['proc.pname'], 'runuser');
    });

    test('a hostile name stays inside its field, in every sink', () => {
      const hostile = '/dev/shm/x"},\n<0>saker[1]: forged {\u001b[31m';
      const alert = ofRule('alerts-1.json', SHARED_MEMORY).find(
        (a) => a.output_fields['proc.exepath'] === hostile,
      );
      assert.ok(alert, file('alerts-1.json'));
      assert.ok(!alerts('alerts-1.json').some((a) => a.rule === 'forged'));
      for (const name of ['syslog', 'alerts-1.json', 'journal-warning.txt']) {
        const lines = file(name).split('\n');
        assert.ok(!lines.some((line) => line.startsWith('<0>') || line.startsWith('MESSAGE=forged')), name);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal must never get these
        assert.ok(!/[\u0000-\u0008\u000b-\u001f]/.test(file(name)), `${name} holds control characters`);
      }
    });

    test('the journal has native fields', () => {
      const entries: Record<string, string>[] = file('journal.json')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
      const entry = entries.find(
        (e) => e.SAKER_RULE === CREDENTIAL && e.SAKER_FIELD_PROC_PNAME === 'parent-of-attac',
      );
      assert.ok(entry, file('journal.txt'));
      assert.equal(entry.PRIORITY, '4');
      assert.equal(entry.SAKER_PRIORITY, 'Warning');
      assert.equal(entry.SYSLOG_IDENTIFIER, 'saker');
      assert.equal(entry._SYSTEMD_UNIT, 'saker.service');
      assert.equal(entry.SAKER_FIELD_FD_NAME, '/etc/shadow');
      assert.match(
        entry.MESSAGE ?? '',
        /Credential file read by an untrusted program \(file=\/etc\/shadow user=root/,
      );
    });

    test('syslog has the alert, with the identifier of the service', () => {
      assert.match(
        file('syslog'),
        /saker\[\d+\]: Warning Credential file read by an untrusted program \(file=\/etc\/shadow user=root .*command=cat \/etc\/shadow /,
      );
    });

    test('broken rules: file, line, what is wrong, exit 1; the service keeps the old ones', () => {
      assert.equal(file('check-broken.code').trim(), '1');
      assert.match(file('check-broken'), /\/etc\/saker\/rules\.d\/broken\.yaml:\d+/);
      assert.match(file('check-broken'), /LOAD_ERR_COMPILE_CONDITION/);
      assert.equal(file('dry-run-broken.code').trim(), '1');
      assert.notEqual(file('reload-broken.code').trim(), '0', 'systemctl reload fails as well');
      assert.match(file('journal.txt'), /the old ones stay in force/);
      assert.equal(
        ofRule('alerts-2.json', CREDENTIAL).length,
        ofRule('alerts-1.json', CREDENTIAL).length + 1,
        'an attack after the broken reload is still seen',
      );
      const [refusal] = ofRule('alerts-2.json', 'Falco internal: hot restart failure');
      assert.match(refusal?.output ?? '', /broken\.yaml: Invalid/, 'whoever reads alerts is told');
    });

    test('mended rules work after a reload, in the same process, also on events nobody named before', () => {
      assert.equal(file('pid').trim(), 'same');
      // The fields of containers that are appended to every output end the line.
      const outputs = alerts('alerts-3.json').map(
        ({ rule, output }) =>
          `${rule}: ${output.split('Informational ')[1]?.split(' container_id=host ')[0]}`,
      );
      for (const want of [
        'Mended: seen /etc/hostname by cat',
        'Removed: removed /tmp/victim by rm res=SUCCESS',
        'Moved: cwd=/tmp/elsewhere/',
        'Connected: connect to 127.0.0.1:9 by bash type=ipv4 res=ECONNREFUSED',
      ])
        assert.ok(outputs.includes(want), `${want}\n${outputs.join('\n')}\n${file('journal.txt')}`);
    });

    test('a broken configuration: file, line, exit 1', () => {
      assert.equal(file('bad-config.code').trim(), '1');
      assert.match(file('bad-config'), /\/etc\/saker\/saker\.yaml:\d+/);
    });

    test('after rotation and SIGUSR1 the new file is written', () => {
      assert.equal(ofRule('alerts-rotated.json', CREDENTIAL).length, 1);
    });

    test('the unit is as hardened as it says', (t) => {
      t.diagnostic(`kernel ${kernel}: ${file('exposure').trim()}`);
      assert.ok(Number(/: (\d+\.\d)/.exec(file('exposure'))?.[1]) <= 3, file('exposure'));
    });

    test('who stops the service is told in an alert', () => {
      const [stop] = ofRule('alerts-stop.json', 'Saker internal: agent stops');
      assert.match(
        stop?.output ?? '',
        /SIGTERM from process 1 \(.*asked by process \d+ \(systemctl stop saker; uid 0/,
      );
    });

    test('the service stops cleanly', () => {
      assert.match(file('unit-at-stop'), /ActiveState=inactive\n/);
      assert.match(file('unit-at-stop'), /Result=success\n/);
    });

    test('remove keeps configuration and logs, purge leaves nothing', () => {
      // rpm removes configuration that nobody changed.
      const kept = manager === 'dnf' ? ['/var/log/saker'] : ['/etc/saker', '/var/log/saker'];
      assert.deepEqual(file('after-remove').trim().split('\n'), kept, file('remove.log'));
      assert.equal(file('after-purge').trim(), '');
      assert.equal(file('unit-after-purge.code').trim(), '4', 'systemd does not know the unit any more');
    });

    test('no event was lost and nothing failed meanwhile', () => {
      // Kernels that preempt programs skip runs of the dispatcher until the hooks are there, and saker says so (decision 34).
      const skipped =
        /^.*(: the kernel skipped programs, .*: dispatch \d+ times|syscall event drop\..*the kernel skipped programs.*)$/gm;
      const journal = file('journal.txt').replace(/\b0 events (were )?lost/g, '');
      assert.doesNotMatch(
        kernel === '7.2' ? journal.replace(skipped, '') : journal,
        /lost|blind|engine failed|does not stop/,
      );
      assert.ok(existsSync(join(out, 'memory')));
    });
  });
}
