import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';

/** Read when the command line names no other. */
export const DEFAULT_CONFIG = '/etc/saker/saker.yaml';

/** Named explicitly it must exist; the default one may be absent, then the defaults of the program hold (null). */
export function configPath(named: string | undefined): string | null {
  return named ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : null);
}

/** Where configuration text comes from: the disk, or a table in tests. Methods throw as node:fs does. */
export interface ConfigFiles {
  read(path: string): string;
  /** The *.yaml and *.yml files of a directory by name, or null when the path is no directory. */
  list(path: string): string[] | null;
}

// A configuration is written by hand; a larger file is the wrong file.
const MAX_BYTES = 4 << 20;

/**
 * All of a regular file as UTF-8.
 * @throws as node:fs does, and for what is no regular file or larger than `maxBytes`
 */
export function readText(path: string, maxBytes: number): string {
  // O_NONBLOCK: a FIFO in config.d must not hang the service.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw Object.assign(new Error('not a regular file'), { code: 'NOT_A_FILE' });
    if (stat.size > maxBytes)
      throw Object.assign(new Error(`larger than ${maxBytes} bytes`), { code: 'TOO_LARGE' });
    const bytes = Buffer.alloc(stat.size);
    return bytes.toString('utf8', 0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
}

export const diskFiles: ConfigFiles = {
  read: (path) => readText(path, MAX_BYTES),
  list(path) {
    if (!statSync(path).isDirectory()) return null;
    return readdirSync(path)
      .filter((name) => /^[^.].*\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(path, name));
  },
};
