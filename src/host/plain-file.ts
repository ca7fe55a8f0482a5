import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Why a plain file was not read; `absent` is the ordinary one. */
export type PlainFileFault = 'absent' | 'not plain' | 'too large' | 'owner';

/**
 * A whole small file below a directory that others may write in, read as root without being led astray: the file is
 * regular, has the given owner and size at most `maxBytes`, and no component below `base` is a symbolic link. Never
 * blocks on a FIFO or a device. Symbolic links in `base` itself (/var/run) are followed.
 *
 * @param relative path below base, without `..`
 */
export function readPlainFile(
  base: string,
  relative: string,
  { maxBytes, uid }: { maxBytes: number; uid: number },
): Buffer | PlainFileFault {
  let fd: number;
  let expected: string;
  try {
    expected = join(realpathSync(base), relative);
    fd = openSync(expected, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    // O_NOFOLLOW on a link: open(2).
    return (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'not plain' : 'absent';
  }
  try {
    const stat = fstatSync(fd);
    // Removed since it was opened: the kernel's name of it would not be the one we asked for.
    if (stat.nlink === 0) return 'absent';
    // O_NOFOLLOW looks at the last component only; the kernel's name of what was opened shows the others.
    if (!stat.isFile() || readlinkSync(`/proc/self/fd/${fd}`) !== expected) return 'not plain';
    if (stat.uid !== uid) return 'owner';
    if (stat.size > maxBytes) return 'too large';
    const buffer = Buffer.alloc(stat.size);
    return buffer.subarray(0, readSync(fd, buffer, 0, stat.size, 0));
  } catch {
    return 'absent';
  } finally {
    closeSync(fd);
  }
}

/** Existing directory that holds `path`, for watching what appears there. */
export function nearestDirectory(path: string): string {
  let at = dirname(path);
  for (;;) {
    try {
      return realpathSync(at);
    } catch {
      at = dirname(at);
    }
  }
}

/** Tells a file or directory from another one made in its place, which often gets its inode number. Null: nothing there. */
export function identityOf(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? null : `${stat.ino} ${stat.birthtimeNs}`;
}
