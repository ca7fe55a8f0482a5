import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pack, root, standIn, versions } from './tree.ts';

/**
 * packaging/repo with a key made for the test, as apt and dnf see it: what is signed is taken, what was touched is not.
 * Packages are stand-ins; test/vm/e2e installs the real ones from such repositories in guests.
 */

const missing = ['gpg', 'rpmbuild', 'rpmsign', 'createrepo_c', 'apt-ftparchive'].filter(
  (program) => spawnSync(program, ['--version']).error,
);
const skip = missing.length > 0 ? `needs ${missing.join(', ')}` : false;

describe('the repositories', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'saker-repo-'));
  // A short path: gpg's agent listens there.
  const gnupg = mkdtempSync('/tmp/saker-gpg-');
  const env: NodeJS.ProcessEnv = { ...process.env, GNUPGHOME: gnupg };
  const run = (command: string, ...args: string[]): SpawnSyncReturns<string> =>
    spawnSync(command, args, { encoding: 'utf8', env, cwd: folder });
  const must = (command: string, ...args: string[]): string => {
    const { status, stdout, stderr } = run(command, ...args);
    assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
    return stdout;
  };
  const makeKey = (name: string): string =>
    must('gpg', '--batch', '--passphrase', '', '--quick-generate-key', name, 'rsa3072', 'sign', 'never');
  const makeRepo = (packages: string, key = 'tests@saker.example'): void => {
    env.SAKER_REPO_URL = `file://${folder}/repo`;
    must(join(root, 'packaging/repo'), key, packages, join(folder, 'repo'));
  };

  before(() => {
    makeKey('Saker tests <tests@saker.example>');
    makeKey('Somebody <else@saker.example>');
    const tree = standIn(join(folder, 'tree'));
    for (const form of ['deb', 'rpm'] as const) assert.equal(pack(tree, form).status, 0);
    makeRepo(join(tree, 'build/packages'));
  });
  after(() => {
    run('gpgconf', '--kill', 'gpg-agent');
    rmSync(folder, { recursive: true });
    rmSync(gnupg, { recursive: true });
  });

  describe('apt', () => {
    let list = '';
    /** A private state of apt, with the list of this machine's packages. */
    const apt = (...args: string[]): SpawnSyncReturns<string> => {
      const options = [
        `Dir::Etc::SourceList=${folder}/${list}`,
        'Dir::Etc::SourceParts=-',
        `Dir::State::Lists=${folder}/lists`,
        `Dir::Cache=${folder}/cache`,
        'APT::Sandbox::User=root',
      ];
      return run('apt-get', '-qq', ...options.flatMap((one) => ['-o', one]), ...args);
    };
    const withKey = (key: string): void =>
      writeFileSync(
        join(folder, 'sources.list'),
        `deb [signed-by=${key}] file:${folder}/repo/apt stable main\n`,
      );
    const afresh = (): void => {
      // With older lists at hand apt only warns.
      rmSync(join(folder, 'lists'), { recursive: true, force: true });
      mkdirSync(join(folder, 'lists/partial'), { recursive: true });
    };
    before(() => {
      mkdirSync(join(folder, 'cache/archives/partial'), { recursive: true });
      afresh();
      cpSync(join(folder, 'repo/saker.sources'), join(folder, 'saker.sources'));
      list = 'saker.sources';
    });

    test('one file is enough, which holds the key; the rules come with the agent', () => {
      const update = apt('update');
      assert.equal(update.status, 0, update.stderr);
      const { status, stdout, stderr } = apt('install', '--simulate', '--no-install-recommends', 'saker');
      assert.equal(status, 0, stderr);
      assert.match(stdout, new RegExp(`^Inst saker-rules .*${versions['saker-rules']}`, 'm'));
      assert.match(stdout, new RegExp(`^Inst saker .*${versions.saker}`, 'm'));
    });

    test('a package that was changed is refused', () => {
      const deb = join(folder, `repo/apt/pool/saker_${versions.saker}_amd64.deb`);
      cpSync(deb, `${deb}.kept`);
      appendFileSync(deb, 'x');
      assert.notEqual(apt('download', 'saker').status, 0);
      cpSync(`${deb}.kept`, deb);
      assert.equal(apt('download', 'saker').status, 0);
    });

    test('apt before 2.3.10 takes the key as a file of its own', () => {
      list = 'sources.list';
      withKey(join(folder, 'repo/saker.asc'));
      afresh();
      assert.equal(apt('update').status, 0);
      assert.equal(apt('download', 'saker').status, 0);
    });

    test('another key is refused', () => {
      writeFileSync(join(folder, 'other.asc'), must('gpg', '--armor', '--export', 'else@saker.example'));
      list = 'sources.list';
      withKey(join(folder, 'other.asc'));
      afresh();
      const { status, stderr } = apt('update');
      assert.notEqual(status, 0);
      assert.match(stderr, /NO_PUBKEY|not signed/);
    });
  });

  const dnfMissing =
    process.getuid?.() !== 0 || spawnSync('dnf', ['--version']).error || !existsSync('/bin/busybox');
  describe('dnf', { skip: dnfMissing ? 'needs root, dnf and busybox-static' : false }, () => {
    const system = join(folder, 'system');
    const dnf = (...args: string[]): SpawnSyncReturns<string> => {
      const settings = [
        'reposdir=/',
        `cachedir=${folder}/dnf`,
        `logdir=${folder}`,
        'pluginpath=/nonexistent',
      ];
      settings[0] = `reposdir=${folder}/repos.d`;
      const options = settings.map((one) => `--setopt=${one}`);
      return run('dnf', `--installroot=${system}`, '--releasever=1', '-y', ...options, ...args);
    };
    const ok = (...args: string[]): void => {
      const { status, stdout, stderr } = dnf(...args);
      assert.equal(status, 0, `dnf ${args.join(' ')}\n${stdout}\n${stderr}`);
    };
    /** What systemctl was asked since the last time. */
    const asked = (): string[] => {
      const log = join(system, 'asked');
      const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
      rmSync(log, { force: true });
      return lines.filter((line) => !/^(daemon-reload|is-)/.test(line));
    };

    before(() => {
      // In the place of a distribution: a shell, and a systemctl that writes down what it is asked.
      const bin = join(folder, 'distribution/usr/bin');
      mkdirSync(bin, { recursive: true });
      cpSync('/bin/busybox', join(bin, 'sh'));
      writeFileSync(join(bin, 'systemctl'), '#!/usr/bin/sh\necho "$*" >>/asked\n');
      chmodSync(join(bin, 'systemctl'), 0o755);
      const spec = join(folder, 'distribution.spec');
      writeFileSync(
        spec,
        `Name: distribution
Version: 1
Release: 1
Summary: in the place of one
License: none
AutoReqProv: no
Provides: systemd, /bin/sh
%global __os_install_post %{nil}
%description
.
%install
cp -a ${folder}/distribution/. %{buildroot}/
mkdir -p %{buildroot}/run/systemd/system %{buildroot}/dev
ln -s usr/bin %{buildroot}/bin
%files
/
`,
      );
      must('rpmbuild', '-bb', '--quiet', '--define', `_topdir ${folder}/rpmbuild`, spec);
      mkdirSync(join(folder, 'repos.d'));
      const rpms = join(folder, 'rpmbuild/RPMS');
      const [arch = ''] = readdirSync(rpms);
      mkdirSync(system);
      must('rpm', '--root', system, '-i', join(rpms, arch, readdirSync(join(rpms, arch))[0]!));
      cpSync(join(folder, 'repo/saker.repo'), join(folder, 'repos.d/saker.repo'));
    });

    test('installing brings the rules, enables by preset and starts', () => {
      ok('install', 'saker');
      const rules = join(system, 'usr/share/saker/rules/core.yaml');
      assert.equal(readFileSync(rules, 'utf8'), readFileSync(join(root, 'rules/core.yaml'), 'utf8'));
      assert.deepEqual(asked(), [
        '--no-reload preset saker.service',
        'start saker.service',
        'reload saker.service',
      ]);
    });

    test('newer rules alone reload the agent; own rules and configuration stay', () => {
      const tree = join(folder, 'tree');
      const local = join(system, 'etc/saker/rules.d/own.yaml');
      writeFileSync(local, '# own\n');
      appendFileSync(join(system, 'etc/saker/saker.yaml'), '# own\n');
      writeFileSync(join(tree, 'rules/VERSION'), '99.1.0\n');
      appendFileSync(join(tree, 'rules/core.yaml'), '# newer\n');
      assert.equal(pack(tree, 'rpm').status, 0);
      makeRepo(join(tree, 'build/packages'));
      ok('upgrade', '--refresh', 'saker-rules');
      assert.match(readFileSync(join(system, 'usr/share/saker/rules/core.yaml'), 'utf8'), /# newer\n$/);
      assert.equal(readFileSync(local, 'utf8'), '# own\n');
      assert.match(readFileSync(join(system, 'etc/saker/saker.yaml'), 'utf8'), /# own\n$/);
      assert.deepEqual([...new Set(asked())], ['reload saker.service']);
    });

    test('a package that was changed is refused', () => {
      ok('remove', 'saker');
      assert.ok(asked().includes('--no-reload disable --now saker.service'));
      assert.match(readFileSync(join(system, 'etc/saker/saker.yaml.rpmsave'), 'utf8'), /# own\n$/);
      appendFileSync(join(folder, `repo/yum/saker-${versions.saker}-1.x86_64.rpm`), 'x');
      assert.notEqual(dnf('install', '--refresh', 'saker').status, 0);
      assert.ok(!existsSync(join(system, 'usr/bin/saker')));
    });

    test('a repository of another key is refused, and so are its packages', () => {
      const install = ['install', '--refresh', 'saker-rules'];
      ok(...install);
      ok('remove', 'saker-rules');
      cpSync(join(folder, 'repo/saker.asc'), join(folder, 'ours.asc'));
      makeRepo(join(folder, 'tree/build/packages'), 'else@saker.example');
      const ours = `--setopt=saker.gpgkey=file://${folder}/ours.asc`;
      // Its lists are signed by a key that nobody imported; without that check its packages still are.
      for (const check of ['repo_gpgcheck=1', 'repo_gpgcheck=0']) {
        const { status, stdout, stderr } = dnf(ours, `--setopt=saker.${check}`, ...install);
        assert.notEqual(status, 0, check);
        assert.match(stdout + stderr, /GPG/);
      }
      assert.ok(!existsSync(join(system, 'usr/share/saker/rules/core.yaml')));
    });
  });
});
