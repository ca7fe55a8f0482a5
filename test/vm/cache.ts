// Kernels and the root image: built once, kept outside the repository, found by a hash of their recipe.
//
// A build runs under a lock and appears by rename, so two runs at once build once and nobody sees half a file.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Kernel series the agent is tested on; which Debian suite has them is known to image/build-kernel. */
export const kernelSeries = ['5.10', '6.1', '6.12', '7.2'] as const;
export type KernelSeries = (typeof kernelSeries)[number];

export function isKernelSeries(text: string): text is KernelSeries {
  return (kernelSeries as readonly string[]).includes(text);
}

/** Files a guest boots from, all read-only for a run. */
export interface GuestDisks {
  /** Kernel image that qemu loads. */
  vmlinuz: string;
  /** ext4 disk with the content of /lib/modules. */
  modules: string;
  /** Disk with one ext4 partition, PARTUUID 5a5a5a5a-01. */
  root: string;
  /** What `uname -r` says, with the package's name and version. */
  release: string;
}

const imageDir = join(import.meta.dirname, 'image');
const cacheDir = process.env.SAKER_CACHE_DIR ?? join(homedir(), '.cache', 'saker');
/** Administrators' programs, which the PATH of a plain `su` lacks. */
const path = `${process.env.PATH}:/usr/sbin:/sbin`;
const unusedAfterMs = 14 * 24 * 3600 * 1000;

/** Builds what is missing, tells so on stderr. Rejects with the end of the build's output. */
export async function prepareGuest(kernel: KernelSeries, signal?: AbortSignal): Promise<GuestDisks> {
  await installHostPackages(signal);
  const root = await cached('root', '.img', ['build-root', 'packages', 'rootfs'], [], signal);
  const kernelDir = await prepareKernel(kernel, 'amd64', signal);
  return {
    root,
    vmlinuz: join(kernelDir, 'vmlinuz'),
    modules: join(kernelDir, 'modules.img'),
    release: readFileSync(join(kernelDir, 'version'), 'utf8').trim(),
  };
}

/** The folder of one kernel. @param arch as Debian names it */
export function prepareKernel(kernel: KernelSeries, arch: string, signal?: AbortSignal): Promise<string> {
  return cached(`kernel-${kernel}-${arch}`, '', ['build-kernel'], [kernel, arch], signal);
}

/**
 * Packages that only some tests need: the folder with their unpacked files, to be laid over a guest's root.
 * @param name of a list in image/added
 */
export function prepareAdded(name: string, signal?: AbortSignal): Promise<string> {
  const list = join('added', name);
  return cached(`added-${name}`, '', ['build-added', list], [join(imageDir, list)], signal);
}

/** Returns the path of the thing that `recipe[0] ...args PATH` makes, after making it if need be. */
async function cached(name: string, suffix: string, recipe: string[], args: string[], signal?: AbortSignal) {
  const file = join(cacheDir, `${name}-${hashFiles(recipe.map((part) => join(imageDir, part)))}${suffix}`);
  if (!existsSync(file)) {
    mkdirSync(cacheDir, { recursive: true });
    removeUnused(name);
    await runLocked(name, [join(imageDir, recipe[0]!), ...args, file], signal);
  }
  const now = new Date();
  utimesSync(file, now, now); // for removeUnused
  return file;
}

/** Images of older recipes stay while another checkout may use them. */
function removeUnused(name: string): void {
  for (const entry of readdirSync(cacheDir).filter((one) => one.startsWith(`${name}-`))) {
    const file = join(cacheDir, entry);
    const usedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now(); // gone: another run's build
    if (Date.now() - usedMs > unusedAfterMs) rmSync(file, { recursive: true, force: true });
  }
}

/** Hash over names, modes and content below the given files and folders. */
function hashFiles(files: string[]): string {
  const hash = createHash('sha256');
  const add = (file: string, name: string): void => {
    const { mode } = statSync(file);
    if (statSync(file).isDirectory()) {
      for (const entry of readdirSync(file).sort()) add(join(file, entry), `${name}/${entry}`);
      return;
    }
    const content = readFileSync(file);
    // Only the executable bit: the others depend on the umask of the checkout.
    hash.update(`${name}\0${mode & 0o100}\0${content.length}\0`).update(content);
  };
  for (const [index, file] of files.entries()) add(file, `${index}`);
  return hash.digest('hex').slice(0, 16);
}

const hostPackages: Record<string, string> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  mmdebstrap: 'mmdebstrap',
  mke2fs: 'e2fsprogs',
  depmod: 'kmod',
};

async function installHostPackages(signal?: AbortSignal): Promise<void> {
  const missing = Object.keys(hostPackages).filter(
    (command) => !path.split(':').some((dir) => existsSync(join(dir, command))),
  );
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Error(`${missing.join(', ')} missing; run this as root once, or install them`);
  }
  mkdirSync(cacheDir, { recursive: true });
  const install = `apt-get -qy -o DPkg::Lock::Timeout=300 install --no-install-recommends ${missing
    .map((command) => hostPackages[command])
    .join(' ')}`;
  // A fresh machine has no package lists yet.
  await runLocked(
    'host-packages',
    ['sh', '-c', `${install} || { apt-get -q update && ${install}; }`],
    signal,
  );
}

/** Runs a build step under the lock `name`; its output is shown only when it fails. */
function runLocked(name: string, command: string[], signal?: AbortSignal): Promise<void> {
  process.stderr.write(`preparing ${name} for the guest\n`);
  const started = performance.now();
  const child = spawn('flock', [join(cacheDir, `${name}.lock`), ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: path, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
    detached: true, // own group: a stop reaches apt and mmdebstrap below it too
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const stop = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  signal?.addEventListener('abort', stop, { once: true });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, endedBy) => {
      signal?.removeEventListener('abort', stop);
      if (code === 0) {
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        process.stderr.write(`prepared ${name} in ${seconds} s\n`);
        resolve();
        return;
      }
      const tail = Buffer.concat(output).toString().trimEnd().split('\n').slice(-15).join('\n');
      reject(new Error(`preparing ${name} failed (${endedBy ?? `exit ${code}`}):\n${tail}`));
    });
  });
}
