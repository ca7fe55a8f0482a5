/** What the actions of uring.c must have looked like. */
import * as r from '../../../src/schema/record.generated.ts';
import type { KernelSeries } from '../cache.ts';

type Expected = Record<string, unknown>;

const DIR = '/tmp/smoke';
const TARGET = `${DIR}/target`;
const LOOPBACK = '7f000001';
const NAMED = { flags: r.FLAG_IO_URING, comm: 'actions', layout: r.LAYOUT_CALL };
/** The number of the descriptor is not told. */
const UNNUMBERED = { flags: r.FLAG_IO_URING | r.FLAG_FD_UNKNOWN, comm: 'actions' };
const below = (type: string, name: string): Expected => ({ ...NAMED, type, name, base: DIR });

const NAMES: Expected[] = [
  { ...below('mkdirat', 'um'), ret: 0, firstArgs: [3, 0, 0o700] },
  { ...below('linkat', 'target'), name2: 'ulink', base2: DIR, ret: 0 },
  { ...NAMED, type: 'symlinkat', name: 'some text', base: '', name2: `${DIR}/usoft`, base2: '', ret: 0 },
  { ...below('renameat2', 'uold'), name2: 'unew', base2: DIR, ret: 0 },
  { ...below('unlinkat', 'unew'), ret: 0 },
  { ...NAMED, type: 'unlinkat', name: `${DIR}/um`, base: '', ret: 0, firstArgs: [-100, 0, 0x200] },
  { ...below('unlinkat', 'no such name'), ret: -2 },
  { ...NAMED, type: 'unlinkat', name: 'no directory', base: '', baseFlags: r.STR_FAULT, ret: -9 },
  { ...NAMED, type: 'setxattr', name: TARGET, text: 'user.uring' },
  { ...UNNUMBERED, type: 'fsetxattr', path: TARGET, text: 'user.uring' },
  { ...UNNUMBERED, type: 'ftruncate', path: TARGET, ret: 0, firstArgs: [0, 3] },
];

const EPIPE = -32;
const HERE = { local: LOOPBACK, localPort: 4713, state: 1 };
const THERE = { remote: LOOPBACK, remotePort: 4713, state: 1 };
/** A connection is told when it begins. */
const BEGINS = { ...UNNUMBERED, type: 'connect', ret: -115, remote: LOOPBACK };
/** Before 5.19 its success is told as well. */
const CONNECTED: Expected = { ...UNNUMBERED, type: 'connect', ret: 0, ...THERE };

const SOCKETS: Expected[] = [
  { type: 'socket', flags: r.FLAG_IO_URING, family: 2, sockType: 1 },
  { ...UNNUMBERED, type: 'bind', ret: 0, local: LOOPBACK, localPort: 4713 },
  { ...UNNUMBERED, type: 'listen', ret: 0, state: 10, firstArgs: [0, 5] },
  { ...BEGINS, remotePort: 4713 },
  CONNECTED,
  { ...UNNUMBERED, type: 'sendto', ret: 5, size: 5, ...THERE },
  { ...UNNUMBERED, type: 'recvfrom', ret: 5, size: 5, ...HERE },
  { ...UNNUMBERED, type: 'shutdown', ret: 0, firstArgs: [0, 1] },
  { ...UNNUMBERED, type: 'sendto', ret: EPIPE, size: 4 },
  { ...UNNUMBERED, type: 'sendmsg', ret: 3, size: 3, remote: LOOPBACK, remotePort: 53 },
  { ...BEGINS, remotePort: 9 },
  { ...UNNUMBERED, type: 'connect', ret: -111 },
];

/** The request was cancelled. */
const BEGUN: Expected[] = [{ ...BEGINS, remotePort: 4714 }];
const LATE: Expected[] = [
  { ...UNNUMBERED, type: 'accept4', ret: 0, local: LOOPBACK, localPort: 4715, state: 1 },
];

const RING = `${DIR}/ring`;
const EBADF = -9;
const EFAULT = -14;
const EINVAL = -22;
const onRing = (type: string, more: Expected): Expected => ({
  ...UNNUMBERED,
  layout: r.LAYOUT_CALL,
  type,
  path: RING,
  ...more,
});

const RW: Expected[] = [
  onRing('write', { ret: 10, data: '0123456789' }),
  onRing('pwrite', { ret: 2, data: 'ab' }),
  onRing('pwritev', { ret: 8, data: 'abcdefgh', out: [8, 0, 0] }),
  onRing('pread', { ret: 4, data: 'abcd' }),
  onRing('preadv', { ret: 8, data: 'abcdefgh', out: [8, 0, 0] }),
  onRing('read', { ret: 3, data: 'cde' }),
  onRing('write', { ret: EBADF }),
  onRing('pwrite', { ret: EFAULT }),
  onRing('pread', { ret: 2, data: 'bc' }),
  onRing('pread', { ret: 5, data: 'defgh' }),
  { ...UNNUMBERED, layout: r.LAYOUT_SOCKET, type: 'write', ret: 6, data: 'socket', family: 1 },
  { ...UNNUMBERED, layout: r.LAYOUT_SOCKET, type: 'read', ret: 6, data: 'socket', family: 1 },
];

const WAITS: Expected[] = [
  { ...UNNUMBERED, type: 'read', ret: 5, data: 'later' },
  { ...UNNUMBERED, type: 'pread', ret: 4096 },
  { ...UNNUMBERED, type: 'pread', ret: EINVAL },
  { ...UNNUMBERED, type: 'pread' },
];

const NUMBERED: Expected = { flags: r.FLAG_IO_URING, comm: 'actions' };

const FILES: Expected[] = [
  onRing('fsync', { ret: 0 }),
  onRing('fdatasync', { ret: 0 }),
  onRing('sync_file_range', { ret: 0, firstArgs: [0, 0, 7, 0] }),
  onRing('fallocate', { ret: 0, firstArgs: [0, 0, 0, 4096] }),
  onRing('fadvise64', { ret: 0, firstArgs: [0, 0, 5, 3] }),
  { ...NUMBERED, type: 'madvise', ret: 0 },
  { ...NUMBERED, type: 'pipe2', ret: 0 },
  { ...NUMBERED, type: 'tee', ret: 4 },
  { ...NUMBERED, type: 'splice', ret: 7 },
  { ...NUMBERED, type: 'epoll_ctl', ret: 0 },
  { ...NUMBERED, type: 'statx', name: TARGET, ret: 0 },
  { ...NAMED, type: 'getxattr', name: TARGET, text: 'user.none' },
  { ...UNNUMBERED, type: 'fgetxattr', path: RING, text: 'user.none' },
  { ...NUMBERED, type: 'close', path: RING, ret: 0 },
  { ...NUMBERED, layout: r.LAYOUT_SOCKET, type: 'close', family: 1, ret: 0 },
  { ...NUMBERED, type: 'close', fd: 12345, path: '', ret: EBADF },
];

/** What a kernel cannot do, or (5.10: sends, receives and shutdown) we cannot see it do. */
const NOT: Record<KernelSeries, readonly string[]> = {
  '5.10': [
    ...['mkdirat', 'linkat', 'symlinkat', 'setxattr', 'fsetxattr', 'ftruncate', 'socket', 'bind', 'listen'],
    ...['sendto', 'recvfrom', 'shutdown', 'sendmsg', 'getxattr', 'fgetxattr', 'pipe2', 'fsync', 'fdatasync'],
    ...[
      'sync_file_range',
      'fallocate',
      'fadvise64',
      'madvise',
      'tee',
      'splice',
      'epoll_ctl',
      'statx',
      'close',
    ],
  ],
  '6.1': ['ftruncate', 'bind', 'listen', 'pipe2'],
  '6.12': ['pipe2'],
  '7.2': [],
};

/** Comes before or after the connect of the other end. */
export const ACCEPTED_BY_URING: Expected = { ...UNNUMBERED, type: 'accept4', ret: 0, ...HERE };

export function expectedUring(kernel: KernelSeries): Record<string, Expected[]> {
  const possible = (expected: Expected): boolean =>
    !NOT[kernel].includes(expected.type as string) && (expected !== CONNECTED || kernel === '5.10');
  return {
    'uring-names': NAMES.filter(possible),
    'uring-sockets': SOCKETS.filter(possible),
    'uring-begun': BEGUN,
    'uring-late': LATE,
    // 5.10 refuses a descriptor that is not open for it before the write begins.
    'uring-rw': RW.filter(({ ret }) => kernel !== '5.10' || ret !== EBADF),
    'uring-waits': WAITS,
    'uring-files': FILES.filter(possible),
  };
}
