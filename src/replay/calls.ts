import { TYPE_NAMES } from '../schema/record.generated.ts';
import type { PlainKind } from './processes.ts';

/**
 * Calls that become records of layout CALL: number of the event (PPME_*), its type, and what its parameters behind the
 * result are. `fdN`, `dirN`, `nN`: a descriptor, the directory of the next name, a number, each the call's Nth argument;
 * `name`, `name2`, `text`, `data`; `-`: has no place in a record, or is numbered in a way of its own.
 */
const ROWS: readonly (readonly [event: number, type: string, params: string])[] = [
  [5, 'close', 'fd0'],
  [7, 'read', 'data fd0 n2'],
  [9, 'write', 'data fd0 n2'],
  [113, 'pread', 'data fd0 n2 n3'],
  [115, 'pwrite', 'data fd0 n2 n3'],
  [117, 'readv', '- data fd0'],
  [119, 'writev', 'data fd0 -'],
  [95, 'chdir', 'name'],
  [97, 'fchdir', 'fd0'],
  [277, 'mkdir', 'name n1'],
  [305, 'mkdirat', 'dir0 name n2'],
  [279, 'rmdir', 'name'],
  [301, 'unlink', 'name'],
  [303, 'unlinkat', 'dir0 name n2'],
  [309, 'link', 'name name2'],
  [311, 'linkat', 'dir0 name dir2 name2 -'],
  [179, 'symlink', 'name name2'],
  [181, 'symlinkat', 'name dir1 name2'],
  [175, 'rename', 'name name2'],
  [177, 'renameat', 'dir0 name dir2 name2'],
  [319, 'renameat2', 'dir0 name dir2 name2 n4'],
  [315, 'chmod', 'name n1'],
  [317, 'fchmod', 'fd0 n1'],
  [313, 'fchmodat', 'dir0 name n2'],
  [379, 'chown', 'name n1 n2'],
  [381, 'lchown', 'name n1 n2'],
  [383, 'fchown', 'fd0 n1 n2'],
  [385, 'fchownat', 'dir0 name n2 n3 -'],
  [415, 'mknod', 'name n1 n2'],
  [417, 'mknodat', 'dir0 name n2 n3'],
  [267, 'chroot', 'name'],
  [387, 'umount', 'name'],
  [391, 'umount2', 'name n1'],
  [367, 'dup', 'fd0'],
  [363, 'dup2', 'fd0 n1'],
  [365, 'dup3', 'fd0 n1 -'],
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
  [405, 'memfd_create', 'text -'],
  [411, 'init_module', '- n1 text'],
  [413, 'finit_module', 'fd0 text -'],
  [61, 'pipe', ''],
  [393, 'pipe2', ''],
  [397, 'eventfd2', ''],
  [399, 'signalfd4', ''],
  [395, 'inotify_init1', ''],
  [137, 'timerfd_create', ''],
  [377, 'epoll_create1', ''],
  [321, 'userfaultfd', ''],
  [409, 'pidfd_open', 'n0 -'],
  [87, 'lseek', 'fd0 n1 -'],
  [171, 'ioctl', 'fd0 n1 n2'],
];

export interface RecordedCall {
  readonly name: string;
  /** TYPE_* of the record. */
  readonly type: number;
  /** `what` without the argument's number, which is -1 for those that have none. */
  readonly params: readonly { readonly what: string; readonly argument: number }[];
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

function parameter(text: string): RecordedCall['params'][number] {
  const [, what = text, digit] = /^(fd|dir|n)(\d)$/.exec(text) ?? [];
  return { what, argument: digit === undefined ? -1 : Number(digit) };
}

/** Kinds of the descriptors that calls make, by event. */
export const MADE: ReadonlyMap<number, PlainKind> = new Map([
  [397, 'event'],
  [399, 'signalfd'],
  [395, 'inotify'],
  [137, 'timerfd'],
  [377, 'eventpoll'],
  [321, 'userfaultfd'],
  [409, 'pidfd'],
]);
