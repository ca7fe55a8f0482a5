import { closeSync, constants, openSync, readSync } from 'node:fs';

/** One buffer for all reads: they are synchronous and hand out copies. */
let scratch = Buffer.alloc(8192);

/**
 * At most `maxBytes` of a file, or null when it cannot be read: a process that ended, a race, no permission. Files
 * of /proc tell no size, so this reads until the end or the bound. Never blocks on a FIFO.
 */
export function readBounded(path: string, maxBytes: number): Buffer | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    let length = 0;
    for (;;) {
      if (length === scratch.length) grow(maxBytes);
      const room = Math.min(scratch.length, maxBytes) - length;
      const count = room <= 0 ? 0 : readSync(fd, scratch, length, room, null);
      if (count === 0) return Buffer.from(scratch.subarray(0, length));
      length += count;
    }
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

function grow(maxBytes: number): void {
  if (scratch.length >= maxBytes) return;
  const larger = Buffer.alloc(Math.min(scratch.length * 4, maxBytes));
  scratch.copy(larger);
  scratch = larger;
}
