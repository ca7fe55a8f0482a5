import { FLAG_TABLES, type FlagTable } from '../schema/flags/index.ts';
import { TYPE_NAMES } from '../schema/record.generated.ts';
import type { PlainKind } from './processes.ts';

/**
 * Calls that become records of layout CALL: number of the event (PPME_*), its type, and what its parameters behind the
 * result are. `fdN`, `dirN`, `nN`: a descriptor, the directory of the next name, a number, each the call's Nth argument;
 * `fN/table`, `oN`: flags that captures number in a way of their own, those of a table (schema/flags) or those of open;
 * `pN`: a number behind a byte that tells its form; `outN`: what the kernel gave back; `name`, `name2`, `text`, `path`,
 * `data`; `dev`, `ino`: of the file; `-`: has no place in a record, or is not in every file.
 */
const ROWS: readonly (readonly [event: number, type: string, params: string])[] = [
  [5, 'close', 'fd0'],
  [7, 'read', 'data fd0 n2'],
  [9, 'write', 'data fd0 n2'],
  [113, 'pread', 'data fd0 n2 n3'],
  [115, 'pwrite', 'data fd0 n2 n3'],
  [117, 'readv', 'out0 data fd0'],
  [119, 'writev', 'data fd0 out0'],
  [95, 'chdir', 'name'],
  [97, 'fchdir', 'fd0'],
  [277, 'mkdir', 'name n1'],
  [305, 'mkdirat', 'dir0 name n2'],
  [279, 'rmdir', 'name'],
  [301, 'unlink', 'name'],
  [303, 'unlinkat', 'dir0 name f2/unlinkat'],
  [309, 'link', 'name name2'],
  [311, 'linkat', 'dir0 name dir2 name2 f4/linkat'],
  [179, 'symlink', 'name name2'],
  [181, 'symlinkat', 'name dir1 name2'],
  [175, 'rename', 'name name2'],
  [177, 'renameat', 'dir0 name dir2 name2'],
  [319, 'renameat2', 'dir0 name dir2 name2 f4/renameat2'],
  [315, 'chmod', 'name n1'],
  [317, 'fchmod', 'fd0 n1'],
  [313, 'fchmodat', 'dir0 name n2'],
  [379, 'chown', 'name n1 n2'],
  [381, 'lchown', 'name n1 n2'],
  [383, 'fchown', 'fd0 n1 n2'],
  [385, 'fchownat', 'dir0 name n2 n3 f4/atFlags'],
  [415, 'mknod', 'name n1 n2'],
  [417, 'mknodat', 'dir0 name n2 n3'],
  [267, 'chroot', 'name'],
  [387, 'umount', 'name'],
  [391, 'umount2', 'name f1/umount'],
  [367, 'dup', 'fd0'],
  [363, 'dup2', 'fd0 n1'],
  [365, 'dup3', 'fd0 n1 o2'],
  [129, 'kill', 'n0 n1'],
  [131, 'tkill', 'n0 n1'],
  [133, 'tgkill', 'n0 n1 n2'],
  [199, 'setuid', 'n0'],
  [201, 'setgid', 'n0'],
  [427, 'setreuid', 'n0 n1'],
  [429, 'setregid', 'n0 n1'],
  [193, 'setresuid', 'n0 n1 n2'],
  [195, 'setresgid', 'n0 n1 n2'],
  [295, 'setpgid', 'n0 n1'],
  [275, 'setsid', ''],
  [405, 'memfd_create', 'text f1/memfd'],
  [411, 'init_module', '- n1 text'],
  [413, 'finit_module', 'fd0 text f2/finitModule'],
  [61, 'pipe', ''],
  [393, 'pipe2', '- - - o1'],
  [397, 'eventfd2', 'o1 n0'],
  [399, 'signalfd4', 'o3 n0 -'],
  [395, 'inotify_init1', 'o0'],
  [137, 'timerfd_create', 'n0 n1'],
  [377, 'epoll_create1', 'f0/epoll'],
  [321, 'userfaultfd', 'o0'],
  [409, 'pidfd_open', 'n0 f1/pidfd'],
  [87, 'lseek', 'fd0 n1 f2/whence'],
  [171, 'ioctl', 'fd0 n1 n2'],
  [121, 'preadv', 'out0 data fd0 n3'],
  [123, 'pwritev', 'data fd0 out0 n3'],
  [167, 'splice', 'fd0 n2 n4 f5/splice'],
  [189, 'sendfile', '- fd0 n1 n3'],
  [333, 'copy_file_range', 'n2 - fd0 - n4'],
  [337, 'open_by_handle_at', 'n0 o2 path dev ino'],
  [67, 'stat', 'name'],
  [69, 'lstat', 'name'],
  [71, 'fstat', 'fd0'],
  [419, 'newfstatat', 'dir0 name f3/statAt'],
  [265, 'access', 'name f1/access'],
  [237, 'getdents', 'fd0'],
  [239, 'getdents64', 'fd0'],
  [243, 'flock', 'fd0 f1/flock'],
  [93, 'getcwd', 'path'],
  [257, 'mount', 'name name2 text f3/mount'],
  [373, 'fsconfig', 'fd0 f1/fsconfig text - name n4'],
  [241, 'setns', 'fd0 f1/clone'],
  [285, 'unshare', 'f0/clone'],
  [169, 'ptrace', 'p2 p3 f0/ptrace n1'],
  [401, 'prctl', 'f0/prctl text n1'],
  [299, 'seccomp', 'n0 n1'],
  [369, 'bpf', 'f0/bpf'],
  [353, 'capset', 'out2 out0 out1'],
  [421, 'process_vm_readv', 'n0 -'],
  [423, 'process_vm_writev', 'n0 -'],
  [407, 'pidfd_getfd', 'n0 n1 n2'],
  [425, 'delete_module', 'text f1/deleteModule'],
  [159, 'brk', '- - - n0'],
  [161, 'mmap', '- - - n0 n1 f2/protection f3/mapping fd4 n5'],
  [165, 'munmap', '- - - n0 n1'],
  [329, 'mprotect', 'n0 n1 f2/protection'],
  [345, 'mlock', 'n0 n1'],
  [347, 'munlock', 'n0 n1'],
  [371, 'mlock2', 'n0 n1 f2/mlock2'],
  [349, 'mlockall', 'f0/mlockall'],
  [351, 'munlockall', ''],
  [339, 'io_uring_setup', 'n0 - - - - - -'],
  [341, 'io_uring_enter', 'fd0 n1 n2 f3/uringEnter -'],
  [343, 'io_uring_register', 'fd0 f1/uringRegister n2 n3'],
  [375, 'epoll_create', 'n0'],
  [139, 'inotify_init', '-'],
  [63, 'eventfd', 'n0 -'],
  [127, 'signalfd', 'n0 - -'],
  [79, 'epoll_wait', 'n2'],
  [81, 'poll', '- n2'],
  [255, 'ppoll', '- - -'],
  [83, 'select', ''],
  [65, 'futex', 'n0 f1/futex n2'],
  [135, 'nanosleep', 'out1'],
  [151, 'fcntl', 'fd0 f1/fcntl n2'],
  [451, 'close_range', 'n0 n1 f2/closeRange'],
  [203, 'getuid', ''],
  [205, 'geteuid', ''],
  [207, 'getgid', ''],
  [209, 'getegid', ''],
  [211, 'getresuid', '- - -'],
  [213, 'getresgid', '- - -'],
  [141, 'getrlimit', 'out0 out1 f0/rlimit'],
  [143, 'setrlimit', 'out0 out1 f0/rlimit'],
  [263, 'semget', 'n0 n1 f2/semget'],
  [253, 'semctl', 'n0 n1 f2/semctl n3'],
  [251, 'semop', 'n2 - - - - - - n0'],
];

export interface RecordedCall {
  readonly name: string;
  /** TYPE_* of the record. */
  readonly type: number;
  readonly params: readonly Param[];
}

export interface Param {
  /** Without the number. */
  readonly what: string;
  /** The number; -1 for those that have none. */
  readonly argument: number;
  /** For `f`. */
  readonly table: FlagTable | null;
}

export const CALLS: ReadonlyMap<number, RecordedCall> = new Map(
  ROWS.map(([event, name, params]) => [
    event,
    {
      name,
      type: TYPE_NAMES.indexOf(name),
      params: params === '' ? [] : params.split(' ').map(parameter),
    },
  ]),
);

function parameter(text: string): Param {
  const [, what = text, digit, name] = /^(fd|dir|n|f|o|p|out)(\d)(?:\/(\w+))?$/.exec(text) ?? [];
  const table = name === undefined ? null : FLAG_TABLES[name];
  if (table === undefined || (what === 'f' && table === null))
    throw new TypeError(`no table of flags is called ${name}`);
  return { what, argument: digit === undefined ? -1 : Number(digit), table };
}

/** Kinds of the descriptors that calls make, by event. */
export const MADE: ReadonlyMap<number, PlainKind> = new Map([
  [63, 'event'],
  [397, 'event'],
  [127, 'signalfd'],
  [399, 'signalfd'],
  [139, 'inotify'],
  [395, 'inotify'],
  [137, 'timerfd'],
  [375, 'eventpoll'],
  [377, 'eventpoll'],
  [339, 'io_uring'],
  [321, 'userfaultfd'],
  [409, 'pidfd'],
]);

/**
 * Of older writers: what they wrote where the call begins and again where it ends, by event; places where it begins.
 * Falco's event of today has each once.
 */
export const TOLD_TWICE: ReadonlyMap<number, readonly number[]> = new Map([
  [81, [0]],
  [189, [2]],
]);
