/**
 * Events that no call of the thread makes and that come all the time. Only a rule that names them gets them, whatever
 * the configuration says about system calls.
 */
export const MOMENT_TYPES: ReadonlySet<string> = new Set(['switch', 'signaldeliver', 'page_fault']);

/**
 * System calls that programs make all the time (they wait, move data, ask about themselves or about files) and that
 * change nothing. They are watched when a rule names them; a rule that leaves the type open does not mean them. Falco
 * does not give them to such a rule either (base_syscalls.all).
 */
export const FREQUENT_TYPES: ReadonlySet<string> = new Set(
  `
  access alarm arch_prctl bdflush brk cachestat capget clock_getres clock_gettime clock_nanosleep close
  close_range epoll_ctl epoll_pwait epoll_pwait2 epoll_wait faccessat faccessat2 fadvise64 fdatasync
  fgetxattr file_getattr flistxattr flock fstat fstatfs fsync futex futex_requeue futex_wait futex_waitv
  futex_wake get_mempolicy get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid geteuid
  getgid getgroups getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid
  getresuid getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid getxattr getxattrat
  inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit io_uring_enter ioctl
  ioprio_get ipc lgetxattr listmount listns listxattr listxattrat llistxattr lookup_dcookie lseek
  lsm_get_self_attr lsm_list_modules lstat madvise map_shadow_stack mbind membarrier migrate_pages mincore
  mlock mlock2 mlockall move_pages mq_getsetattr mq_notify mq_timedreceive mq_timedsend mremap mseal msgctl
  msgget msgrcv msgsnd msync munlock munlockall munmap nanosleep newfstatat nice oldolduname olduname pause
  pkey_alloc pkey_free poll ppoll pread preadv preadv2 pselect6 pwrite pwritev pwritev2 read readahead
  readdir readlink readlinkat readv remap_file_pages restart_syscall rseq rseq_slice_yield rt_sigaction
  rt_sigpending rt_sigprocmask rt_sigsuspend rt_sigtimedwait sched_get_priority_max sched_get_priority_min
  sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity
  sched_setattr sched_setparam sched_setscheduler sched_yield select semctl semget semop semtimedop
  set_mempolicy set_mempolicy_home_node set_robust_list set_thread_area set_tid_address setitimer sgetmask
  shmat shmctl shmdt shmget sigaction sigaltstack signal sigpending sigprocmask sigsuspend ssetmask stat
  statfs statmount statx sync sync_file_range syncfs sysfs sysinfo tee time timer_create timer_delete
  timer_getoverrun timer_gettime timer_settime timerfd_gettime timerfd_settime times umask uname uprobe
  uretprobe ustat vmsplice wait4 waitid waitpid write writev
`
    .trim()
    .split(/\s+/),
);
