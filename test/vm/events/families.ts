// Every call that saker promises to know, and which of them cannot be done with both outcomes.

import type { Action } from './facts.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

/** By family, as the probes have them. */
export const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  file: words(`open openat openat2 creat open_by_handle_at unlink unlinkat rmdir rename renameat renameat2 link linkat
    symlink symlinkat mkdir mkdirat mknod mknodat chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat truncate
    ftruncate setxattr lsetxattr fsetxattr mount umount2 move_mount pivot_root chroot chdir fchdir`),
  process:
    words(`clone clone3 fork vfork execve execveat procexit setuid setgid setreuid setregid setresuid setresgid
    setfsuid setfsgid setsid setpgid capset setns unshare prctl ptrace kill tkill tgkill process_vm_readv
    process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal memfd_create keyctl seccomp personality`),
  network:
    words(`socket bind listen accept accept4 connect sendto sendmsg recvfrom recvmsg socketpair shutdown
    setsockopt`),
  kernel:
    words(`bpf init_module finit_module delete_module kexec_load perf_event_open userfaultfd io_uring_setup
    io_uring_enter io_uring_register`),
  descriptor:
    words(`dup dup2 dup3 fcntl pipe pipe2 eventfd eventfd2 signalfd signalfd4 inotify_init inotify_init1
    timerfd_create epoll_create epoll_create1 epoll_ctl close read readv pread preadv write writev pwrite pwritev
    mmap mprotect`),
};

const UNFAILING = 'has no error, or none that a program brings about';
const NO_MODULE = 'needs a module, or another kernel, made for the running one';

/** Outcomes that no action has, and why. */
export const ONE_OUTCOME: ReadonlyMap<string, string> = new Map([
  ...words('fork vfork clone clone3 procexit setfsuid setfsgid personality').map((type): [string, string] => [
    `${type} refused`,
    UNFAILING,
  ]),
  ...words('inotify_init eventfd signalfd mmap mprotect').map((type): [string, string] => [
    `${type} refused`,
    'its newer form, or another call of the kind, is refused',
  ]),
  ...words('init_module finit_module delete_module kexec_load').map((type): [string, string] => [
    `${type} done`,
    NO_MODULE,
  ]),
  ['move_mount done', 'needs a detached mount; mount is done'],
  ['pivot_root done', 'would change the root of the guest'],
]);

/** @returns what no action of the trigger did, of all that has to be done; empty when nothing is missing */
export function undone(actions: readonly Action[], kernelLacks: readonly string[]): string[] {
  const seen = new Set(actions.map(({ type, ret }) => `${type} ${ret < 0 ? 'refused' : 'done'}`));
  return Object.values(FAMILIES)
    .flat()
    .filter((type) => !kernelLacks.includes(type))
    .flatMap((type) => [`${type} done`, `${type} refused`])
    .filter((outcome) => !seen.has(outcome) && !ONE_OUTCOME.has(outcome));
}
