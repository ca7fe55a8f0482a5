// Truth of evt.* and fs.path.*.

import { between, CLOCKS_NS, type Rule, type Rules } from './expected.ts';
import type { Action, Json } from './facts.ts';

/** Classes of events as Falco's event table has them; those of calls on data depend on the descriptor. */
const CATEGORY: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    file: `open openat openat2 creat open_by_handle_at unlink unlinkat rmdir rename renameat renameat2 link linkat
      symlink symlinkat mkdir mkdirat chmod fchmod fchmodat chown lchown fchown fchownat mount umount umount2 chdir
      fchdir userfaultfd truncate ftruncate setxattr lsetxattr fsetxattr move_mount pivot_root
      fchmodat2`,
    net: 'socket bind listen connect accept accept4 shutdown setsockopt sendto recvfrom sendmsg recvmsg',
    process: `fork vfork clone clone3 execve execveat procexit chroot capset setns unshare prctl ptrace pidfd_open
      pidfd_getfd setsid setpgid`,
    user: 'setuid setgid setreuid setresuid setregid setresgid setfsuid setfsgid',
    signal: 'kill tkill tgkill signalfd signalfd4',
    IPC: `socketpair pipe pipe2 eventfd eventfd2 inotify_init inotify_init1 process_vm_readv
      process_vm_writev`,
    memory: 'mmap mprotect memfd_create',
    time: 'timerfd_create',
    wait: 'epoll_create epoll_create1',
    other:
      'epoll_ctl pidfd_send_signal bpf keyctl seccomp personality init_module finit_module delete_module perf_event_open kexec_load mknod mknodat',
  }).flatMap(([category, types]) => types.split(/\s+/).map((type) => [type, category])),
);

const READS = new Set(['recvfrom', 'recvmsg', 'read', 'readv', 'pread', 'preadv']);
const WRITES = new Set(['sendto', 'sendmsg', 'write', 'writev', 'pwrite', 'pwritev']);

/** Calls on descriptors of any kind have the class of theirs. */
const BY_KIND = new Set(
  `read readv pread preadv write writev pwrite pwritev close dup dup2 dup3 fcntl io_uring_setup io_uring_enter
  io_uring_register`.split(/\s+/),
);
const CLASS: Readonly<Record<string, string>> = { file: 'file', directory: 'file', pipe: 'ipc' };

function category(action: Action): string {
  if (!BY_KIND.has(action.type)) return CATEGORY[action.type]!;
  if (action.family !== undefined) return 'net';
  return CLASS[action['fd.type'] as string] ?? 'unknown';
}
const OPENS = new Set(['open', 'openat', 'openat2', 'creat', 'open_by_handle_at']);

/** The end of a process is no call and has no result. */
const ofCall =
  (get: (action: Action) => Json): Rule =>
  (action) =>
    action.type === 'procexit' ? null : get(action);

/** A fact that the trigger told under the name of the field. */
const told =
  (key: string, otherwise: Json = null): Rule =>
  (action) =>
    (action[key] as Json | undefined) ?? otherwise;

const onOpen =
  (key: string): Rule =>
  (action) =>
    OPENS.has(action.type) ? ((action[key] as Json | undefined) ?? false) : false;

/** The whole text when all arguments are told, else the words that must be in it, in order. */
const allArguments: Rule = ({ args, partial }, _facts, said) => {
  if (!partial) return args.join(' ');
  const got = ` ${said['evt.args']} `;
  let at = 0;
  for (const arg of args) {
    at = got.indexOf(` ${arg} `, at);
    if (at < 0) return `... ${arg} ...`;
  }
  return said['evt.args'] ?? null;
};

/** `fd=3(<f>/x)` shows as `<f>/x`, `size=3` as `3`. */
const argument =
  (index: number): Rule =>
  ({ args, partial }) => {
    if (partial)
      return { why: 'the trigger tells only some arguments of this call; evt.args compares those' };
    const arg = args[index];
    if (arg === undefined) return null;
    const [, plain = '', meaning] = /^\w+=([^(]*)(?:\((.*)\))?$/s.exec(arg) ?? [];
    const shown = meaning ?? plain;
    return shown === '<NA>' ? null : shown;
  };

/** The event's own time, which evt.rawtime compares, as text; the guest's clock shows UTC. */
const written =
  (form: (seconds: string, ns: string) => string): Rule =>
  (_action, _facts, said) => {
    const time = BigInt((said['evt.rawtime'] ?? 0) as bigint);
    const seconds = new Date(Number(time / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
    return form(seconds, String(time % 1_000_000_000n).padStart(9, '0'));
  };

export const EVENT_RULES: Rules = {
  'evt.num': () => ({
    why: 'the agent counts its own events; that numbers rise is checked for all alerts together',
  }),
  'evt.rawtime': ({ t0, t1 }) => between(t0 - CLOCKS_NS, t1 + CLOCKS_NS),
  'evt.time.iso8601': written((seconds, ns) => `${seconds}.${ns}+0000`),
  'evt.datetime': written((seconds, ns) => `${seconds.replace('T', ' ')}.${ns}`),
  'evt.source': () => 'syscall',
  'evt.is_async': () => false,
  'evt.asynctype': () => null,
  'evt.hostname': (_action, { hostname }) => hostname,
  'evt.deltatime': () => ({ why: 'the event before may be one that nobody is told of' }),
  'evt.type': ({ type }) => type,
  'syscall.type': ofCall(({ type }) => type),
  'evt.category': category,
  'evt.cpu': ({ anyThread }, { cpu }) => (anyThread ? { why: 'workers choose their processor' } : cpu),
  'evt.args': allArguments,
  'evt.info': (_action, _facts, said) => said['evt.args'] ?? null,
  ...Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`evt.arg[${at}]`, argument(at)])),
  'evt.buffer': (action) => (action.buffer as string | undefined)?.replace(/[^ -~]/g, '.') ?? null,
  'evt.buflen': ({ ret, buffer }) => (ret < 0 ? null : ((buffer as string | undefined)?.length ?? null)),
  'evt.res': ofCall(({ errno }) => errno ?? 'SUCCESS'),
  'evt.rawres': ofCall(({ ret }) => ret),
  'evt.failed': ofCall(({ ret }) => ret < 0),
  'evt.is_io': ({ type }) => READS.has(type) || WRITES.has(type),
  'evt.is_io_read': ({ type }) => READS.has(type),
  'evt.is_io_write': ({ type }) => WRITES.has(type),
  'evt.is_syslog': () => false,
  'evt.abspath': told('evt.abspath'),
  'evt.abspath[dst]': told('evt.abspath.dst'),
  'evt.is_open_read': onOpen('evt.is_open_read'),
  'evt.is_open_write': onOpen('evt.is_open_write'),
  'evt.is_open_exec': onOpen('evt.is_open_exec'),
  'evt.is_open_create': onOpen('evt.is_open_create'),
  'fs.path.name': told('fs.path.name'),
  'fs.path.nameraw': told('fs.path.nameraw'),
  'fs.path.source': told('fs.path.source'),
  'fs.path.sourceraw': told('fs.path.sourceraw'),
  'fs.path.target': told('fs.path.target'),
  'fs.path.targetraw': told('fs.path.targetraw'),
};
