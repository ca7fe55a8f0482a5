import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import { readBounded } from './files.ts';

// open(2); Node names it nowhere. Neither calls the file's driver nor waits for a FIFO.
const O_PATH = 0o10000000;
/** Inode number of the first user namespace, PROC_USER_INIT_INO of the kernel. */
export const INITIAL_USER_NAMESPACE = 4026531837;

/**
 * A small file below the root directory of a process, such as etc/passwd of a container, read as root without being led
 * astray. Every component is opened apart and may be no symbolic link, so nothing outside of that root is reached. Only in
 * mount namespaces that root made: elsewhere a user may have put a file system there whose server never answers. A process
 * in a user namespace of its own is refused here; whose the mounts are that another one entered, the caller must know
 * (mntUserNs of its image).
 *
 * @param mountNamespace that the process must be in, by inode number; what was looked at is then part of it, whatever
 * the process does meanwhile
 * @param components of the path below the root
 * @returns null when the process is gone or elsewhere, or there is no such plain file of at most `maxBytes`
 */
export function readInRoot(
  pid: number,
  mountNamespace: number,
  components: readonly string[],
  maxBytes: number,
): Buffer | null {
  const open: number[] = [];
  const openPart = (path: string, flags: number): string => {
    const fd = openSync(path, O_PATH | flags);
    open.push(fd);
    return `/proc/self/fd/${fd}`;
  };
  try {
    let at = openPart(`/proc/${pid}/root`, constants.O_DIRECTORY);
    // Asked after the root was opened: a process that has left since does not come back.
    if (namespaceOf(pid, 'mnt') !== mountNamespace) return null;
    if (namespaceOf(pid, 'user') !== INITIAL_USER_NAMESPACE) return null;
    for (const component of components) at = openPart(`${at}/${component}`, constants.O_NOFOLLOW);
    const stat = fstatSync(open.at(-1)!);
    return stat.isFile() && stat.size <= maxBytes ? readBounded(at, maxBytes) : null;
  } catch {
    return null;
  } finally {
    for (const fd of open) closeSync(fd);
  }
}

/** Inode number of a namespace of a process; throws when it is gone. */
function namespaceOf(pid: number, kind: 'mnt' | 'user'): number {
  return Number(/\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/ns/${kind}`))?.[1] ?? 0);
}
