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
