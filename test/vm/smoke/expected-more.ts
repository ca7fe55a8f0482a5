/** What the actions of descriptors.c and compat_more must have looked like. */
import * as r from '../../../src/schema/record.generated.ts';

type Expected = Record<string, unknown>;

const DIR = '/tmp/smoke';
const TARGET = `${DIR}/target`;
const LOOPBACK = '7f000001';
const EBADF = -9;
const EFAULT = -14;
const ENAMETOOLONG = -36;
const DNS = { remote: LOOPBACK, remotePort: 53 };
const on = (type: string, more: Expected = {}): Expected => ({
  layout: r.LAYOUT_CALL,
  type,
  path: TARGET,
  ...more,
});

const DESCRIPTORS: Expected[] = [
  on('write', { ret: 10, data: '0123456789' }),
  on('pwrite', { ret: 2, data: 'ab' }),
  on('lseek', { ret: 0 }),
  on('read', { ret: 4, data: '0123' }),
  on('pread', { ret: 2, data: '12' }),
  on('readv', { ret: 6, data: 'ab6789', out: [8, 0, 0] }),
  on('fallocate', { ret: 0 }),
  on('fsync', { ret: 0 }),
  on('flock', { ret: 0 }),
  on('ioctl', { ret: -25 }),
  on('fstat', { ret: 0 }),
  { type: 'epoll_ctl', ret: 0 },
  { type: 'sendfile', ret: 4 },
  { type: 'read', ret: EBADF, fd: 12345, path: '' },
  { layout: r.LAYOUT_SOCKET, type: 'sendmmsg', ret: 2, size: 2, data: 'ab', ...DNS },
  { type: 'sendmmsg', ret: 5, size: 5, data: 'abcde', remote: '7f000002', remotePort: 54 },
  { layout: r.LAYOUT_SOCKET, type: 'write', ret: 1, data: 'x', ...DNS },
  { layout: r.LAYOUT_SOCKET, type: 'writev', size: 5, data: 'abcde', ...DNS },
  { layout: r.LAYOUT_SOCKET, type: 'dup', ...DNS },
  { type: 'close_range', ret: 0, firstArgs: [1000, 1001, 0] },
];

const CLOSES: Expected[] = [
  on('close', { ret: 0 }),
  { layout: r.LAYOUT_SOCKET, type: 'close', ret: 0, ...DNS },
  { type: 'close', ret: EBADF, fd: 12345, path: '' },
];

const RARE: Expected[] = [
  { type: 'removexattr', name: TARGET, text: 'user.none' },
  { type: 'access', name: TARGET, ret: 0 },
  { type: 'newfstatat', name: TARGET, ret: 0 },
  { type: 'readlink', name: `${DIR}/link`, ret: TARGET.length },
  { type: 'inotify_add_watch', name: DIR, ret: EBADF },
  { type: 'swapon', name: `${DIR}/none`, ret: -2 },
  { type: 'quotactl', name: `${DIR}/none` },
  { type: 'add_key', text: 'user', name: 'saker:test', base: '' },
  { type: 'setgroups', ret: -22, firstArgs: [1000000] },
  { type: 'prlimit', ret: 0, out: [100, 200, 0] },
  { type: 'sethostname', ret: 0, text: 'saker' },
  { type: 'iopl', ret: -22, firstArgs: [99] },
  { type: 'getpid' },
  { type: 'mq_unlink', text: 'no-queue', ret: -2 },
];

const HOSTILE: Expected[] = [
  { type: 'unlink', name: '', nameFlags: r.STR_FAULT, ret: EFAULT },
  { type: 'unlink', name: 'p'.repeat(95), nameFlags: 0, ret: -2 },
  { type: 'unlink', name: 'l'.repeat(4096), nameFlags: r.STR_CUT, ret: ENAMETOOLONG },
  { type: 'unlink', name: 'f'.repeat(4095), nameFlags: 0, ret: ENAMETOOLONG },
  { type: 'unlink', name: `${DIR}/\n\x1b[31m\xff\xc3("}`, ret: -2 },
  { type: 'sethostname', text: '', textFlags: r.STR_FAULT, ret: -22 },
  { type: 'sethostname', text: '', textFlags: r.STR_CUT, ret: -22 },
  { type: 'sendmsg', ret: EFAULT, known: r.SOCKET_FOUND | r.SOCKET_FAULT },
  { type: 'write', ret: EFAULT },
];

const COMPAT = { flags: r.FLAG_COMPAT };
const compat = (type: string, more: Expected): Expected => ({ ...COMPAT, type, ...more });
const named = (type: string, more: Expected = {}): Expected => compat(type, { name: TARGET, ...more });

const COMPAT_MORE: Expected[] = [
  compat('socket', { family: 2, sockType: 2 }),
  compat('connect', { ret: 0, ...DNS }),
  compat('sendmsg', { ret: 7, size: 7, data: '/tmp/sm', ...DNS }),
  compat('sendmsg', { size: 7, nr: 370, ...DNS }),
  named('truncate', { ret: 0, nr: 193 }),
  named('truncate', { ret: 0, nr: 92 }),
  named('umount', { ret: -22 }),
  named('chown', { ret: 0, nr: 182 }),
  named('chown', { ret: 0, nr: 212 }),
  compat('ptrace', { firstArgs: [16, 0x7ffffff], ret: -3 }),
  compat('fcntl', { layout: r.LAYOUT_SOCKET, ...DNS }),
  compat('dup', { layout: r.LAYOUT_SOCKET, ...DNS }),
  named('stat', { ret: 0 }),
  compat('write', { ret: EBADF, fd: 12345 }),
  compat('close', { ret: 0 }),
  compat('setgid', { ret: 0, nr: 46 }),
  compat('setresuid', { ret: 0, nr: 164 }),
  compat('setuid', { ret: 0, nr: 23 }),
];

export const EXPECTED_MORE: Record<string, Expected[]> = {
  descriptors: DESCRIPTORS,
  closes: CLOSES,
  rare: RARE,
  hostile: HOSTILE,
  'compat-more': COMPAT_MORE,
};
