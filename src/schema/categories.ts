import { TYPE_NAMES } from './record.generated.ts';

/** Class of each event (evt.category) and whether it moves data through a descriptor (evt.is_io). */

const CATEGORIES: Readonly<Record<string, string>> = {
  file: `open openat openat2 creat unlink unlinkat rmdir rename renameat renameat2 link linkat symlink symlinkat mkdir
    mkdirat chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat truncate ftruncate setxattr lsetxattr
    fsetxattr mount umount umount2 move_mount pivot_root chdir fchdir open_by_handle_at userfaultfd
    stat lstat fstat newfstatat lseek getcwd getdents getdents64 flock access copy_file_range`,
  net: 'socket bind listen connect accept accept4 shutdown setsockopt getsockopt getsockname getpeername',
  process: `fork vfork clone clone3 execve execveat procexit chroot capset setns unshare prctl ptrace pidfd_open
    pidfd_getfd setsid setpgid getrlimit setrlimit prlimit semop semctl semget`,
  user: `setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid getuid geteuid getgid getegid
    getresuid getresgid quotactl`,
  signal: 'kill tkill tgkill signalfd signalfd4 signaldeliver',
  scheduler: 'switch',
  IPC: `socketpair process_vm_readv process_vm_writev pipe pipe2 eventfd eventfd2 inotify_init inotify_init1 futex`,
  memory: 'memfd_create mprotect mmap munmap brk mlock mlock2 mlockall munlock munlockall',
  time: 'timerfd_create',
  wait: 'epoll_create epoll_create1 epoll_wait poll ppoll select',
  sleep: 'nanosleep',
  system: 'fsconfig',
  // By the kind of their descriptor.
  io: `sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg dup dup2 dup3 fcntl io_uring_setup io_uring_enter
    io_uring_register close close_range splice ioctl read readv pread preadv write writev pwrite pwritev sendfile`,
};

const words = (text: string): string[] => text.split(/\s+/);

const byName = new Map(
  Object.entries(CATEGORIES).flatMap(([category, names]) =>
    words(names).map((name): [string, string] => [name, category]),
  ),
);

/** By TYPE_* of the record; `io` takes the class of its descriptor, `other` is the rest. */
export const CATEGORY_BY_TYPE: readonly string[] = TYPE_NAMES.map((name) => byName.get(name) ?? 'other');

const WRITES = new Set(words('sendto sendmsg sendmmsg write writev pwrite pwritev pwritev2 sendfile'));
const READS = new Set(words('recvfrom recvmsg recvmmsg read readv pread preadv preadv2'));

/** Calls that wait for something to happen, by TYPE_* of the record. */
const WAITS = new Set(
  'poll ppoll select pselect6 epoll_wait epoll_pwait epoll_pwait2 nanosleep clock_nanosleep'.split(' '),
);
export const WAITS_BY_TYPE: readonly boolean[] = TYPE_NAMES.map((name) => WAITS.has(name));

/** By TYPE_* of the record: the direction of data, null for events that move none. */
export const DIRECTION_BY_TYPE: readonly ('read' | 'write' | null)[] = TYPE_NAMES.map((name) =>
  WRITES.has(name) ? 'write' : READS.has(name) ? 'read' : null,
);
