import { readBounded } from './files.ts';

/** A host of a thousand containers has some 10,000 mounts of 150 bytes each. */
const MOUNTINFO_BYTES = 4 << 20;

/**
 * File systems that answer without asking a server or a program of user space, so that reading from them cannot
 * wait for somebody. What is not known here is not read: a FUSE or NFS server may let the reader hang for ever.
 */
const LOCAL = new Set(
  `ext2 ext3 ext4 xfs btrfs bcachefs f2fs jfs nilfs2 reiserfs zfs overlay tmpfs ramfs rootfs devtmpfs squashfs erofs iso9660
  udf vfat exfat ntfs3 minix hugetlbfs`.split(/\s+/),
);

export interface Mount {
  readonly id: number;
  /** Mount point as the process sees it; byte text. */
  readonly point: string;
  readonly type: string;
  /** Device number of what is mounted, `0:52`; the same wherever it is mounted. */
  readonly device: string;
  readonly isLocal: boolean;
}

/** The mounts that a process sees, proc_pid_mountinfo(5), in mount order; empty when it is gone. */
export function mountsOf(pid: number | 'self', proc = '/proc'): Mount[] {
  const text = readBounded(`${proc}/${pid}/mountinfo`, MOUNTINFO_BYTES)?.toString('latin1') ?? '';
  return text.split('\n').flatMap((line) => {
    const found = /^(\d+) \d+ (\d+:\d+) \S+ (\S+) .* - (\S+) /.exec(line);
    if (found === null) return [];
    const [, id, device, point, type] = found as unknown as [string, string, string, string, string];
    return [{ id: Number(id), point: unescaped(point), type, device, isLocal: LOCAL.has(type) }];
  });
}

/** The kernel writes blank, tab, line end and backslash in octal. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
