// build/packages/saker_VERSION_amd64.deb, after a build; not again while nothing in it has changed.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from './build.ts';
import { must, root } from './run.ts';

/** What goes into the package beside the build. */
const PARTS = [
  'build/saker',
  'build/native/libsaker.so',
  'packaging',
  'rules',
  'systemd',
  'README.md',
  'package.json',
];

/** Builds and packages. */
export async function packageAll(): Promise<void> {
  await buildAll();
  if (newest('build/packages') < Math.max(...PARTS.map(newest))) must('packaging/build-deb', []);
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
