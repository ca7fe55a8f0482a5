import { constants } from 'node:os';

// Reversed: of two names for a number (EAGAIN, EWOULDBLOCK) the first counts.
const NAMES = new Map(
  Object.entries(constants.errno)
    .map(([name, number]) => [number, name] as const)
    .reverse(),
);

/** `ECONNREFUSED` for 111. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? `errno ${errno}`;
}

/** The code of an error thrown by node:fs, else its message. */
export function errorName(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message ?? String(error);
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ECONNREFUSED: 'nobody reads there',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk fails',
  EISDIR: 'it is a folder',
  ELOOP: 'symbolic links are not followed',
  EMSGSIZE: 'the message is too large for the socket',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no folder',
  ENXIO: 'nobody reads the pipe',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
};

/** `the disk is full (ENOSPC)`, for people; a name without words stays as it is. */
export function inWords(name: string): string {
  const words = WORDS[name];
  return words === undefined ? name : `${words} (${name})`;
}
