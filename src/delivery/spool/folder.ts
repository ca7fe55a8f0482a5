import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorName } from '../errno.ts';

/**
 * Makes a folder for root alone, and those above it that are missing. Node's own recursive call says that nothing
 * exists where the file system is read-only.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const name = errorName(error);
    if (name === 'EEXIST') return;
    if (name !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}
