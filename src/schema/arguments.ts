import { MORE_EVENTS } from './more-arguments.ts';
import { TYPE_NAMES } from './record.generated.ts';

/**
 * Arguments of events as evt.arg, evt.rawarg and evt.args show them: per event type the names in Falco's order.
 *
 *     name:kind/table=source
 *
 * `res` alone is the result with its error name, `*` stands for what Falco shows of a call without arguments of its own. Kinds: see ARGUMENT_KINDS; the table names flags (schema/flags).
 * Sources: a number is a register; name, name2, text, path are strings of the record, name and name2 as the caller gave
 * them; ret the result; `-` an argument that our records do not carry, kept for its place.
 */

export const ARGUMENT_KINDS = [
  'errno',
  'syscall',
  'fd',
  'pid',
  'uid',
  'gid',
  'int',
  'uint',
  'hex',
  'octal',
  'wide',
  'widehex',
  'mode',
  'flags',
  'openflags',
  'fdflags',
  'text',
  'path',
  'time',
  'sockaddr',
  'tuple',
] as const;

export type ArgumentKind = (typeof ARGUMENT_KINDS)[number];

export interface ArgumentSpec {
  readonly name: string;
  readonly kind: ArgumentKind;
  /** Name of a flag table, for `flags` and `mode`. */
  readonly table: string | null;
  readonly source: string;
}

/** The state of the process at its end, as fork and exec carry it. */
const PROCESS = `exe:text=exe args:text=args tid:pid=tid pid:pid=pid ptid:pid=ppid cwd:text=- fdlimit:int=fdlimit
  pgft_maj:uint=majorFaults pgft_min:uint=minorFaults vm_size:uint=vmSize vm_rss:uint=vmRss vm_swap:uint=vmSwap
  comm:text=comm cgroups:text=cgroups`;
const FORK = `res:pid=ret ${PROCESS} flags:flags/clone=cloneFlags uid:int=euid gid:int=egid vtid:pid=vtid vpid:pid=vpid
  pidns_init_start_ts:wide=pidnsStart`;
const EXEC = `res ${PROCESS} env:text=env tty:uint=tty vpgid:pid=vpgid loginuid:uid=loginuid flags:flags/execve=exeFlags
  cap_inheritable:widehex=capInheritable cap_permitted:widehex=capPermitted cap_effective:widehex=capEffective
  exe_ino:wide=exeIno exe_ino_ctime:time=exeCtime exe_ino_mtime:time=exeMtime uid:uid=euid
  trusted_exepath:text=exepath pgid:pid=pgid gid:gid=egid`;
const OPENED = 'mode:octal=openMode dev:hex=fileDev ino:wide=fileIno';
const OPEN_FLAGS = 'flags:openflags=openFlags';

const EVENTS = `
open: fd:fd=ret name:path=name ${OPEN_FLAGS} ${OPENED};
openat: fd:fd=ret dirfd:fd=dirfd name:path=name ${OPEN_FLAGS} ${OPENED};
openat2: fd:fd=ret dirfd:fd=dirfd name:path=name ${OPEN_FLAGS} mode:octal=openMode resolve:flags/resolve=resolve dev:hex=fileDev ino:wide=fileIno;
creat: fd:fd=ret name:path=name ${OPENED};
fork: ${FORK}; vfork: ${FORK}; clone: ${FORK}; clone3: ${FORK};
execve: ${EXEC} filename:path=name; execveat: ${EXEC} filename:path=name;
procexit: status:errno=status ret:errno=exitCode sig:flags/signal=exitSignal core:uint=core reaper_tid:pid=reaper;
switch: next:pid=0 pgft_maj:wide=1 pgft_min:wide=2 vm_size:uint=3 vm_rss:uint=4 vm_swap:uint=5;
signaldeliver: spid:pid=0 dpid:pid=1 sig:flags/signal=2;
page_fault: addr:widehex=0 ip:widehex=1 error:flags/pageFault=pageFault;

unlink: res path:path=name;
unlinkat: res dirfd:fd=0 name:path=name flags:flags/unlinkat=2;
rmdir: res path:path=name;
rename: res oldpath:path=name newpath:path=name2;
renameat: res olddirfd:fd=0 oldpath:path=name newdirfd:fd=2 newpath:path=name2;
renameat2: res olddirfd:fd=0 oldpath:path=name newdirfd:fd=2 newpath:path=name2 flags:flags/renameat2=4;
link: res oldpath:path=name newpath:path=name2;
linkat: res olddir:fd=0 oldpath:path=name newdir:fd=2 newpath:path=name2 flags:flags/linkat=4;
symlink: res target:text=name linkpath:path=name2;
symlinkat: res target:text=name linkdirfd:fd=1 linkpath:path=name2;
mkdir: res path:path=name mode:hex=1;
mkdirat: res dirfd:fd=0 path:path=name mode:hex=2;
mknod: res path:path=name mode:mode/mknod=1 dev:uint=2;
mknodat: res dirfd:fd=0 path:path=name mode:mode/mknod=2 dev:uint=3;
chmod: res filename:path=name mode:mode/chmod=1;
fchmod: res fd:fd=0 mode:mode/chmod=1;
fchmodat: res dirfd:fd=0 filename:path=name mode:mode/chmod=2;
fchmodat2: res dirfd:fd=0 filename:path=name mode:mode/chmod=2 flags:flags/atFlags=3;
chown: res path:path=name uid:int=1 gid:int=2;
lchown: res path:path=name uid:int=1 gid:int=2;
fchown: res fd:fd=0 uid:int=1 gid:int=2;
fchownat: res dirfd:fd=0 pathname:path=name uid:int=2 gid:int=3 flags:flags/atFlags=4;
truncate: res path:path=name length:wide=1;
ftruncate: res fd:fd=0 length:wide=1;
setxattr: res path:path=name name:text=text size:wide=3 flags:hex=4;
lsetxattr: res path:path=name name:text=text size:wide=3 flags:hex=4;
fsetxattr: res fd:fd=0 name:text=text size:wide=3 flags:hex=4;
mount: res dev:text=name dir:path=name2 type:text=text flags:flags/mount=3;
umount: res name:path=name;
umount2: res name:path=name flags:flags/umount=1;
move_mount: res olddirfd:fd=0 oldpath:path=name newdirfd:fd=2 newpath:path=name2 flags:hex=4;
pivot_root: res newpath:path=name oldpath:path=name2;
chroot: res path:path=name;
chdir: res path:text=name;
fchdir: res fd:fd=0;
open_by_handle_at: fd:fd=ret mountfd:fd=0 flags:openflags=2 path:path=path dev:hex=dev ino:wide=ino;

socket: fd:fd=ret domain:flags/family=0 type:uint=sockType proto:uint=2 flags:fdflags=1;
socketpair: res fd1:fd=pair0 fd2:fd=pair1 source:widehex=- peer:widehex=- domain:flags/family=0 type:uint=sockType proto:uint=2;
bind: res addr:sockaddr=local fd:fd=0;
listen: res fd:fd=0 backlog:int=1;
connect: res tuple:tuple=tuple fd:fd=0 addr:sockaddr=remote;
accept: fd:fd=ret tuple:tuple=tuple queuepct:uint=- queuelen:uint=- queuemax:uint=-;
accept4: fd:fd=ret tuple:tuple=tuple queuepct:uint=- queuelen:uint=- queuemax:uint=- flags:hex=3;
sendto: res data:text=data fd:fd=0 size:uint=size tuple:tuple=tuple;
sendmsg: res data:text=data fd:fd=0 size:uint=size tuple:tuple=tuple;
recvfrom: res data:text=data tuple:tuple=tuple fd:fd=0 size:uint=size;
recvmsg: res size:uint=size data:text=data tuple:tuple=tuple msgcontrol:text=- fd:fd=0;
shutdown: res fd:fd=0 how:flags/shutdown=1;
setsockopt: res fd:fd=0 level:flags/level=1 optname:flags/option=2 val:text=- optlen:uint=4;

setuid: res uid:uid=0; setgid: res gid:gid=0;
setreuid: res ruid:uid=0 euid:uid=1; setregid: res rgid:gid=0 egid:gid=1;
setresuid: res ruid:uid=0 euid:uid=1 suid:uid=2; setresgid: res rgid:gid=0 egid:gid=1 sgid:gid=2;
setfsuid: res uid:uid=0; setfsgid: res gid:gid=0;
capset: res cap_inheritable:widehex=out2 cap_permitted:widehex=out0 cap_effective:widehex=out1;
setns: res fd:fd=0 nstype:flags/clone=1;
unshare: res flags:flags/clone=0;
prctl: res option:flags/prctl=0 arg2_str:text=text arg2_int:wide=prctlNumber;
ptrace: res addr:widehex=2 data:widehex=3 request:flags/ptrace=0 pid:pid=1;
kill: res pid:pid=0 sig:flags/signal=1; tkill: res tid:pid=0 sig:flags/signal=1;
tgkill: res pid:pid=0 tid:pid=1 sig:flags/signal=2;
process_vm_readv: res pid:pid=0 data:text=-; process_vm_writev: res pid:pid=0 data:text=-;
pidfd_open: fd:fd=ret pid:pid=0 flags:flags/pidfd=1;
pidfd_getfd: fd:fd=ret pid_fd:fd=0 target_fd:int=1 flags:hex=2;
memfd_create: fd:fd=ret name:text=text flags:flags/memfd=1;
keyctl: res operation:flags/keyctl=0 arg2:wide=1 arg3:wide=2 arg4:wide=3 arg5:wide=4;
seccomp: res op:uint=0 flags:hex=1;
personality: res persona:hex=0;
setsid: res:pid=ret;
setpgid: res pid:pid=0 pgid:pid=1;
bpf: fd:fd=ret cmd:flags/bpf=0;
init_module: res img:text=- length:wide=1 uargs:text=text;
finit_module: res fd:fd=0 uargs:text=text flags:flags/finitModule=2;
delete_module: res name:text=text flags:flags/deleteModule=1;
perf_event_open: fd:fd=ret pid:pid=1 cpu:int=2 group_fd:fd=3 flags:hex=4;
userfaultfd: res flags:fdflags=0;
io_uring_setup: res entries:uint=0 sq_entries:uint=- cq_entries:uint=- flags:hex=- sq_thread_cpu:uint=- sq_thread_idle:uint=- features:hex=-;
kexec_load: res entry:widehex=0 nr_segments:wide=1 flags:hex=3;
kexec_file_load: res fd:fd=0 initrd_fd:fd=1 cmdline:text=text flags:hex=4;

dup: res:fd=ret oldfd:fd=0; dup2: res:fd=ret oldfd:fd=0 newfd:fd=1;
dup3: res:fd=ret oldfd:fd=0 newfd:fd=1 flags:fdflags=2;
fcntl: res:fd=ret fd:fd=0 cmd:flags/fcntl=1 arg:widehex=2;
pipe: res fd1:fd=pipe0 fd2:fd=pipe1 ino:wide=ino;
pipe2: res fd1:fd=pipe0 fd2:fd=pipe1 ino:wide=ino flags:fdflags=1;
eventfd: res:fd=ret initval:uint=0 flags:hex=-;
eventfd2: res:fd=ret flags:fdflags=1 initval:uint=0;
signalfd: res:fd=ret fd:fd=0 mask:hex=- flags:hex=-;
signalfd4: res:fd=ret flags:fdflags=3 fd:fd=0 mask:hex=-;
inotify_init: res:fd=ret flags:hex=-; inotify_init1: res:fd=ret flags:fdflags=0;
timerfd_create: res:fd=ret clockid:uint=0 flags:hex=1;
epoll_create: res size:int=0; epoll_create1: res flags:flags/epoll=0;
mprotect: res addr:widehex=0 length:wide=1 prot:flags/protection=2;
mmap: res vm_size:uint=vmSize vm_rss:uint=vmRss vm_swap:uint=vmSwap addr:widehex=0 length:wide=1 prot:flags/protection=2 flags:flags/mapping=3 fd:fd=4 offset:wide=5
`;

const RES: ArgumentSpec = { name: 'res', kind: 'errno', table: null, source: 'ret' };

/** The call by name and by number. */
const BY_NUMBER: readonly ArgumentSpec[] = [
  { name: 'ID', kind: 'syscall', table: null, source: 'nr' },
  { name: 'nativeID', kind: 'uint', table: null, source: 'nr' },
];

function parseArgument(text: string): ArgumentSpec | readonly ArgumentSpec[] {
  if (text === 'res') return RES;
  if (text === '*') return BY_NUMBER;
  const [, name, kind, table, source] = /^(\w+):(\w+)(?:\/(\w+))?=(\w+|-)$/.exec(text) ?? [];
  if (name === undefined || source === undefined || !ARGUMENT_KINDS.includes(kind as ArgumentKind)) {
    throw new TypeError(`not an argument: ${text}`);
  }
  return { name, kind: kind as ArgumentKind, table: table ?? null, source };
}

/** Event name → its arguments in order. */
export const EVENT_ARGUMENTS: ReadonlyMap<string, readonly ArgumentSpec[]> = new Map(
  `${EVENTS};${MORE_EVENTS}`
    .split(';')
    .filter((entry) => entry.trim() !== '')
    .map((entry): [string, readonly ArgumentSpec[]] => {
      const colon = entry.indexOf(':');
      const words = entry
        .slice(colon + 1)
        .trim()
        .split(/\s+/);
      return [entry.slice(0, colon).trim(), words.flatMap(parseArgument)];
    }),
);

/** The same by TYPE_* of the record; a call that is not in the table is shown by its number. */
export const ARGUMENTS_BY_TYPE: readonly (readonly ArgumentSpec[])[] = TYPE_NAMES.map(
  (name) => EVENT_ARGUMENTS.get(name) ?? [...BY_NUMBER, RES],
);
