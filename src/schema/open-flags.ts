/**
 * Open flags: the kernel's O_* bits (asm-generic/fcntl.h) as Falco numbers and names them. Falco's own bits
 * are what rules see in evt.arg.flags; they are the same on every architecture.
 */
import { O_DIRECT, O_DIRECTORY, O_LARGEFILE } from './open-bits.ts';

const O_ACCMODE = 0o3;
const O_WRONLY = 0o1;
const O_RDWR = 0o2;
const O_CREAT = 0o100;
const O_TRUNC = 0o1000;
const O_TMPFILE = 0o20000000 | O_DIRECTORY;
const O_PATH = 0o10000000;
/** O_SYNC is O_DSYNC and one bit more. */
const O_DSYNC = 0o10000;
const O_SYNC = 0o4000000 | O_DSYNC;

/** Falco's bits. */
const F_RDONLY = 1;
const F_WRONLY = 2;
const F_RDWR = F_RDONLY | F_WRONLY;
export const F_CREATED = 1 << 14;

/** Kernel bits → Falco's bit and name, in the order in which Falco prints them. */
const FLAGS: readonly (readonly [kernel: number, falco: number, name: string])[] = [
  [O_LARGEFILE, 1 << 11, 'O_LARGEFILE'],
  [O_DIRECTORY, 1 << 10, 'O_DIRECTORY'],
  [O_DIRECT, 1 << 9, 'O_DIRECT'],
  [O_TRUNC, 1 << 8, 'O_TRUNC'],
  [O_SYNC, 1 << 7, 'O_SYNC'],
  [0o4000, 1 << 6, 'O_NONBLOCK'],
  [0o200, 1 << 5, 'O_EXCL'],
  [O_DSYNC, 1 << 4, 'O_DSYNC'],
  [0o2000, 1 << 3, 'O_APPEND'],
  [O_CREAT, 1 << 2, 'O_CREAT'],
];
const O_CLOEXEC = 0o2000000;
const F_CLOEXEC = 1 << 12;
const F_TMPFILE = 1 << 13;

/** @param created the open made the file (FMODE_CREATED) */
export function falcoOpenFlags(kernel: number, created: boolean): number {
  let falco = accessBits(kernel);
  for (const [bit, to] of FLAGS) if ((kernel & bit) === bit) falco |= to;
  if ((kernel & O_CLOEXEC) !== 0) falco |= F_CLOEXEC;
  if ((kernel & O_TMPFILE) === O_TMPFILE) falco |= F_TMPFILE;
  return created ? falco | F_CREATED : falco;
}

/** O_PATH opens neither for reading nor for writing. */
function accessBits(kernel: number): number {
  if ((kernel & O_PATH) !== 0) return 0;
  const mode = kernel & O_ACCMODE;
  if (mode === O_WRONLY) return F_WRONLY;
  return mode === O_RDWR ? F_RDWR : F_RDONLY;
}

/** `O_TRUNC|O_CREAT|O_WRONLY`, from Falco's bits. */
export function openFlagNames(falco: number): string {
  const names = FLAGS.filter(([, bit]) => (falco & bit) !== 0).map(([, , name]) => name);
  if ((falco & F_RDWR) === F_RDWR) names.push('O_RDWR');
  else if ((falco & F_WRONLY) !== 0) names.push('O_WRONLY');
  else if ((falco & F_RDONLY) !== 0) names.push('O_RDONLY');
  if ((falco & F_CLOEXEC) !== 0) names.push('O_CLOEXEC');
  if ((falco & F_TMPFILE) !== 0) names.push('O_TMPFILE');
  if ((falco & F_CREATED) !== 0) names.push('O_F_CREATED');
  return names.length === 0 ? 'O_NONE' : names.join('|');
}

export const opensForReading = (falco: number): boolean => (falco & F_RDONLY) !== 0;
export const opensForWriting = (falco: number): boolean => (falco & F_WRONLY) !== 0;

/** Flags that a descriptor is made with by socket, pipe2, dup3, eventfd2 and their like: they have no access mode. */
export function falcoDescriptorFlags(kernel: number): number {
  let falco = (kernel & O_CLOEXEC) === 0 ? 0 : F_CLOEXEC;
  for (const [bit, to, name] of FLAGS) {
    if ((name === 'O_NONBLOCK' || name === 'O_DIRECT') && (kernel & bit) !== 0) falco |= to;
  }
  return falco;
}
