// What goes into a guest and what comes out of it, as raw tar disks: no module, no network, any size.

import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const packagesDir = join(import.meta.dirname, '..', '..', 'build', 'packages');
/** Room for what a command leaves in /out; the file is sparse. */
const outDiskBytes = 2 ** 30;

/** Writes the disk "in": `.guest/` with the orders for guest-agent, and the content of `inDirs`. */
export async function writeInDisk(
  file: string,
  job: { command: string; packages: string[]; wantsOut: boolean; inDirs: string[]; workDir: string },
): Promise<void> {
  const orders = join(job.workDir, '.guest');
  mkdirSync(join(orders, 'packages'), { recursive: true });
  writeFileSync(join(orders, 'command'), `${job.command}\n`);
  if (job.wantsOut) writeFileSync(join(orders, 'wants-out'), '');
  for (const deb of job.packages) copyFileSync(deb, join(orders, 'packages', basename(deb)));
  for (const dir of job.inDirs) {
    if (!existsSync(dir) || !statSync(dir).isDirectory()) throw new Error(`--in ${dir}: not a folder`);
  }
  const content = job.inDirs.flatMap((dir) => ['-C', resolve(dir), '.']);
  await run('tar', [
    '--owner=root:0',
    '--group=root:0',
    '-cf',
    file,
    '-C',
    job.workDir,
    '.guest',
    ...content,
  ]);
  truncateSync(file, Math.ceil(statSync(file).size / 2 ** 20) * 2 ** 20); // a disk has whole sectors
}

/** The newest package of each name in build/packages for the guests' architecture. */
export function builtPackages(form: 'deb' | 'rpm' = 'deb'): string[] {
  const newest = new Map<string, string>();
  const byAge = globSync(
    join(packagesDir, form === 'deb' ? '*_{amd64,all}.deb' : '*.{x86_64,noarch}.rpm'),
  ).sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);
  // NAME_VERSION_ARCH.deb, NAME-VERSION-RELEASE.ARCH.rpm
  const end = form === 'deb' ? /_.*/ : /-[^-]+-[^-]+$/;
  for (const file of byAge) newest.set(basename(file).replace(end, ''), file);
  if (newest.size === 0)
    throw new Error(`build/packages has no .${form} to install; run "npm run package" first`);
  return [...newest.values()];
}

export function writeOutDisk(file: string): void {
  writeFileSync(file, '');
  truncateSync(file, outDiskBytes);
}

/** Unpacks what the guest wrote; zeros, from a guest that wrote nothing, are an empty tar. */
export async function readOutDisk(file: string, outDir: string): Promise<void> {
  mkdirSync(outDir, { recursive: true });
  await run('tar', ['--no-same-owner', '-C', resolve(outDir), '-xf', file]);
}
