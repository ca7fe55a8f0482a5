import { readlinkSync } from 'node:fs';

/** Directories that a merged /usr replaces by links to /usr; package lists may still use the old names. */
const CANDIDATES = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libo32', 'libx32'];

/** Which directories of a root are merged, and what paths are called with and without it. */
export class MergedUsr {
  readonly #merged: ReadonlySet<string>;

  constructor(root: string) {
    this.#merged = new Set(CANDIDATES.filter((name) => linkOf(`${root}${name}`) === `usr/${name}`));
  }

  /** As the kernel names it: `/usr/bin/ls` for `/bin/ls`. */
  resolved(path: string): string {
    return this.#merged.has(path.split('/', 2)[1] ?? '') ? `/usr${path}` : path;
  }

  /** All ways in which a package may list a resolved path. */
  spellings(path: string): readonly string[] {
    const merged = path.startsWith('/usr/') && this.#merged.has(path.split('/', 3)[2] ?? '');
    return merged ? [path, path.slice('/usr'.length)] : [path];
  }
}

function linkOf(path: string): string {
  try {
    // Some distributions link with, some without the leading slash.
    return readlinkSync(path).replace(/^\//, '');
  } catch {
    return '';
  }
}
