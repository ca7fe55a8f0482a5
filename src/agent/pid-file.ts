import { closeSync, constants, openSync, readFileSync, rmSync, writeSync } from 'node:fs';

/** NOFOLLOW: nobody who may write into the folder redirects what root writes. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

/** @throws as node:fs does */
export function writePidFile(path: string): void {
  const fd = openSync(path, FLAGS, 0o644);
  try {
    writeSync(fd, `${process.pid}\n`);
  } finally {
    closeSync(fd);
  }
}

/** Removes the file unless another process has made it its own meanwhile. */
export function removePidFile(path: string): void {
  try {
    if (readFileSync(path, 'utf8').trim() === String(process.pid)) rmSync(path);
  } catch {
    // Gone already, or not ours to remove.
  }
}
