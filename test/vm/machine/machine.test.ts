import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { kernelSeries } from '../cache.ts';
import { runInGuest } from '../guest.ts';

/**
 * Fields that Falco does not have, against what the machine's own tools say: systemctl's names, loginctl's sessions,
 * dpkg's packages, sha256sum's digests. guest-script runs a probe from each kind of origin.
 */

type Fields = Record<string, string | number | boolean | null>;

const FIRST_AND_LAST = [kernelSeries[0]!, kernelSeries.at(-1)!];

/** Unit, slice, user unit and user slice of each probe. */
const UNITS: Record<string, readonly (string | null)[]> = {
  service: ['probe-plain.service', 'probe-of.slice', null, null],
  escaped: ['probe@a\\x2db.service', 'system-probe.slice', null, null],
  sandboxed: ['probe-private.service', 'system.slice', null, null],
  user: ['user@1000.service', 'user-1000.slice', 'probe-user.service', 'app.slice'],
  packaged: ['guest-agent.service', 'system.slice', null, null],
  moved: [null, '-.slice', null, null],
};

/** The user who acts, and the one who logged in. */
const ACTORS: Record<string, readonly [user: string, session: 'login' | 'ssh']> = {
  login: ['tester', 'login'],
  ssh: ['tester', 'ssh'],
  forged: ['tester', 'ssh'],
  sudo: ['root', 'ssh'],
  moved: ['root', 'ssh'],
};

/** Package, whether one has the file, whether it was changed, and whose digest the file has. */
const EXECUTABLES: Record<string, readonly [string | null, boolean | null, boolean | null, string | null]> = {
  packaged: ['coreutils', true, false, 'true'],
  sandboxed: ['coreutils', true, false, 'true'],
  changed: ['coreutils', true, true, 'nproc'],
  foreign: [null, false, null, 'true'],
  memfd: [null, false, null, 'true'],
  large: [null, false, null, null],
  // The path of a package's file, but another file.
  chroot: [null, null, null, null],
  mounted: [null, null, null, null],
};

for (const kernel of FIRST_AND_LAST) {
  describe(`facts of the machine on kernel ${kernel}`, { timeout: 600_000 }, () => {
    const out = mkdtempSync(join(tmpdir(), 'saker-machine-'));
    const file = (name: string): string => readFileSync(join(out, name), 'utf8');
    const digest = (name: string): string => file(`sha256-${name}`).split(' ')[0]!;
    const ofRule = (rule: string): Fields[] =>
      file('alerts.json')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { rule: string; output_fields: Fields })
        .filter((alert) => alert.rule === rule)
        .map((alert) => alert.output_fields);
    const probe = (name: string): Fields => {
      const found = ofRule('Probe').filter((fields) => fields['proc.args'] === `probe:${name}`);
      assert.equal(found.length, 1, `probe ${name}`);
      return found[0]!;
    };
    /** A property of `loginctl show-session`. */
    const shown = (session: string, property: string): string | null =>
      new RegExp(`^${property}=(.*)$`, 'm').exec(file(`session-of-${session}`))?.[1] ?? null;

    before(async () => {
      const { code, failure, stdout, console } = await runInGuest({
        kernel,
        install: true,
        inDirs: [import.meta.dirname],
        outDir: out,
        command: 'bash /in/guest-script',
        timeoutS: 500,
      });
      assert.equal(code, 0, `${failure ?? ''}\n${stdout}\n${console.slice(-3000)}`);
    });
    after(() => rmSync(out, { recursive: true, force: true }));

    for (const [name, wanted] of Object.entries(UNITS)) {
      test(`unit and slice: ${name}`, () => {
        const fields = probe(name);
        const found = ['unit', 'slice', 'user_unit', 'user_slice'].map((part) => fields[`proc.${part}`]);
        assert.deepEqual(found, wanted);
      });
    }

    for (const [name, [user, session]] of Object.entries(ACTORS)) {
      test(`session: ${name}`, () => {
        const fields = probe(name);
        assert.equal(fields['user.name'], user);
        const found = (part: string) => String(fields[`proc.session.${part}`] ?? '');
        assert.equal(found('id'), shown(session, 'Id'));
        assert.equal(found('uid'), shown(session, 'User'));
        assert.equal(found('user'), shown(session, 'Name'));
        assert.equal(found('service'), shown(session, 'Service'));
        assert.equal(found('remote_host'), shown(session, 'RemoteHost'));
        assert.equal(found('type'), shown(session, 'Type'));
        assert.equal(found('class'), shown(session, 'Class'));
        assert.equal(found('tty'), shown(session, 'TTY') ?? '');
        assert.equal(fields['proc.session.remote'], shown(session, 'Remote') === 'yes');
        const [address = null, port = null] = session === 'ssh' ? file('connection').split(' ') : [];
        assert.equal(fields['proc.ssh.rip'], address);
        assert.equal(fields['proc.ssh.rport'], port === null ? null : Number(port));
      });
    }

    test('a service has no session', () => {
      const { 'proc.session.id': id, 'proc.session.user': user, 'proc.ssh.rip': peer } = probe('service');
      assert.deepEqual([id, user, peer], [null, null, null]);
    });

    for (const [name, [owner, packaged, changed, like]] of Object.entries(EXECUTABLES)) {
      test(`executable: ${name}`, () => {
        const fields = probe(name);
        assert.equal(fields['proc.exe.package'], owner);
        assert.equal(
          fields['proc.exe.package_version'],
          owner === null ? null : file('version-coreutils').trim(),
        );
        assert.equal(fields['proc.exe.packaged'], packaged);
        assert.equal(fields['proc.exe.changed'], changed);
        if (like !== null) assert.equal(fields['proc.exe.sha256'], digest(like));
      });
    }

    test('a file above the limit has no digest', () => {
      assert.equal(probe('large')['proc.exe.sha256'], null);
    });

    test('an executable that removed itself is still read', () => {
      const [found, ...more] = ofRule('Removed executable');
      assert.equal(more.length, 0);
      assert.equal(found?.['proc.exe.sha256'], digest('bash'));
      assert.deepEqual([found?.['proc.exe.packaged'], found?.['proc.exe.package']], [false, null]);
    });

    test('conditions on such fields', () => {
      const probes = (rule: string) => ofRule(rule).map((fields) => fields['proc.args']);
      assert.deepEqual(probes('Foreign program'), ['probe:foreign', 'probe:memfd', 'probe:large']);
      assert.deepEqual(probes('Changed program'), ['probe:changed']);
    });

    test('where a name really led', () => {
      const [found] = ofRule('Through a symlink');
      assert.equal(found?.['fs.path.resolved'], '/etc/hostname');
      assert.equal(found?.['evt.is_io_uring'], false);
    });
  });
}
