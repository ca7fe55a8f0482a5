/** What the actions of calls.c must have looked like: by action, in this order, other events may lie between. */
import * as r from '../../../src/schema/record.generated.ts';

type Expected = Record<string, unknown>;

const DIR = '/tmp/smoke';
const TARGET = `${DIR}/target`;
const ENOENT = -2;
const ESRCH = -3;
const CALL = { layout: r.LAYOUT_CALL, base: '', base2: '' };
/** A name below the directory that a descriptor stands for. */
const at = (type: string, name: string): Expected => ({ type, name, base: DIR, ret: 0 });

const FILE_NAMES: Expected[] = [
  { ...CALL, type: 'mkdir', name: `${DIR}/m`, ret: 0 },
  at('mkdirat', 'm2'),
  { ...CALL, type: 'mknod', name: `${DIR}/fifo`, ret: 0 },
  at('mknodat', 'fifo2'),
  { ...CALL, type: 'link', name: `${DIR}/fifo`, name2: `${DIR}/hard`, ret: 0 },
  { ...at('linkat', 'fifo'), name2: `${DIR}/hard2`, base2: '' },
  { ...CALL, type: 'symlink', name: 'text', name2: `${DIR}/soft`, ret: 0 },
  { type: 'symlinkat', name: 'text', base: '', name2: 'soft2', base2: DIR, ret: 0 },
  { ...CALL, type: 'rename', name: `${DIR}/soft`, name2: `${DIR}/soft3`, ret: 0 },
  { ...at('renameat', 'soft2'), name2: 'soft4', base2: DIR },
  { type: 'renameat2', name: `${DIR}/hard`, base: '', name2: 'hard3', base2: DIR, ret: 0 },
  { ...CALL, type: 'unlink', name: `${DIR}/hard2`, ret: 0 },
  at('unlinkat', 'hard3'),
  { ...at('unlinkat', 'm2'), comm: 'actions' },
  { ...CALL, type: 'rmdir', name: `${DIR}/m`, ret: 0 },
  { ...CALL, type: 'unlink', name: `${DIR}/not-there`, ret: ENOENT },
  { type: 'unlink', name: '', nameFlags: r.STR_FAULT, ret: -14 },
  { type: 'unlink', name: '', nameFlags: r.STR_FAULT, ret: -14 },
  { type: 'chdir', name: DIR, base: '', path: DIR, ret: 0 },
  at('unlink', 'fifo'),
];

const FILE_ATTRIBUTES: Expected[] = [
  { ...CALL, type: 'chmod', name: TARGET, ret: 0 },
  { ...CALL, type: 'fchmod', path: TARGET, name: '', ret: 0, fileMode: 0o100600 },
  at('fchmodat', 'target'),
  { ...CALL, type: 'chown', name: TARGET, ret: 0 },
  { ...CALL, type: 'lchown', name: `${DIR}/link`, ret: 0 },
  { ...CALL, type: 'fchown', path: TARGET, ret: 0 },
  at('fchownat', 'target'),
  { ...CALL, type: 'truncate', name: TARGET, ret: 0 },
  { ...CALL, type: 'ftruncate', path: TARGET, ret: 0 },
  { ...CALL, type: 'setxattr', name: TARGET, text: 'user.saker' },
  { ...CALL, type: 'lsetxattr', name: `${DIR}/link`, text: 'trusted.saker' },
  { ...CALL, type: 'fsetxattr', path: TARGET, text: 'user.saker' },
];

const MOUNTS: Expected[] = [
  { type: 'open_by_handle_at', path: TARGET },
  { ...CALL, type: 'mount', name: 'none', name2: `${DIR}/mnt`, text: 'tmpfs', ret: 0 },
  { ...CALL, type: 'move_mount', name: `${DIR}/not-there`, name2: `${DIR}/mnt`, ret: ENOENT },
  { ...CALL, type: 'umount2', name: `${DIR}/mnt`, ret: 0 },
  { ...CALL, type: 'pivot_root', name: `${DIR}/mnt`, name2: `${DIR}/mnt/old` },
  { type: 'chdir', name: 'mnt', base: '', path: `${DIR}/mnt`, ret: 0 },
  { type: 'fchdir', path: '/', ret: 0 },
  { type: 'chdir', name: 'not-there', base: '/', path: '', ret: ENOENT },
  { type: 'chroot', name: DIR, ret: 0 },
];

const LOOPBACK = '7f000001';
const LOOPBACK_6 = `${'00'.repeat(15)}01`;
const SOCKET = { layout: r.LAYOUT_SOCKET, comm: 'actions' };
const { SOCKET_FOUND: FOUND, SOCKET_LOCAL: LOCAL, SOCKET_REMOTE: REMOTE, SOCKET_GIVEN: GIVEN } = r;
const STREAM = 1;
const DGRAM = 2;
const LISTENING = 10;
const ESTABLISHED = 1;

/** The whole life of a connection; `here` are fields of the listening end. */
function connection(family: number, local: Expected, remote: Expected): Expected[] {
  const stream = { ...SOCKET, family, sockType: STREAM };
  const both = LOCAL | REMOTE | FOUND;
  const server = { ...stream, ...local, state: ESTABLISHED };
  const client = { ...stream, ...remote, known: family === 1 ? REMOTE | FOUND : both };
  return [
    { ...stream, type: 'socket', known: FOUND },
    { ...stream, type: 'setsockopt', ret: 0 },
    { ...stream, ...local, type: 'bind', ret: 0, known: LOCAL | FOUND },
    { ...stream, ...local, type: 'listen', ret: 0, state: LISTENING },
    { ...client, type: 'connect', ret: 0, state: ESTABLISHED },
    { ...server, type: 'accept4' },
    { ...client, type: 'sendto', ret: 1, size: 1 },
    { ...server, type: 'recvfrom', ret: 1, size: 1 },
    { ...stream, type: 'shutdown', ret: 0 },
    { ...stream, ...local, type: 'accept', ret: -11, state: LISTENING },
  ];
}

const SOCKETS: Expected[] = [
  ...connection(2, { local: LOOPBACK, localPort: 4711 }, { remote: LOOPBACK, remotePort: 4711 }),
  ...connection(10, { local: LOOPBACK_6, localPort: 4712 }, { remote: LOOPBACK_6, remotePort: 4712 }),
  ...connection(1, { localPath: `${DIR}/socket` }, { remotePath: `${DIR}/socket` }),
  ...connection(1, { localPath: '\0saker' }, { remotePath: '\0saker' }),
  { ...SOCKET, type: 'socketpair', family: 1, sockType: DGRAM, ret: 0 },
  {
    type: 'sendto',
    sockType: DGRAM,
    remote: LOOPBACK,
    remotePort: 53,
    size: 1,
    data: 'q',
    known: LOCAL | REMOTE | GIVEN | FOUND,
  },
  { type: 'sendmsg', sockType: DGRAM, remote: LOOPBACK, remotePort: 53, size: 5, data: 'abcde' },
  { type: 'recvmsg', sockType: DGRAM, size: 5, data: '' },
  { type: 'connect', ret: -14, known: LOCAL | r.SOCKET_FAULT | FOUND },
  { type: 'connect', ret: -9, fd: 12345, remotePort: 53, known: REMOTE | GIVEN },
  {
    type: 'connect',
    ret: -111,
    remote: LOOPBACK,
    remotePort: 9,
    sockType: STREAM,
    known: REMOTE | GIVEN | FOUND,
  },
  { type: 'socket', ret: -97, family: 99, sockType: STREAM, known: 0 },
];

const UTS = 0x4000000;
const NOBODY = 0x7ffffff;
/** The first arguments as the kernel sees them. */
const control = (type: string, args: number[], more: Expected = {}): Expected => ({
  type,
  ...more,
  firstArgs: args,
});

const CONTROL: Expected[] = [
  { type: 'setsid', layout: r.LAYOUT_CALL },
  control('setpgid', [0, 0]),
  { type: 'setns', ret: 0 },
  control('unshare', [UTS], { ret: 0 }),
  control('prctl', [15], { text: 'renamed', ret: 0 }),
  control('personality', [-1]),
  control('seccomp', [99], { ret: -22 }),
  control('ptrace', [16, NOBODY], { ret: ESRCH }),
  control('kill', [NOBODY, 15], { ret: ESRCH }),
  control('tkill', [NOBODY, 15], { ret: ESRCH }),
  control('tgkill', [NOBODY, NOBODY, 15], { ret: ESRCH }),
  control('process_vm_readv', [NOBODY]),
  control('process_vm_writev', [NOBODY]),
  { type: 'pidfd_open' },
  { type: 'pidfd_getfd', path: TARGET },
  { type: 'memfd_create', text: 'memory' },
  control('keyctl', [0, -3]),
  control('bpf', [99]),
  { type: 'init_module', text: 'a=b' },
  { type: 'finit_module', text: 'c=d', path: TARGET },
  { type: 'delete_module', text: 'no_such_module' },
  control('userfaultfd', [0xffffff]),
  control('io_uring_setup', [0]),
  control('kexec_load', [0, 99]),
  { type: 'kexec_file_load', text: 'quiet', path: TARGET },
  { type: 'dup', path: TARGET },
  { type: 'dup2', path: TARGET, ret: 60 },
  { type: 'dup3', path: TARGET, ret: 61 },
  { type: 'fcntl', path: TARGET, ret: 50 },
  { type: 'pipe', ret: 0 },
  { type: 'pipe2', ret: 0 },
  control('eventfd', [1]),
  control('eventfd2', [2, 0]),
  control('signalfd', [-1], { ret: -22 }),
  control('signalfd4', [-1], { ret: -22 }),
  { type: 'inotify_init' },
  control('inotify_init1', [0]),
  control('timerfd_create', [99], { ret: -22 }),
  control('epoll_create', [1]),
  control('epoll_create1', [0]),
  { type: 'mmap', path: TARGET },
  control('mprotect', [0, 0, 5]),
  control('setgid', [7], { ret: 0 }),
  control('setregid', [7, 7], { ret: 0 }),
  control('setresgid', [7, 7, 7], { ret: 0 }),
  control('setfsgid', [7]),
  control('setfsuid', [0]),
  control('setreuid', [0, 0], { ret: 0 }),
  { type: 'capset', ret: 0, out: [3, 1, 0] },
  control('setuid', [0], { ret: 0 }),
  // The capabilities are gone.
  control('setresuid', [5, 6, 7], { ret: -1 }),
];

const COMPAT = { flags: r.FLAG_COMPAT };
const COMPAT_CALLS: Expected[] = [
  { ...COMPAT, type: 'mkdir', nr: 39, name: `${DIR}/compat`, base: '', ret: 0 },
  { ...COMPAT, type: 'unlinkat', name: `${DIR}/compat`, ret: 0 },
  { ...COMPAT, type: 'chmod', name: `${DIR}/compat`, ret: ENOENT },
  { ...COMPAT, type: 'socket', family: 2, sockType: STREAM, known: FOUND },
  { ...COMPAT, type: 'connect', remote: LOOPBACK, remotePort: 9, ret: -111 },
  { ...COMPAT, type: 'kill', firstArgs: [NOBODY, 15], ret: ESRCH },
  { ...COMPAT, type: 'setuid', firstArgs: [0], ret: 0 },
];

const UNSEEN = [
  ['end_statx', 'statx'],
  ['end_shutdown', 'shutdown'],
  ['end_send', 'sendto'],
  ['end_sendmsg', 'sendmsg'],
  ['end_recv', 'recvfrom'],
  ['end_recvmsg', 'recvmsg'],
  ['end_fsync', 'fsync, fdatasync'],
  ['end_sync_file_range', 'sync_file_range'],
  ['end_fallocate', 'fallocate'],
  ['end_fadvise', 'fadvise64'],
  ['end_madvise', 'madvise'],
  ['end_splice', 'splice'],
  ['end_tee', 'tee'],
  ['end_epoll_ctl', 'epoll_ctl'],
  ['begin_close', 'close'],
];

/** What is said about events that the kernel cannot give, of those asked for. */
export const NOT_EVERYWHERE: Record<string, readonly string[]> = {
  '5.10': UNSEEN.map(
    ([op, type]) =>
      `uring_${op}: the kernel has no results in io_uring requests before 5.19: ${type} (io_uring) not seen`,
  ),
};

export const EXPECTED_CALLS: Record<string, Expected[]> = {
  'file-names': FILE_NAMES,
  'file-attributes': FILE_ATTRIBUTES,
  mounts: MOUNTS,
  sockets: SOCKETS,
  control: CONTROL,
  'compat-calls': COMPAT_CALLS,
};
