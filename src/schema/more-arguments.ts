/**
 * Arguments of the events that rules seldom name, in the notation of arguments.ts. First those that Falco gives
 * arguments of their own, in its order; then those that it shows by number only, as `ID` and `nativeID` (here `*`),
 * to which we add what the manual page calls them.
 */

const DATA = 'data:text=data';
const AREA = 'addr:widehex=0 len:wide=1';

export const MORE_EVENTS = `
close: res fd:fd=0; close_range: res first:uint=0 last:uint=1 flags:flags/closeRange=2;
read: res ${DATA} fd:fd=0 size:uint=2; write: res ${DATA} fd:fd=0 size:uint=2;
pread: res ${DATA} fd:fd=0 size:uint=2 pos:wide=3; pwrite: res ${DATA} fd:fd=0 size:uint=2 pos:wide=3;
readv: res size:uint=partsSize ${DATA} fd:fd=0; writev: res ${DATA} fd:fd=0 size:uint=partsSize;
preadv: res size:uint=partsSize ${DATA} fd:fd=0 pos:wide=3;
pwritev: res ${DATA} fd:fd=0 size:uint=partsSize pos:wide=3;
sendmmsg: res fd:fd=0 size:uint=size ${DATA} tuple:tuple=tuple;
recvmmsg: res fd:fd=0 size:uint=size ${DATA} tuple:tuple=tuple msgcontrol:text=-;
sendfile: res offset:wide=- out_fd:fd=0 in_fd:fd=1 size:wide=3;
splice: res fd_in:fd=0 fd_out:fd=2 size:wide=4 flags:flags/splice=5;
copy_file_range: res fdout:fd=2 offout:wide=- fdin:fd=0 offin:wide=- len:wide=4;
lseek: res fd:fd=0 offset:wide=1 whence:flags/whence=2;
ioctl: res fd:fd=0 request:widehex=1 argument:widehex=2;
flock: res fd:fd=0 operation:flags/flock=1;
fstat: res fd:fd=0; getdents: res fd:fd=0; getdents64: res fd:fd=0;
stat: res path:path=name; lstat: res path:path=name;
newfstatat: res dirfd:fd=0 path:path=name flags:flags/statAt=3;
access: res name:path=name mode:flags/access=1;
getcwd: res path:text=path;
fsconfig: res fd:fd=0 cmd:flags/fsconfig=1 key:text=text value_bytebuf:text=- value_charbuf:text=name aux:int=4;
epoll_wait: res maxevents:int=2;
poll: res fds:text=- timeout:wide=2; ppoll: res fds:text=- timeout:text=- sigmask:text=-; select: res;
futex: res addr:widehex=0 op:flags/futex=1 val:wide=2;
nanosleep: res interval:wide=interval;
getsockopt: res fd:fd=0 level:flags/level=1 optname:flags/option=2 val:text=- optlen:uint=-;
getsockname: res fd:fd=0; getpeername: res fd:fd=0;
brk: res:widehex=wideRet vm_size:uint=vmSize vm_rss:uint=vmRss vm_swap:uint=vmSwap addr:widehex=0;
munmap: res vm_size:uint=vmSize vm_rss:uint=vmRss vm_swap:uint=vmSwap addr:widehex=0 length:wide=1;
mlock: res ${AREA}; mlock2: res ${AREA} flags:flags/mlock2=2; munlock: res ${AREA};
mlockall: res flags:flags/mlockall=0; munlockall: res;
getuid: uid:uid=ret; geteuid: euid:uid=ret; getgid: gid:gid=ret; getegid: egid:gid=ret;
getresuid: res ruid:uid=- euid:uid=- suid:uid=-; getresgid: res rgid:gid=- egid:gid=- sgid:gid=-;
getrlimit: res cur:wide=out0 max:wide=out1 resource:flags/rlimit=0;
setrlimit: res cur:wide=out0 max:wide=out1 resource:flags/rlimit=0;
prlimit: res newcur:wide=newLimit0 newmax:wide=newLimit1 oldcur:wide=- oldmax:wide=- pid:pid=0 resource:flags/rlimit=1;
io_uring_enter: res fd:fd=0 to_submit:uint=1 min_complete:uint=2 flags:flags/uringEnter=3 sig:text=-;
io_uring_register: res fd:fd=0 opcode:flags/uringRegister=1 arg:widehex=2 nr_args:uint=3;
quotactl: res special:text=name quotafilepath:text=- dqb_bhardlimit:wide=- dqb_bsoftlimit:wide=- dqb_curspace:wide=-
  dqb_ihardlimit:wide=- dqb_isoftlimit:wide=- dqb_btime:wide=- dqb_itime:wide=- dqi_bgrace:wide=- dqi_igrace:wide=-
  dqi_flags:uint=- quota_fmt_out:uint=- cmd:flags/quota=quotaCommand type:flags/quotaType=quotaType id:uint=2
  quota_fmt:uint=-;
semop: res nsops:uint=2 sem_num_0:uint=- sem_op_0:int=- sem_flg_0:hex=- sem_num_1:uint=- sem_op_1:int=- sem_flg_1:hex=-
  semid:int=0;
semget: res key:hex=0 nsems:int=1 semflg:flags/semget=2;
semctl: res semid:int=0 semnum:int=1 cmd:flags/semctl=2 val:int=3;

preadv2: * res fd:fd=0 size:uint=partsSize pos:wide=3 flags:hex=5;
pwritev2: * res fd:fd=0 size:uint=partsSize pos:wide=3 flags:hex=5;
tee: * res fd_in:fd=0 fd_out:fd=1 len:wide=2 flags:flags/splice=3;
vmsplice: * res fd:fd=0 nr_segs:wide=2 flags:flags/splice=3;
fallocate: * res fd:fd=0 mode:hex=1 offset:wide=2 len:wide=3;
fadvise64: * res fd:fd=0 offset:wide=1 len:wide=2 advice:int=3; readahead: * res fd:fd=0 offset:wide=1 count:wide=2;
fsync: * res fd:fd=0; fdatasync: * res fd:fd=0; syncfs: * res fd:fd=0;
sync_file_range: * res fd:fd=0 offset:wide=1 nbytes:wide=2 flags:hex=3;
fstatfs: * res fd:fd=0; flistxattr: * res fd:fd=0; cachestat: * res fd:fd=0;
epoll_ctl: * res epfd:fd=0 op:flags/epollControl=1 fd:fd=2;
inotify_rm_watch: * res fd:fd=0 wd:int=1; inotify_add_watch: * res fd:fd=0 pathname:path=name mask:hex=2;
fanotify_init: * res flags:hex=0 event_f_flags:openflags=1;
fanotify_mark: * res fanotify_fd:fd=0 flags:hex=1 mask:widehex=2 dirfd:fd=3 pathname:path=name;
timerfd_settime: * res fd:fd=0 flags:hex=1; timerfd_gettime: * res fd:fd=0;

statx: * res dirfd:fd=0 pathname:path=name flags:flags/statAt=2 mask:hex=3; statfs: * res path:path=name;
faccessat: * res dirfd:fd=0 pathname:path=name mode:flags/access=2;
faccessat2: * res dirfd:fd=0 pathname:path=name mode:flags/access=2 flags:hex=3;
readlink: * res pathname:path=name bufsiz:wide=2; readlinkat: * res dirfd:fd=0 pathname:path=name bufsiz:wide=3;
name_to_handle_at: * res dirfd:fd=0 pathname:path=name flags:hex=4;
utime: * res filename:path=name; utimes: * res filename:path=name;
futimesat: * res dirfd:fd=0 pathname:path=name; utimensat: * res dirfd:fd=0 pathname:path=name flags:flags/atFlags=3;
getxattr: * res path:path=name name:text=text size:wide=3; lgetxattr: * res path:path=name name:text=text size:wide=3;
fgetxattr: * res fd:fd=0 name:text=text size:wide=3;
listxattr: * res path:path=name size:wide=2; llistxattr: * res path:path=name size:wide=2;
removexattr: * res path:path=name name:text=text; lremovexattr: * res path:path=name name:text=text;
fremovexattr: * res fd:fd=0 name:text=text;
setxattrat: * res dirfd:fd=0 path:path=name at_flags:flags/atFlags=2 name:text=text;
getxattrat: * res dirfd:fd=0 path:path=name at_flags:flags/atFlags=2 name:text=text;
removexattrat: * res dirfd:fd=0 path:path=name at_flags:flags/atFlags=2 name:text=text;
listxattrat: * res dirfd:fd=0 path:path=name at_flags:flags/atFlags=2;
file_getattr: * res dirfd:fd=0 path:path=name at_flags:flags/atFlags=4;
file_setattr: * res dirfd:fd=0 path:path=name at_flags:flags/atFlags=4;
mount_setattr: * res dirfd:fd=0 path:path=name flags:hex=2; fsopen: * res:fd=ret fsname:text=text flags:hex=1;
open_tree: * res:fd=ret dirfd:fd=0 path:path=name flags:hex=2;
open_tree_attr: * res:fd=ret dirfd:fd=0 path:path=name flags:hex=2;
fspick: * res:fd=ret dirfd:fd=0 path:path=name flags:hex=2; fsmount: * res:fd=ret fd:fd=0 flags:hex=1 attr_flags:hex=2;
quotactl_fd: * res fd:fd=0 cmd:hex=1 id:uint=2;
swapon: * res path:path=name swapflags:hex=1; swapoff: * res path:path=name; acct: * res filename:path=name;
mq_open: * res:fd=ret name:text=text oflag:openflags=1 mode:octal=2; mq_unlink: * res name:text=text;
uselib: * res library:path=name;

setgroups: * res size:wide=0;
sethostname: * res name:text=text; setdomainname: * res name:text=text;
reboot: * res magic:hex=0 magic2:hex=1 cmd:hex=2; syslog: * res type:int=0 len:int=2;
settimeofday: * res; clock_settime: * res clockid:int=0; clock_adjtime: * res clockid:int=0; adjtimex: * res;
ioperm: * res from:wide=0 num:wide=1 turn_on:int=2; iopl: * res level:int=0; modify_ldt: * res func:int=0;
add_key: * res type:text=text description:text=name plen:wide=3 keyring:int=4;
request_key: * res type:text=text description:text=name keyring:int=3;
landlock_create_ruleset: * res:fd=ret flags:hex=2; landlock_add_rule: * res ruleset_fd:fd=0 rule_type:int=1;
landlock_restrict_self: * res ruleset_fd:fd=0 flags:hex=1;
rt_sigqueueinfo: * res pid:pid=0 sig:flags/signal=1; rt_tgsigqueueinfo: * res pid:pid=0 tid:pid=1 sig:flags/signal=2;
pidfd_send_signal: * res pidfd:fd=0 sig:flags/signal=1 flags:hex=3;
process_madvise: * res pidfd:fd=0 advice:int=3 flags:hex=4; process_mrelease: * res pidfd:fd=0 flags:hex=1;
kcmp: * res pid1:pid=0 pid2:pid=1 type:int=2; memfd_secret: * res:fd=ret flags:hex=0;
setpriority: * res which:int=0 who:int=1 prio:int=2; ioprio_set: * res which:int=0 who:int=1 ioprio:int=2;
sched_setscheduler: * res pid:pid=0 policy:int=1; sched_setparam: * res pid:pid=0; sched_setattr: * res pid:pid=0;
sched_setaffinity: * res pid:pid=0; arch_prctl: * res op:hex=0 addr:widehex=1;
pkey_mprotect: * res ${AREA} prot:flags/protection=2 pkey:int=3; madvise: * res ${AREA} advice:int=2;
mremap: * res old_address:widehex=0 old_size:wide=1 new_size:wide=2 flags:hex=3; shmat: * res shmid:int=0;
shmget: * res key:hex=0 size:wide=1 flags:octal=2; msgget: * res key:hex=0 flags:octal=1
`;
