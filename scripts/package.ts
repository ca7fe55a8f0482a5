// build/packages/saker_VERSION_amd64.deb, after a build; not again while nothing in it has changed.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from './build.ts';
import { must, root } from './run.ts';

/** Of the list in packaging/files.txt, and what makes a package of it. */
function parts(): string[] {
  const lines = readFileSync(join(root, 'packaging/files.txt'), 'utf8').split('\n');
  const sources = lines.filter((line) => /^[^#\s-]/.test(line)).map((line) => line.split(/\s+/, 1)[0]!);
  return [...sources, 'packaging', 'package.json'];
}

/** Builds and packages. */
export async function packageAll(): Promise<void> {
  await buildAll();
  if (newest('build/packages') < Math.max(...parts().map(newest))) must('packaging/build-deb', []);
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
