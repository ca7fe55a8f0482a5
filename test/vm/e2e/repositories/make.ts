// Packages and signed repositories for guests: what was built, and the same with higher versions.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { builtPackages } from '../../job.ts';

const root = join(import.meta.dirname, '../../../..');

/** Signs with a key that lives as long as this object. */
class Signer {
  private readonly home = mkdtempSync('/tmp/saker-gpg-'); // a short path: gpg's agent listens there
  private readonly env = { ...process.env, GNUPGHOME: this.home, SAKER_REPO_URL: 'file:///in/repo' };
  private readonly name = 'tests@saker.example';

  constructor() {
    const make = [
      '--batch',
      '--passphrase',
      '',
      '--quick-generate-key',
      this.name,
      'rsa3072',
      'sign',
      'never',
    ];
    execFileSync('gpg', make, { env: this.env, stdio: 'pipe' });
  }

  /** Makes `out`, which a guest is to have as /in/repo, of the package files given. */
  repository(files: readonly string[], out: string): void {
    const packages = mkdtempSync(join(tmpdir(), 'saker-packages-'));
    for (const file of files) copyFileSync(file, join(packages, basename(file)));
    execFileSync(join(root, 'packaging/repo'), [this.name, packages, out], { env: this.env, stdio: 'pipe' });
    rmSync(packages, { recursive: true });
  }

  end(): void {
    execFileSync('gpgconf', ['--kill', 'gpg-agent'], { env: this.env });
    rmSync(this.home, { recursive: true });
  }
}

/**
 * What a guest needs to install from repositories: in `inDir` repo/, newer/ to be put in its place later, which has
 * everything as version 99.0.0 and one rule more, and the name of the package manager.
 */
export function makeRepositories(manager: 'apt' | 'dnf', inDir: string): void {
  const work = mkdtempSync(join(tmpdir(), 'saker-newer-'));
  const built = manager === 'apt' ? builtPackages('deb') : builtPackages('rpm');
  const signer = new Signer();
  mkdirSync(inDir, { recursive: true });
  signer.repository(built, join(inDir, 'repo'));
  signer.repository(packNewer(manager === 'apt' ? 'deb' : 'rpm', work), join(inDir, 'newer'));
  signer.end();
  if (manager === 'dnf')
    packSystem(built.find((file) => /\/saker-\d/.test(file))!, work, join(inDir, 'system.rpm'));
  writeFileSync(join(inDir, 'manager'), `${manager}\n`);
  rmSync(work, { recursive: true });
}

/** An empty package that provides what the agent's asks of a distribution. */
function packSystem(agent: string, work: string, target: string): void {
  const asked = execFileSync('rpm', ['--dbpath', work, '-qp', '--requires', agent], { encoding: 'utf8' });
  const provided = asked.split('\n').filter((one) => one !== '' && !/^(rpmlib|config)\(|^saker/.test(one));
  const header =
    'Name: system\nVersion: 1\nRelease: 1\nSummary: in the place of one\nLicense: none\nBuildArch: noarch';
  const provides = provided.map((one) => `Provides: ${one}`).join('\n');
  const spec = join(work, 'system.spec');
  writeFileSync(spec, `${header}\n${provides}\n%description\n.\n%files\n`);
  execFileSync('rpmbuild', ['-bb', '--quiet', '--define', `_topdir ${work}/rpmbuild`, spec], {
    stdio: 'pipe',
  });
  copyFileSync(join(work, 'rpmbuild/RPMS/noarch/system-1-1.noarch.rpm'), target);
}

const NEWER_RULE = `
- rule: Newer
  desc: comes with newer rules
  condition: evt.type in (open, openat) and fd.name = /etc/hostname
  output: "Newer: %fd.name"
  priority: NOTICE
`;

/**
 * What was built, packed again as versions 99.0 of agent and rules, with one rule more.
 * @param tree folder to be made, a source tree that shares all else with this one
 * @returns the files of the agent and of the rules
 */
function packNewer(form: 'deb' | 'rpm', tree: string): [agent: string, rules: string] {
  const link = (folder: string, ...but: string[]): void => {
    mkdirSync(join(tree, folder), { recursive: true });
    for (const name of readdirSync(join(root, folder)).filter((one) => !but.includes(one)))
      symlinkSync(join(root, folder, name), join(tree, folder, name));
  };
  link('.', 'build', 'rules', 'package.json', '.git');
  link('build', 'packages');
  const version = '"version": "99.0.0"';
  const described = readFileSync(join(root, 'package.json'), 'utf8').replace(/"version": "[^"]*"/, version);
  writeFileSync(join(tree, 'package.json'), described);
  cpSync(join(root, 'rules'), join(tree, 'rules'), { recursive: true });
  writeFileSync(join(tree, 'rules/VERSION'), '99.0.0\n');
  appendFileSync(join(tree, 'rules/core.yaml'), NEWER_RULE);
  // Quickly: nobody keeps them.
  const env = { ...process.env, SAKER_XZ_LEVEL: '0', SAKER_ZSTD_LEVEL: '1' };
  const built = execFileSync(join(root, `packaging/build-${form}`), [tree], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [agent = '', rules = ''] = built.trim().split('\n');
  return [agent, rules];
}
