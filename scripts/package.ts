// build/packages/saker_VERSION_amd64.deb, after a build.
import { buildAll } from './build.ts';
import { must } from './run.ts';

/** Builds and packages. */
export async function packageAll(): Promise<void> {
  await buildAll();
  must('packaging/build-deb', []);
}

if (import.meta.main) await packageAll();
