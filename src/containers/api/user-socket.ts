import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';

/** open(2): name a file without opening it; Node has no constant for it. */
const O_PATH = 0o10000000;

/**
 * A socket in a user's directory, held by a descriptor so that nobody can exchange it any more: a socket of that very
 * user, reached without symbolic links. Else a user could link to root's docker and pass off its containers as own.
 *
 * @returns path to connect to, valid until `release`; null when there is no such socket
 */
export function holdUserSocket(path: string, userId: number): { path: string; release: () => void } | null {
  let fd: number;
  try {
    fd = openSync(path, O_PATH | constants.O_NOFOLLOW);
  } catch {
    return null;
  }
  const held = `/proc/self/fd/${fd}`;
  const stat = fstatSync(fd);
  if (stat.isSocket() && stat.uid === userId && readlinkSync(held) === path) {
    return { path: held, release: () => closeSync(fd) };
  }
  closeSync(fd);
  return null;
}
