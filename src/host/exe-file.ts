import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { readBounded } from './files.ts';
import { type Mount, mountsOf } from './mounts.ts';

/** What the kernel said of a file when it was executed. Times in ns since the epoch. */
export interface FileIdentity {
  /** As st_dev of stat(2), 32-bit form. */
  readonly dev: number;
  readonly ino: bigint;
  readonly ctimeNs: bigint;
  readonly mtimeNs: bigint;
  /** Made by memfd_create(2): on no mount that anybody sees. */
  readonly memfd: boolean;
}

/** A file that is the executed one. `fd` is open for its place only (O_PATH), not for reading. */
export interface ExeFile {
  readonly fd: number;
  readonly stat: BigIntStats;
}

// open(2); Node names it nowhere. Neither calls the file's driver nor waits for a FIFO.
const O_PATH = 0o10000000;

/**
 * Opens the executable of a process through the kernel's own reference to it: no path is walked, so nobody can put
 * another file in its place. Works for removed files and memfds, and across mount namespaces.
 *
 * @param wanted null: whatever it executes now
 * @returns null when the process is gone, executes another file by now, or the file lies where reading may hang
 */
export function openRunning(pid: number, wanted: FileIdentity | null): ExeFile | null {
  return openExact({ path: `/proc/${pid}/exe`, flags: 0, pid, wanted, unchanged: false });
}

/**
 * Opens the file that has this path in the root directory of a process, if it is the wanted one and was not changed
 * since. The path may lead anywhere by now, so every component is opened apart with O_PATH, may be no symbolic link (the
 * kernel resolved them), and must lie on a mount that answers by itself before the next one is looked up in it.
 */
export function openInRoot(pid: number | 'self', exepath: string, wanted: FileIdentity): ExeFile | null {
  if (!exepath.startsWith('/')) return null;
  const open: number[] = [];
  try {
    let at = `/proc/${pid}/root`;
    let flags = constants.O_DIRECTORY;
    for (const component of exepath.split('/').slice(1)) {
      const fd = openSync(Buffer.from(at, 'latin1'), O_PATH | flags);
      open.push(fd);
      if (mountOf(fd, pid)?.isLocal !== true) return null;
      at = `/proc/self/fd/${fd}/${component}`;
      flags = constants.O_NOFOLLOW;
    }
    return openExact({ path: at, flags, pid, wanted, unchanged: true });
  } catch {
    return null;
  } finally {
    for (const fd of open) closeSync(fd);
  }
}

interface Search {
  readonly path: string;
  readonly flags: number;
  /** Whose mounts the file may lie on. */
  readonly pid: number | 'self';
  readonly wanted: FileIdentity | null;
  /** Whether its times must be those told as well. */
  readonly unchanged: boolean;
}

function openExact({ path, flags, pid, wanted, unchanged }: Search): ExeFile | null {
  let fd: number;
  try {
    fd = openSync(Buffer.from(path, 'latin1'), O_PATH | flags);
  } catch {
    return null;
  }
  try {
    // The mount first: asking a file for its attributes may hang where its mount is not local.
    const mount = mountOf(fd, pid);
    if (mount?.isLocal === true || (mount === null && wanted?.memfd === true)) {
      const stat = fstatSync(fd, { bigint: true });
      const isIt = wanted === null || sameInode(stat, wanted, mount?.type ?? '');
      if (stat.isFile() && isIt && (!unchanged || sameTimes(stat, wanted!))) return { fd, stat };
    }
  } catch {
    // As good as gone.
  }
  closeSync(fd);
  return null;
}

/**
 * fdinfo tells the mount of a descriptor without asking its file system. Ids are the whole machine's; most files lie on
 * mounts that the host or the agent sees. An overlay asks the directories below it, with the rights of whoever mounted
 * it: a user's own may lie on a FUSE server of his, so those count as local only that the host has mounted too, as it
 * has the overlays of containers.
 */
function mountOf(fd: number, pid: number | 'self'): Mount | null {
  const info = readBounded(`/proc/self/fdinfo/${fd}`, 1024)?.toString('latin1') ?? '';
  const id = Number(/^mnt_id:\s+(\d+)$/m.exec(info)?.[1] ?? -1);
  const viewers = [recentMounts(1), recentMounts('self')];
  for (const mounts of viewers) {
    const found = mounts.find((mount) => mount.id === id);
    if (found !== undefined) return found;
  }
  const own = recentMounts(pid).find((mount) => mount.id === id);
  if (own === undefined) return null;
  const isShared = viewers.some((mounts) => mounts.some(({ device }) => device === own.device));
  return { ...own, isLocal: own.isLocal && (own.type !== 'overlay' || isShared) };
}

/** A host of many containers has thousands of mounts, too many to read for each file. */
const FRESH_MS = 1000;
const recent = new Map<1 | 'self', { readMs: number; mounts: readonly Mount[] }>();

/** The mounts of a process; the host's and the agent's own are at most a second old. */
function recentMounts(pid: number | 'self'): readonly Mount[] {
  if (pid !== 1 && pid !== 'self') return mountsOf(pid);
  const known = recent.get(pid);
  const now = performance.now();
  if (known !== undefined && now - known.readMs < FRESH_MS) return known.mounts;
  const mounts = mountsOf(pid);
  recent.set(pid, { readMs: now, mounts });
  return mounts;
}

const sameTimes = (stat: BigIntStats, wanted: FileIdentity): boolean =>
  stat.mtimeNs === wanted.mtimeNs && (stat.ctimeNs === wanted.ctimeNs || stat.nlink === 0n);

/**
 * Is it the inode that was executed? Numbers repeat between devices, and in time when a file is removed; one that
 * was born after the execution is another. Names, modes and times may have changed since: a program that touches or
 * removes itself stays the same file.
 */
function sameInode(stat: BigIntStats, wanted: FileIdentity, fileSystem: string): boolean {
  // Overlayfs shows stat(2) other numbers than the kernel uses inside.
  if (fileSystem === 'overlay') return sameTimes(stat, wanted);
  if (stat.ino !== wanted.ino) return false;
  // So does btrfs with devices.
  if (fileSystem !== 'btrfs' && stat.dev !== BigInt(wanted.dev)) return false;
  // No birth time is told as 0, or as the last change.
  return (stat.birthtimeNs > 0n && stat.birthtimeNs <= wanted.ctimeNs) || sameTimes(stat, wanted);
}

/** What the kernel would say of the file if it were executed now. */
export function identityOf({ stat }: ExeFile): FileIdentity {
  const { dev, ino, ctimeNs, mtimeNs } = stat;
  return { dev: Number(dev), ino, ctimeNs, mtimeNs, memfd: false };
}

export function closeExe({ fd }: ExeFile): void {
  closeSync(fd);
}

/**
 * The process whose root directory and mount namespace are the host's: the first one. The agent itself where that may
 * not be looked at; a service has a few mounts of its own (/tmp), but the same system below.
 */
export function hostProcess(): { pid: 1 | 'self'; mountNamespace: number } {
  for (const pid of [1, 'self'] as const) {
    try {
      closeSync(openSync(`/proc/${pid}/root`, O_PATH));
      const found = /^mnt:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/ns/mnt`))?.[1];
      return { pid, mountNamespace: Number(found ?? 0) };
    } catch {
      // No permission.
    }
  }
  return { pid: 'self', mountNamespace: 0 };
}

const CHUNK_BYTES = 256 * 1024;
const chunk = Buffer.alloc(CHUNK_BYTES);

/**
 * Digest of the whole file in hexadecimal.
 * @returns null when it is larger than `maxBytes`, cannot be read, or changed meanwhile
 */
export function digestOf({ fd, stat }: ExeFile, algorithm: string, maxBytes: number): string | null {
  if (stat.size > maxBytes) return null;
  let readable: number | null = null;
  try {
    // The same file, whatever its path leads to by now.
    readable = openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
    const hash = createHash(algorithm);
    let left = maxBytes;
    for (let count = 1; count > 0 && left >= 0; left -= count) {
      count = readSync(readable, chunk, 0, CHUNK_BYTES, null);
      hash.update(chunk.subarray(0, count));
    }
    const after = fstatSync(readable, { bigint: true });
    return left >= 0 && after.mtimeNs === stat.mtimeNs && after.size === stat.size
      ? hash.digest('hex')
      : null;
  } catch {
    // Unreadable, or an algorithm that this machine forbids (MD5 under FIPS).
    return null;
  } finally {
    if (readable !== null) closeSync(readable);
  }
}
