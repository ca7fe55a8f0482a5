/** Where requests of io_uring are caught: bpf/probes/uring-programs.bpf.h. */
import type { Hook } from './hook.ts';

/** Its presence tells the kernels from 5.19 on, where each kind of request has a function and keeps its result. */
export const URING_FUNCTION = 'io_unlinkat';

/** Of the kernels from 6.4 on, where the BPF programs can give a pointer its type back (bpf/lib/base.h). */
export const CASTS = 'bpf_refcount_acquire_impl';

/** Function → event type; the names of their requests are kept at entry. */
const NAMES: Readonly<Record<string, string>> = {
  unlinkat: 'unlinkat',
  mkdirat: 'mkdirat',
  renameat: 'renameat2',
  linkat: 'linkat',
  symlinkat: 'symlinkat',
  setxattr: 'setxattr',
  fsetxattr: 'fsetxattr',
  ftruncate: 'ftruncate',
  getxattr: 'getxattr',
  fgetxattr: 'fgetxattr',
  statx: 'statx',
};

const SOCKETS: Readonly<Record<string, readonly string[]>> = {
  socket: ['socket'],
  connect: ['connect'],
  bind: ['bind'],
  listen: ['listen'],
  shutdown: ['shutdown'],
  send: ['sendto'],
  sendmsg: ['sendmsg'],
  send_zc: ['sendto'],
  sendmsg_zc: ['sendmsg', 'sendto'],
  recv: ['recvfrom'],
  recvmsg: ['recvmsg'],
};

/** Calls on descriptors other than reads, writes and close. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  fsync: ['fsync', 'fdatasync'],
  sync_file_range: ['sync_file_range'],
  fallocate: ['fallocate'],
  fadvise: ['fadvise64'],
  madvise: ['madvise'],
  splice: ['splice'],
  tee: ['tee'],
  epoll_ctl: ['epoll_ctl'],
  pipe: ['pipe2'],
};

const READS = ['read', 'pread', 'readv', 'preadv'];
const WRITES = ['write', 'pwrite', 'writev', 'pwritev'];

/** Kernels before 5.19 do these too, and nothing shows us their results. */
const UNSEEN_BEFORE: ReadonlySet<string> = new Set([
  ...['shutdown', 'send', 'sendmsg', 'recv', 'recvmsg', 'statx'],
  ...['fsync', 'sync_file_range', 'fallocate', 'fadvise', 'madvise', 'splice', 'tee', 'epoll_ctl', 'close'],
]);

/** Whether a kernel without this hook's function does what it reports. */
export const isUnseenBefore = ({ target, group }: Hook): boolean =>
  /^uring_(end_|begin_close)/.test(group) && UNSEEN_BEFORE.has(target?.replace('io_', '') ?? '');

type Part = 'begin' | 'end';

/** The programs of one function: fexit has one each, fprobe may share one. */
function hooksOf(op: string, part: Part, types: readonly string[], shared: string | null): Hook[] {
  const name = `uring_${part}_${op}`;
  const hook = {
    target: `io_${op}`,
    types,
    group: name,
    detail: 'io_uring',
    uring: 'function',
  } as const;
  return [
    { name: `${name}_fprobe`, program: shared ?? `${name}_fprobe`, fprobe: true, ...hook },
    { name, program: name, ...hook },
  ];
}

/** The entry is needed only where the return does not see the request. */
function requestHooks(op: string, types: readonly string[]): Hook[] {
  const [entry] = hooksOf(op, 'begin', types, 'uring_begin_request_fprobe');
  return [...hooksOf(op, 'end', types, null), entry!];
}

const nameHooks = ([op, type]: [string, string]): Hook[] => [
  ...hooksOf(op, 'end', [type], 'uring_end_name_fprobe'),
  ...hooksOf(op, 'begin', [type], null),
];

/** Reads and writes, whose functions all kernels have. */
function rwHooks(name: string, target: string, types: readonly string[]): Hook[] {
  const hook = { target, types, group: name, detail: 'io_uring' } as const;
  return [
    { name: `${name}_fprobe`, program: `${name}_fprobe`, fprobe: true, ...hook },
    { name, program: name, ...hook },
  ];
}

/**
 * In interrupts: a program of fprobe is skipped there while any other runs on that processor, one of fentry only while
 * it runs itself.
 */
function completion(name: string, target: string): Hook {
  return { name, program: name, target, types: [...READS, ...WRITES], group: name, detail: 'io_uring' };
}

const newer = (hook: Hook): Hook => ({ ...hook, uring: 'function' });

/** Completion first: what it finds nobody waits for is harmless, a request that waits for it is not. */
const READS_AND_WRITES: readonly Hook[] = [
  completion('uring_complete_rw', 'io_complete_rw'),
  completion('uring_complete_polled', 'io_complete_rw_iopoll'),
  ...['read', 'write'].flatMap((op) => {
    const types = op === 'read' ? READS : WRITES;
    return [
      ...rwHooks(`uring_end_${op}`, `io_${op}`, types),
      ...rwHooks(`uring_begin_${op}`, `io_${op}`, types),
    ];
  }),
  ...rwHooks('uring_end_read_part', '__io_read', READS).map(newer),
  ...rwHooks('uring_end_read_mshot', 'io_read_mshot', READS).map(newer),
  ...rwHooks('uring_begin_read_mshot', 'io_read_mshot', READS).map(newer),
];

const ACCEPTED = {
  target: 'do_accept',
  types: ['accept4'],
  group: 'uring_accepted',
  detail: 'io_uring',
  uring: 'function',
} as const;

/** Before 5.19: what the requests call. Other requests than these are not seen there. */
function oldHook(name: string, target: string, ...types: readonly string[]): Hook {
  return { name, program: name, target, types, group: name, detail: 'io_uring', uring: 'old' };
}

const OLD: readonly Hook[] = [
  ['do_unlinkat', 'unlinkat'],
  ['do_rmdir', 'unlinkat'],
  ['do_renameat2', 'renameat2'],
].flatMap(([target = '', type = '']) => [
  oldHook(`uring_end_${target}`, target, type),
  oldHook(`uring_begin_${target}`, target, type),
]);

const OPENS = { types: ['openat', 'openat2'], detail: 'io_uring' } as const;

function openHooks(name: string, target: string): Hook[] {
  const hook = { target, group: name, casts: true, ...OPENS };
  return [
    { name: `${name}_fprobe`, program: `${name}_fprobe`, fprobe: true, ...hook },
    { name, program: name, ...hook },
  ];
}

function oldOpenHook(name: string, target: string): Hook {
  return { name, program: name, target, group: name, casts: false, ...OPENS };
}

/** Before 6.4 the first of them makes opens by system calls cheaper, too. */
export const URING_OPENS: readonly Hook[] = [
  oldOpenHook('open_uring_file', 'do_filp_open'),
  oldOpenHook('open_uring_end', 'io_openat2'),
  oldOpenHook('open_uring_begin', 'io_openat2'),
  ...openHooks('uring_open_installs', 'io_fixed_fd_install'),
  ...openHooks('uring_open_ends', 'io_openat2'),
  ...openHooks('uring_open_begins', 'io_openat2'),
];

/** The returns come first, so that no entry is without its return. */
export const URING_HOOKS: readonly Hook[] = [
  ...Object.entries(NAMES).flatMap(nameHooks),
  ...Object.entries(SOCKETS).flatMap(([op, types]) => requestHooks(op, types)),
  ...Object.entries(FILES).flatMap(([op, types]) => requestHooks(op, types)),
  ...hooksOf('close', 'begin', ['close'], null),
  ...READS_AND_WRITES,
  { name: 'uring_accepted_file_fprobe', program: 'uring_accepted_file_fprobe', fprobe: true, ...ACCEPTED },
  { name: 'uring_accepted_file', program: 'uring_accepted_file', ...ACCEPTED },
  ...hooksOf('accept', 'end', ['accept4'], null),
  ...hooksOf('accept', 'begin', ['accept4'], null),
  ...OLD,
  oldHook('uring_done_old', 'kiocb_done', ...READS, ...WRITES),
  oldHook('uring_accepted_file_old', 'do_accept', 'accept4'),
  oldHook('uring_connected_file_old', '__sys_connect_file', 'connect'),
];
