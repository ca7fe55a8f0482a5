import { statSync } from 'node:fs';

/**
 * Id of a cgroup of the unified hierarchy, as the kernel gives it to events: since Linux 5.5 the inode number of
 * its directory on 64-bit machines. Null when there is no such cgroup, or the hierarchy is not mounted in its usual place.
 *
 * @param path from the root of the hierarchy, byte text as in /proc/PID/cgroup
 */
export function cgroupId(path: string, root = '/'): bigint | null {
  // `/..` is what a namespace shows of processes outside of it.
  if (!path.startsWith('/') || path.startsWith('/..')) return null;
  for (const mount of ['sys/fs/cgroup', 'sys/fs/cgroup/unified']) {
    try {
      statSync(`${root}${mount}/cgroup.controllers`);
      return statSync(Buffer.from(`${root}${mount}${path}`, 'latin1'), { bigint: true }).ino;
    } catch {
      // Not this place, or the cgroup is gone.
    }
  }
  return null;
}
