// build/packages: saker and saker-rules as deb and rpm, after a build; not again while nothing in them has changed.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from './build.ts';
import { must, root } from './run.ts';

/** Of the list in packaging/files.txt, and what makes a package of it. */
function parts(): string[] {
  const lines = readFileSync(join(root, 'packaging/files.txt'), 'utf8').split('\n');
  const sources = lines.filter((line) => /^[^#\s[-]/.test(line)).map((line) => line.split(/\s+/, 1)[0]!);
  const built = sources.map((source) =>
    source
      .replace('@arch@', 'amd64')
      .replace('@build@', 'build')
      .replace('@npm@', 'node_modules')
      .replaceAll('@node@', 'x64'),
  );
  return [...built, 'packaging', 'package.json'];
}

/** Builds and packages. */
export async function packageAll(): Promise<void> {
  await buildAll();
  const changed = Math.max(...parts().map(newest));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (newest(`build/packages/saker_${version}_amd64.deb`) < changed) must('packaging/build-deb', []);
  if (newest(`build/packages/saker-${version}-1.x86_64.rpm`) < changed) must('packaging/build-rpm', []);
}

/** Latest change of a file, or of any file in a folder, ms since the epoch; 0 when there is none. */
function newest(path: string): number {
  const full = join(root, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(full).map((name) => newest(join(path, name))));
}

if (import.meta.main) await packageAll();
