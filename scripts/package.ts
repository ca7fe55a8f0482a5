// build/packages: saker and saker-rules as deb and rpm, after a build; not again while nothing in them has changed.
// With --arm64 also for arm64, cross-built.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll, buildForArm64 } from './build.ts';
import type { Arch } from './components.ts';
import { must, root } from './run.ts';

/** Of the list in packaging/files.txt, and what makes a package of it. */
function parts(arch: Arch): string[] {
  const lines = readFileSync(join(root, 'packaging/files.txt'), 'utf8').split('\n');
  const sources = lines.filter((line) => /^[^#\s[-]/.test(line)).map((line) => line.split(/\s+/, 1)[0]!);
  const isOwn = arch === 'amd64';
  const built = sources.map((source) =>
    source
      .replace('@arch@', arch)
      .replace('@build@', isOwn ? 'build' : `build/${arch}`)
      .replace('@npm@', isOwn ? 'node_modules' : `build/${arch}/node_modules`)
      .replaceAll('@node@', isOwn ? 'x64' : arch),
  );
  return [...built, 'packaging', 'package.json'];
}

/** Builds and packages. */
export async function packageAll(): Promise<void> {
  await buildAll();
  packageFor('amd64', 'x86_64');
}

/** After packageAll(). */
export async function packageForArm64(): Promise<void> {
  await buildForArm64();
  packageFor('arm64', 'aarch64');
}

function packageFor(arch: Arch, rpmArch: string): void {
  const changed = Math.max(...parts(arch).map(newest));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (newest(`build/packages/saker_${version}_${arch}.deb`) < changed)
    must('packaging/build-deb', [root, arch]);
  if (newest(`build/packages/saker-${version}-1.${rpmArch}.rpm`) < changed)
    must('packaging/build-rpm', [root, arch]);
}

/** Latest change of a file, or of any file in a folder, ms since the epoch; 0 when there is none. */
function newest(path: string): number {
  const full = join(root, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(full).map((name) => newest(join(path, name))));
}

if (import.meta.main) {
  await packageAll();
  if (process.argv.includes('--arm64')) await packageForArm64();
}
