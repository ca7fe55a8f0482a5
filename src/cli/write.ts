import { writeSync } from 'node:fs';

/** GNU's tools end so when standard output cannot be written. */
const CANNOT_WRITE = 1;

/**
 * Results. A reader that went away (EPIPE, as with `| head`) has what it wanted: the program ends without a word. After
 * anything else, such as a full disk, a part of the result is missing, and the exit code has to say so.
 */
export function writeOut(text: string): void {
  const error = writeAll(1, text);
  if (error === null) return;
  if (error === 'EPIPE') process.exit(0);
  writeErr(`saker: standard output cannot be written: ${error}\n`);
  process.exit(CANNOT_WRITE);
}

/** Messages. When nobody can be told, going on is all that is left. */
export function writeErr(text: string): void {
  writeAll(2, text);
}

/** Writes all of a text before it returns: process.exit would cut what a pipe has not taken yet. */
function writeAll(fd: 1 | 2, text: string): string | null {
  const bytes = Buffer.from(text);
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') return code ?? message;
      // Left in non-blocking mode by whoever made it: give its reader a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return null;
}
