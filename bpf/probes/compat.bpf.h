/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The 32-bit ABI: TYPE, kernel function, number on i386, event function. A call has the type and the row of the 64-bit
 * call that does the same, whatever its own name (chown32 and the 16-bit chown are chown), as for Falco.
 */
#define COMPAT_CALLS(Y)                                                                                               \
	Y(READ, ia32_sys_read, 3, fd) Y(WRITE, ia32_sys_write, 4, fd) Y(CLOSE, ia32_sys_close, 6, close)              \
	Y(WAITPID, ia32_sys_waitpid, 7, bare) Y(LINK, ia32_sys_link, 9, call)                                         \
	Y(UNLINK, ia32_sys_unlink, 10, call) Y(CHDIR, ia32_sys_chdir, 12, call)                                       \
	Y(TIME, ia32_sys_time32, 13, bare) Y(MKNOD, ia32_sys_mknod, 14, call) Y(CHMOD, ia32_sys_chmod, 15, call)      \
	Y(LCHOWN, ia32_sys_lchown16, 16, call) Y(STAT, ia32_sys_stat, 18, call)                                       \
	Y(LSEEK, ia32_compat_sys_lseek, 19, fd) Y(MOUNT, ia32_sys_mount, 21, call)                                    \
	Y(UMOUNT, ia32_sys_oldumount, 22, call) Y(SETUID, ia32_sys_setuid16, 23, bare)                                \
	Y(GETUID, ia32_sys_getuid16, 24, bare) Y(STIME, ia32_sys_stime32, 25, bare)                                   \
	Y(PTRACE, ia32_compat_sys_ptrace, 26, bare) Y(ALARM, ia32_sys_alarm, 27, bare)                                \
	Y(FSTAT, ia32_sys_fstat, 28, fd) Y(UTIME, ia32_sys_utime32, 30, call)                                         \
	Y(ACCESS, ia32_sys_access, 33, call) Y(NICE, ia32_sys_nice, 34, bare) Y(KILL, ia32_sys_kill, 37, bare)        \
	Y(RENAME, ia32_sys_rename, 38, call) Y(MKDIR, ia32_sys_mkdir, 39, call)                                       \
	Y(RMDIR, ia32_sys_rmdir, 40, call) Y(DUP, ia32_sys_dup, 41, fd) Y(PIPE, ia32_sys_pipe, 42, bare)              \
	Y(TIMES, ia32_compat_sys_times, 43, bare) Y(BRK, ia32_sys_brk, 45, bare)                                      \
	Y(SETGID, ia32_sys_setgid16, 46, bare) Y(GETGID, ia32_sys_getgid16, 47, bare)                                 \
	Y(SIGNAL, ia32_sys_signal, 48, bare) Y(GETEUID, ia32_sys_geteuid16, 49, bare)                                 \
	Y(GETEGID, ia32_sys_getegid16, 50, bare) Y(ACCT, ia32_sys_acct, 51, call)                                     \
	Y(UMOUNT2, ia32_sys_umount, 52, call) Y(IOCTL, ia32_compat_sys_ioctl, 54, fd)                                 \
	Y(FCNTL, ia32_compat_sys_fcntl64, 55, fd) Y(SETPGID, ia32_sys_setpgid, 57, bare)                              \
	Y(OLDOLDUNAME, ia32_sys_olduname, 59, bare) Y(UMASK, ia32_sys_umask, 60, bare)                                \
	Y(CHROOT, ia32_sys_chroot, 61, call) Y(USTAT, ia32_compat_sys_ustat, 62, bare)                                \
	Y(DUP2, ia32_sys_dup2, 63, fd) Y(SIGACTION, ia32_compat_sys_sigaction, 67, bare)                              \
	Y(SGETMASK, ia32_sys_sgetmask, 68, bare) Y(SSETMASK, ia32_sys_ssetmask, 69, bare)                             \
	Y(SETREUID, ia32_sys_setreuid16, 70, bare) Y(SETREGID, ia32_sys_setregid16, 71, bare)                         \
	Y(SIGSUSPEND, ia32_sys_sigsuspend, 72, bare) Y(SIGPENDING, ia32_compat_sys_sigpending, 73, bare)              \
	Y(SETHOSTNAME, ia32_sys_sethostname, 74, call) Y(SETRLIMIT, ia32_compat_sys_setrlimit, 75, bare)              \
	Y(GETRLIMIT, ia32_compat_sys_old_getrlimit, 76, bare) Y(GETRUSAGE, ia32_compat_sys_getrusage, 77, bare)       \
	Y(GETTIMEOFDAY, ia32_compat_sys_gettimeofday, 78, bare)                                                       \
	Y(SETTIMEOFDAY, ia32_compat_sys_settimeofday, 79, bare) Y(GETGROUPS, ia32_sys_getgroups16, 80, bare)          \
	Y(SETGROUPS, ia32_sys_setgroups16, 81, bare) Y(SELECT, ia32_compat_sys_old_select, 82, bare)                  \
	Y(SYMLINK, ia32_sys_symlink, 83, call) Y(LSTAT, ia32_sys_lstat, 84, call)                                     \
	Y(READLINK, ia32_sys_readlink, 85, call) Y(USELIB, ia32_sys_uselib, 86, call)                                 \
	Y(SWAPON, ia32_sys_swapon, 87, call) Y(REBOOT, ia32_sys_reboot, 88, bare)                                     \
	Y(READDIR, ia32_compat_sys_old_readdir, 89, bare) Y(MMAP, ia32_compat_sys_ia32_mmap, 90, fd)                  \
	Y(MUNMAP, ia32_sys_munmap, 91, bare) Y(TRUNCATE, ia32_compat_sys_truncate, 92, call)                          \
	Y(FTRUNCATE, ia32_compat_sys_ftruncate, 93, call) Y(FCHMOD, ia32_sys_fchmod, 94, call)                        \
	Y(FCHOWN, ia32_sys_fchown16, 95, call) Y(GETPRIORITY, ia32_sys_getpriority, 96, bare)                         \
	Y(SETPRIORITY, ia32_sys_setpriority, 97, bare) Y(STATFS, ia32_compat_sys_statfs, 99, call)                    \
	Y(FSTATFS, ia32_compat_sys_fstatfs, 100, fd) Y(IOPERM, ia32_sys_ioperm, 101, bare)                            \
	Y(SOCKETCALL, ia32_compat_sys_socketcall, 102, socket) Y(SYSLOG, ia32_sys_syslog, 103, bare)                  \
	Y(SETITIMER, ia32_compat_sys_setitimer, 104, bare) Y(GETITIMER, ia32_compat_sys_getitimer, 105, bare)         \
	Y(STAT, ia32_compat_sys_newstat, 106, call) Y(LSTAT, ia32_compat_sys_newlstat, 107, call)                     \
	Y(FSTAT, ia32_compat_sys_newfstat, 108, fd) Y(OLDUNAME, ia32_sys_uname, 109, bare)                            \
	Y(IOPL, ia32_sys_iopl, 110, bare) Y(WAIT4, ia32_compat_sys_wait4, 114, bare)                                  \
	Y(SWAPOFF, ia32_sys_swapoff, 115, call) Y(SYSINFO, ia32_compat_sys_sysinfo, 116, bare)                        \
	Y(IPC, ia32_compat_sys_ipc, 117, bare) Y(FSYNC, ia32_sys_fsync, 118, fd)                                      \
	Y(SETDOMAINNAME, ia32_sys_setdomainname, 121, call) Y(UNAME, ia32_sys_newuname, 122, bare)                    \
	Y(MODIFY_LDT, ia32_sys_modify_ldt, 123, bare) Y(ADJTIMEX, ia32_sys_adjtimex_time32, 124, bare)                \
	Y(MPROTECT, ia32_sys_mprotect, 125, bare) Y(SIGPROCMASK, ia32_compat_sys_sigprocmask, 126, bare)              \
	Y(INIT_MODULE, ia32_sys_init_module, 128, call) Y(DELETE_MODULE, ia32_sys_delete_module, 129, call)           \
	Y(QUOTACTL, ia32_sys_quotactl, 131, call) Y(GETPGID, ia32_sys_getpgid, 132, bare)                             \
	Y(FCHDIR, ia32_sys_fchdir, 133, call) Y(BDFLUSH, ia32_sys_bdflush, 134, bare)                                 \
	Y(SYSFS, ia32_sys_sysfs, 135, bare) Y(PERSONALITY, ia32_sys_personality, 136, bare)                           \
	Y(SETFSUID, ia32_sys_setfsuid16, 138, bare) Y(SETFSGID, ia32_sys_setfsgid16, 139, bare)                       \
	Y(LSEEK, ia32_sys_llseek, 140, fd) Y(GETDENTS, ia32_compat_sys_getdents, 141, fd)                             \
	Y(SELECT, ia32_compat_sys_select, 142, bare) Y(FLOCK, ia32_sys_flock, 143, fd)                                \
	Y(MSYNC, ia32_sys_msync, 144, bare) Y(READV, ia32_sys_readv, 145, fd)                                         \
	Y(WRITEV, ia32_sys_writev, 146, fd) Y(GETSID, ia32_sys_getsid, 147, bare)                                     \
	Y(FDATASYNC, ia32_sys_fdatasync, 148, fd) Y(MLOCK, ia32_sys_mlock, 150, bare)                                 \
	Y(MUNLOCK, ia32_sys_munlock, 151, bare) Y(MLOCKALL, ia32_sys_mlockall, 152, bare)                             \
	Y(SCHED_SETPARAM, ia32_sys_sched_setparam, 154, bare)           \
	Y(SCHED_GETPARAM, ia32_sys_sched_getparam, 155, bare)                                                         \
	Y(SCHED_SETSCHEDULER, ia32_sys_sched_setscheduler, 156, bare)                                                 \
	Y(SCHED_GETSCHEDULER, ia32_sys_sched_getscheduler, 157, bare)                                                 \
	Y(SCHED_GET_PRIORITY_MAX, ia32_sys_sched_get_priority_max, 159, bare)                                         \
	Y(SCHED_GET_PRIORITY_MIN, ia32_sys_sched_get_priority_min, 160, bare)                                         \
	Y(SCHED_RR_GET_INTERVAL, ia32_sys_sched_rr_get_interval_time32, 161, bare)                                    \
	Y(NANOSLEEP, ia32_sys_nanosleep_time32, 162, bare) Y(MREMAP, ia32_sys_mremap, 163, bare)                      \
	Y(SETRESUID, ia32_sys_setresuid16, 164, bare) Y(GETRESUID, ia32_sys_getresuid16, 165, bare)                   \
	Y(POLL, ia32_sys_poll, 168, bare) Y(SETRESGID, ia32_sys_setresgid16, 170, bare)                               \
	Y(GETRESGID, ia32_sys_getresgid16, 171, bare) Y(PRCTL, ia32_sys_prctl, 172, call)                             \
	Y(RT_SIGACTION, ia32_compat_sys_rt_sigaction, 174, bare)                                                      \
	Y(RT_SIGPROCMASK, ia32_compat_sys_rt_sigprocmask, 175, bare)                                                  \
	Y(RT_SIGPENDING, ia32_compat_sys_rt_sigpending, 176, bare)                                                    \
	Y(RT_SIGTIMEDWAIT, ia32_compat_sys_rt_sigtimedwait_time32, 177, bare)                                         \
	Y(RT_SIGQUEUEINFO, ia32_compat_sys_rt_sigqueueinfo, 178, bare)                                                \
	Y(RT_SIGSUSPEND, ia32_compat_sys_rt_sigsuspend, 179, bare) Y(PREAD, ia32_sys_ia32_pread64, 180, fd)           \
	Y(PWRITE, ia32_sys_ia32_pwrite64, 181, fd) Y(CHOWN, ia32_sys_chown16, 182, call)                              \
	Y(GETCWD, ia32_sys_getcwd, 183, call) Y(CAPGET, ia32_sys_capget, 184, bare)                                   \
	Y(CAPSET, ia32_sys_capset, 185, bare) Y(SIGALTSTACK, ia32_compat_sys_sigaltstack, 186, bare)                  \
	Y(SENDFILE, ia32_compat_sys_sendfile, 187, fd) Y(GETRLIMIT, ia32_compat_sys_getrlimit, 191, bare)             \
	Y(MMAP, ia32_sys_mmap_pgoff, 192, fd) Y(TRUNCATE, ia32_sys_ia32_truncate64, 193, call)                        \
	Y(FTRUNCATE, ia32_sys_ia32_ftruncate64, 194, call) Y(STAT, ia32_compat_sys_ia32_stat64, 195, call)            \
	Y(LSTAT, ia32_compat_sys_ia32_lstat64, 196, call) Y(FSTAT, ia32_compat_sys_ia32_fstat64, 197, fd)             \
	Y(LCHOWN, ia32_sys_lchown, 198, call) Y(SETREUID, ia32_sys_setreuid, 203, bare)                               \
	Y(SETREGID, ia32_sys_setregid, 204, bare) Y(GETGROUPS, ia32_sys_getgroups, 205, bare)                         \
	Y(SETGROUPS, ia32_sys_setgroups, 206, bare) Y(FCHOWN, ia32_sys_fchown, 207, call)                             \
	Y(SETRESUID, ia32_sys_setresuid, 208, bare) Y(GETRESUID, ia32_sys_getresuid, 209, bare)                       \
	Y(SETRESGID, ia32_sys_setresgid, 210, bare) Y(GETRESGID, ia32_sys_getresgid, 211, bare)                       \
	Y(CHOWN, ia32_sys_chown, 212, call) Y(SETUID, ia32_sys_setuid, 213, bare)                                     \
	Y(SETGID, ia32_sys_setgid, 214, bare) Y(SETFSUID, ia32_sys_setfsuid, 215, bare)                               \
	Y(SETFSGID, ia32_sys_setfsgid, 216, bare) Y(PIVOT_ROOT, ia32_sys_pivot_root, 217, call)                       \
	Y(MINCORE, ia32_sys_mincore, 218, bare) Y(MADVISE, ia32_sys_madvise, 219, bare)                               \
	Y(GETDENTS64, ia32_sys_getdents64, 220, fd) Y(READAHEAD, ia32_sys_ia32_readahead, 225, fd)                    \
	Y(SETXATTR, ia32_sys_setxattr, 226, call) Y(LSETXATTR, ia32_sys_lsetxattr, 227, call)                         \
	Y(FSETXATTR, ia32_sys_fsetxattr, 228, call) Y(GETXATTR, ia32_sys_getxattr, 229, call)                         \
	Y(LGETXATTR, ia32_sys_lgetxattr, 230, call) Y(FGETXATTR, ia32_sys_fgetxattr, 231, call)                       \
	Y(LISTXATTR, ia32_sys_listxattr, 232, call) Y(LLISTXATTR, ia32_sys_llistxattr, 233, call)                     \
	Y(FLISTXATTR, ia32_sys_flistxattr, 234, fd) Y(REMOVEXATTR, ia32_sys_removexattr, 235, call)                   \
	Y(LREMOVEXATTR, ia32_sys_lremovexattr, 236, call) Y(FREMOVEXATTR, ia32_sys_fremovexattr, 237, call)           \
	Y(TKILL, ia32_sys_tkill, 238, bare) Y(SENDFILE, ia32_sys_sendfile64, 239, fd)                                 \
	Y(FUTEX, ia32_sys_futex_time32, 240, bare)                                                                    \
	Y(SCHED_SETAFFINITY, ia32_compat_sys_sched_setaffinity, 241, bare)                                            \
	Y(SCHED_GETAFFINITY, ia32_compat_sys_sched_getaffinity, 242, bare)                                            \
	Y(SET_THREAD_AREA, ia32_sys_set_thread_area, 243, bare)                                                       \
	Y(GET_THREAD_AREA, ia32_sys_get_thread_area, 244, bare) Y(IO_SETUP, ia32_compat_sys_io_setup, 245, bare)      \
	Y(IO_DESTROY, ia32_sys_io_destroy, 246, bare) Y(IO_GETEVENTS, ia32_sys_io_getevents_time32, 247, bare)        \
	Y(IO_SUBMIT, ia32_compat_sys_io_submit, 248, bare) Y(IO_CANCEL, ia32_sys_io_cancel, 249, bare)                \
	Y(FADVISE64, ia32_sys_ia32_fadvise64, 250, fd)                                                                \
	Y(LOOKUP_DCOOKIE, ia32_compat_sys_lookup_dcookie, 253, bare)                                                  \
	Y(EPOLL_CREATE, ia32_sys_epoll_create, 254, bare) Y(EPOLL_CTL, ia32_sys_epoll_ctl, 255, fd)                   \
	Y(EPOLL_WAIT, ia32_sys_epoll_wait, 256, bare) Y(REMAP_FILE_PAGES, ia32_sys_remap_file_pages, 257, bare)       \
	Y(SET_TID_ADDRESS, ia32_sys_set_tid_address, 258, bare)                                                       \
	Y(TIMER_CREATE, ia32_compat_sys_timer_create, 259, bare)                                                      \
	Y(TIMER_SETTIME, ia32_sys_timer_settime32, 260, bare)                                                         \
	Y(TIMER_GETTIME, ia32_sys_timer_gettime32, 261, bare)                                                         \
	Y(TIMER_GETOVERRUN, ia32_sys_timer_getoverrun, 262, bare)                                                     \
	Y(TIMER_DELETE, ia32_sys_timer_delete, 263, bare) Y(CLOCK_SETTIME, ia32_sys_clock_settime32, 264, bare)       \
	Y(CLOCK_GETTIME, ia32_sys_clock_gettime32, 265, bare)                                                         \
	Y(CLOCK_GETRES, ia32_sys_clock_getres_time32, 266, bare)                                                      \
	Y(CLOCK_NANOSLEEP, ia32_sys_clock_nanosleep_time32, 267, bare)                                                \
	Y(STATFS, ia32_compat_sys_statfs64, 268, call) Y(FSTATFS, ia32_compat_sys_fstatfs64, 269, fd)                 \
	Y(TGKILL, ia32_sys_tgkill, 270, bare) Y(UTIMES, ia32_sys_utimes_time32, 271, call)                            \
	Y(FADVISE64, ia32_sys_ia32_fadvise64_64, 272, fd) Y(MBIND, ia32_sys_mbind, 274, bare)                         \
	Y(GET_MEMPOLICY, ia32_sys_get_mempolicy, 275, bare) Y(SET_MEMPOLICY, ia32_sys_set_mempolicy, 276, bare)       \
	Y(MQ_OPEN, ia32_compat_sys_mq_open, 277, call) Y(MQ_UNLINK, ia32_sys_mq_unlink, 278, call)                    \
	Y(MQ_TIMEDSEND, ia32_sys_mq_timedsend_time32, 279, bare)                                                      \
	Y(MQ_TIMEDRECEIVE, ia32_sys_mq_timedreceive_time32, 280, bare)                                                \
	Y(MQ_NOTIFY, ia32_compat_sys_mq_notify, 281, bare)                                                            \
	Y(MQ_GETSETATTR, ia32_compat_sys_mq_getsetattr, 282, bare)                                                    \
	Y(KEXEC_LOAD, ia32_compat_sys_kexec_load, 283, bare) Y(WAITID, ia32_compat_sys_waitid, 284, bare)             \
	Y(ADD_KEY, ia32_sys_add_key, 286, call) Y(REQUEST_KEY, ia32_sys_request_key, 287, call)                       \
	Y(KEYCTL, ia32_compat_sys_keyctl, 288, bare) Y(IOPRIO_SET, ia32_sys_ioprio_set, 289, bare)                    \
	Y(IOPRIO_GET, ia32_sys_ioprio_get, 290, bare)                \
	Y(INOTIFY_ADD_WATCH, ia32_sys_inotify_add_watch, 292, call)                                                   \
	Y(INOTIFY_RM_WATCH, ia32_sys_inotify_rm_watch, 293, bare)                                                     \
	Y(MIGRATE_PAGES, ia32_sys_migrate_pages, 294, bare) Y(MKDIRAT, ia32_sys_mkdirat, 296, call)                   \
	Y(MKNODAT, ia32_sys_mknodat, 297, call) Y(FCHOWNAT, ia32_sys_fchownat, 298, call)                             \
	Y(FUTIMESAT, ia32_sys_futimesat_time32, 299, call)                                                            \
	Y(NEWFSTATAT, ia32_compat_sys_ia32_fstatat64, 300, call) Y(UNLINKAT, ia32_sys_unlinkat, 301, call)            \
	Y(RENAMEAT, ia32_sys_renameat, 302, call) Y(LINKAT, ia32_sys_linkat, 303, call)                               \
	Y(SYMLINKAT, ia32_sys_symlinkat, 304, call) Y(READLINKAT, ia32_sys_readlinkat, 305, call)                     \
	Y(FCHMODAT, ia32_sys_fchmodat, 306, call) Y(FACCESSAT, ia32_sys_faccessat, 307, call)                         \
	Y(PSELECT6, ia32_compat_sys_pselect6_time32, 308, bare)                                                       \
	Y(PPOLL, ia32_compat_sys_ppoll_time32, 309, bare) Y(UNSHARE, ia32_sys_unshare, 310, bare)                     \
	Y(SET_ROBUST_LIST, ia32_compat_sys_set_robust_list, 311, bare)                                                \
	Y(GET_ROBUST_LIST, ia32_compat_sys_get_robust_list, 312, bare) Y(SPLICE, ia32_sys_splice, 313, fd)            \
	Y(SYNC_FILE_RANGE, ia32_sys_ia32_sync_file_range, 314, fd) Y(TEE, ia32_sys_tee, 315, fd)                      \
	Y(VMSPLICE, ia32_sys_vmsplice, 316, fd) Y(MOVE_PAGES, ia32_sys_move_pages, 317, bare)                         \
	Y(GETCPU, ia32_sys_getcpu, 318, bare) Y(EPOLL_PWAIT, ia32_compat_sys_epoll_pwait, 319, bare)                  \
	Y(UTIMENSAT, ia32_sys_utimensat_time32, 320, call) Y(SIGNALFD, ia32_compat_sys_signalfd, 321, bare)           \
	Y(TIMERFD_CREATE, ia32_sys_timerfd_create, 322, bare) Y(EVENTFD, ia32_sys_eventfd, 323, bare)                 \
	Y(FALLOCATE, ia32_sys_ia32_fallocate, 324, fd) Y(TIMERFD_SETTIME, ia32_sys_timerfd_settime32, 325, bare)      \
	Y(TIMERFD_GETTIME, ia32_sys_timerfd_gettime32, 326, bare)                                                     \
	Y(SIGNALFD4, ia32_compat_sys_signalfd4, 327, bare) Y(EVENTFD2, ia32_sys_eventfd2, 328, bare)                  \
	Y(EPOLL_CREATE1, ia32_sys_epoll_create1, 329, bare) Y(DUP3, ia32_sys_dup3, 330, fd)                           \
	Y(PIPE2, ia32_sys_pipe2, 331, bare) Y(INOTIFY_INIT1, ia32_sys_inotify_init1, 332, bare)                       \
	Y(PREADV, ia32_compat_sys_preadv, 333, fd) Y(PWRITEV, ia32_compat_sys_pwritev, 334, fd)                       \
	Y(RT_TGSIGQUEUEINFO, ia32_compat_sys_rt_tgsigqueueinfo, 335, bare)                                            \
	Y(PERF_EVENT_OPEN, ia32_sys_perf_event_open, 336, bare)                                                       \
	Y(RECVMMSG, ia32_compat_sys_recvmmsg_time32, 337, socket)                                                     \
	Y(FANOTIFY_INIT, ia32_sys_fanotify_init, 338, bare)                                                           \
	Y(FANOTIFY_MARK, ia32_compat_sys_fanotify_mark, 339, call) Y(PRLIMIT, ia32_sys_prlimit64, 340, bare)          \
	Y(NAME_TO_HANDLE_AT, ia32_sys_name_to_handle_at, 341, call)                                                   \
	Y(OPEN_BY_HANDLE_AT, ia32_compat_sys_open_by_handle_at, 342, call)                                            \
	Y(CLOCK_ADJTIME, ia32_sys_clock_adjtime32, 343, bare) Y(SYNCFS, ia32_sys_syncfs, 344, fd)                     \
	Y(SENDMMSG, ia32_compat_sys_sendmmsg, 345, socket) Y(SETNS, ia32_sys_setns, 346, call)                        \
	Y(PROCESS_VM_READV, ia32_sys_process_vm_readv, 347, bare)                                                     \
	Y(PROCESS_VM_WRITEV, ia32_sys_process_vm_writev, 348, bare) Y(KCMP, ia32_sys_kcmp, 349, bare)                 \
	Y(FINIT_MODULE, ia32_sys_finit_module, 350, call) Y(SCHED_SETATTR, ia32_sys_sched_setattr, 351, bare)         \
	Y(SCHED_GETATTR, ia32_sys_sched_getattr, 352, bare) Y(RENAMEAT2, ia32_sys_renameat2, 353, call)               \
	Y(SECCOMP, ia32_sys_seccomp, 354, bare) Y(GETRANDOM, ia32_sys_getrandom, 355, bare)                           \
	Y(MEMFD_CREATE, ia32_sys_memfd_create, 356, call) Y(BPF, ia32_sys_bpf, 357, bare)                             \
	Y(SOCKET, ia32_sys_socket, 359, socket) Y(SOCKETPAIR, ia32_sys_socketpair, 360, socket)                       \
	Y(BIND, ia32_sys_bind, 361, socket) Y(CONNECT, ia32_sys_connect, 362, socket)                                 \
	Y(LISTEN, ia32_sys_listen, 363, socket) Y(ACCEPT4, ia32_sys_accept4, 364, socket)                             \
	Y(GETSOCKOPT, ia32_sys_getsockopt, 365, socket) Y(SETSOCKOPT, ia32_sys_setsockopt, 366, socket)               \
	Y(GETSOCKNAME, ia32_sys_getsockname, 367, socket) Y(GETPEERNAME, ia32_sys_getpeername, 368, socket)           \
	Y(SENDTO, ia32_sys_sendto, 369, socket) Y(SENDMSG, ia32_compat_sys_sendmsg, 370, socket)                      \
	Y(RECVFROM, ia32_compat_sys_recvfrom, 371, socket) Y(RECVMSG, ia32_compat_sys_recvmsg, 372, socket)           \
	Y(SHUTDOWN, ia32_sys_shutdown, 373, socket) Y(USERFAULTFD, ia32_sys_userfaultfd, 374, bare)                   \
	Y(MEMBARRIER, ia32_sys_membarrier, 375, bare) Y(MLOCK2, ia32_sys_mlock2, 376, bare)                           \
	Y(COPY_FILE_RANGE, ia32_sys_copy_file_range, 377, fd) Y(PREADV2, ia32_compat_sys_preadv2, 378, fd)            \
	Y(PWRITEV2, ia32_compat_sys_pwritev2, 379, fd) Y(PKEY_MPROTECT, ia32_sys_pkey_mprotect, 380, bare)            \
	Y(PKEY_ALLOC, ia32_sys_pkey_alloc, 381, bare) Y(PKEY_FREE, ia32_sys_pkey_free, 382, bare)                     \
	Y(STATX, ia32_sys_statx, 383, call) Y(ARCH_PRCTL, ia32_compat_sys_arch_prctl, 384, bare)                      \
	Y(IO_PGETEVENTS, ia32_compat_sys_io_pgetevents, 385, bare) Y(RSEQ, ia32_sys_rseq, 386, bare)                  \
	Y(SEMGET, ia32_sys_semget, 393, bare) Y(SEMCTL, ia32_compat_sys_semctl, 394, bare)                            \
	Y(SHMGET, ia32_sys_shmget, 395, bare) Y(SHMCTL, ia32_compat_sys_shmctl, 396, bare)                            \
	Y(SHMAT, ia32_compat_sys_shmat, 397, bare) Y(SHMDT, ia32_sys_shmdt, 398, bare)                                \
	Y(MSGGET, ia32_sys_msgget, 399, bare) Y(MSGSND, ia32_compat_sys_msgsnd, 400, bare)                            \
	Y(MSGRCV, ia32_compat_sys_msgrcv, 401, bare) Y(MSGCTL, ia32_compat_sys_msgctl, 402, bare)                     \
	Y(CLOCK_GETTIME, ia32_sys_clock_gettime, 403, bare) Y(CLOCK_SETTIME, ia32_sys_clock_settime, 404, bare)       \
	Y(CLOCK_ADJTIME, ia32_sys_clock_adjtime, 405, bare) Y(CLOCK_GETRES, ia32_sys_clock_getres, 406, bare)         \
	Y(CLOCK_NANOSLEEP, ia32_sys_clock_nanosleep, 407, bare)                                                       \
	Y(TIMER_GETTIME, ia32_sys_timer_gettime, 408, bare) Y(TIMER_SETTIME, ia32_sys_timer_settime, 409, bare)       \
	Y(TIMERFD_GETTIME, ia32_sys_timerfd_gettime, 410, bare)                                                       \
	Y(TIMERFD_SETTIME, ia32_sys_timerfd_settime, 411, bare) Y(UTIMENSAT, ia32_sys_utimensat, 412, call)           \
	Y(PSELECT6, ia32_compat_sys_pselect6_time64, 413, bare)                                                       \
	Y(PPOLL, ia32_compat_sys_ppoll_time64, 414, bare)                                                             \
	Y(IO_PGETEVENTS, ia32_compat_sys_io_pgetevents_time64, 416, bare)                                             \
	Y(RECVMMSG, ia32_compat_sys_recvmmsg_time64, 417, socket)                                                     \
	Y(MQ_TIMEDSEND, ia32_sys_mq_timedsend, 418, bare)                                                             \
	Y(MQ_TIMEDRECEIVE, ia32_sys_mq_timedreceive, 419, bare) Y(SEMTIMEDOP, ia32_sys_semtimedop, 420, bare)         \
	Y(RT_SIGTIMEDWAIT, ia32_compat_sys_rt_sigtimedwait_time64, 421, bare)                                         \
	Y(FUTEX, ia32_sys_futex, 422, bare) Y(SCHED_RR_GET_INTERVAL, ia32_sys_sched_rr_get_interval, 423, bare)       \
	Y(PIDFD_SEND_SIGNAL, ia32_sys_pidfd_send_signal, 424, bare)                                                   \
	Y(IO_URING_SETUP, ia32_sys_io_uring_setup, 425, bare)                                                         \
	Y(IO_URING_ENTER, ia32_sys_io_uring_enter, 426, bare)                                                         \
	Y(IO_URING_REGISTER, ia32_sys_io_uring_register, 427, bare) Y(OPEN_TREE, ia32_sys_open_tree, 428, call)       \
	Y(MOVE_MOUNT, ia32_sys_move_mount, 429, call) Y(FSOPEN, ia32_sys_fsopen, 430, call)                           \
	Y(FSCONFIG, ia32_sys_fsconfig, 431, call) Y(FSMOUNT, ia32_sys_fsmount, 432, call)                             \
	Y(FSPICK, ia32_sys_fspick, 433, call) Y(PIDFD_OPEN, ia32_sys_pidfd_open, 434, bare)                           \
	Y(CLOSE_RANGE, ia32_sys_close_range, 436, bare) Y(PIDFD_GETFD, ia32_sys_pidfd_getfd, 438, fd)                 \
	Y(FACCESSAT2, ia32_sys_faccessat2, 439, call) Y(PROCESS_MADVISE, ia32_sys_process_madvise, 440, bare)         \
	Y(EPOLL_PWAIT2, ia32_compat_sys_epoll_pwait2, 441, bare)                                                      \
	Y(MOUNT_SETATTR, ia32_sys_mount_setattr, 442, call) Y(QUOTACTL_FD, ia32_sys_quotactl_fd, 443, call)           \
	Y(LANDLOCK_CREATE_RULESET, ia32_sys_landlock_create_ruleset, 444, bare)                                       \
	Y(LANDLOCK_ADD_RULE, ia32_sys_landlock_add_rule, 445, bare)                                                   \
	Y(LANDLOCK_RESTRICT_SELF, ia32_sys_landlock_restrict_self, 446, bare)                                         \
	Y(MEMFD_SECRET, ia32_sys_memfd_secret, 447, bare)                                                             \
	Y(PROCESS_MRELEASE, ia32_sys_process_mrelease, 448, bare)                                                     \
	Y(FUTEX_WAITV, ia32_sys_futex_waitv, 449, bare)                                                               \
	Y(SET_MEMPOLICY_HOME_NODE, ia32_sys_set_mempolicy_home_node, 450, bare)                                       \
	Y(CACHESTAT, ia32_sys_cachestat, 451, fd) Y(FCHMODAT2, ia32_sys_fchmodat2, 452, call)                         \
	Y(MAP_SHADOW_STACK, ia32_sys_map_shadow_stack, 453, bare) Y(FUTEX_WAKE, ia32_sys_futex_wake, 454, bare)       \
	Y(FUTEX_WAIT, ia32_sys_futex_wait, 455, bare) Y(FUTEX_REQUEUE, ia32_sys_futex_requeue, 456, bare)             \
	Y(STATMOUNT, ia32_sys_statmount, 457, bare) Y(LISTMOUNT, ia32_sys_listmount, 458, bare)                       \
	Y(LSM_GET_SELF_ATTR, ia32_sys_lsm_get_self_attr, 459, bare)                                                   \
	Y(LSM_SET_SELF_ATTR, ia32_sys_lsm_set_self_attr, 460, bare)                                                   \
	Y(LSM_LIST_MODULES, ia32_sys_lsm_list_modules, 461, bare) Y(MSEAL, ia32_sys_mseal, 462, bare)                 \
	Y(SETXATTRAT, ia32_sys_setxattrat, 463, call) Y(GETXATTRAT, ia32_sys_getxattrat, 464, call)                   \
	Y(LISTXATTRAT, ia32_sys_listxattrat, 465, call) Y(REMOVEXATTRAT, ia32_sys_removexattrat, 466, call)           \
	Y(OPEN_TREE_ATTR, ia32_sys_open_tree_attr, 467, call) Y(FILE_GETATTR, ia32_sys_file_getattr, 468, call)       \
	Y(FILE_SETATTR, ia32_sys_file_setattr, 469, call) Y(LISTNS, ia32_sys_listns, 470, bare)                       \
	Y(RSEQ_SLICE_YIELD, ia32_sys_rseq_slice_yield, 471, bare)

/* Numbers whose function is that of another row: TYPE, number on i386. */
#define COMPAT_NUMBERS(Z)                                                                                             \
	Z(RESTART_SYSCALL, 0) Z(GETPID, 20) Z(PAUSE, 29) Z(SYNC, 36) Z(GETPPID, 64) Z(GETPGRP, 65) Z(SETSID, 66)      \
	Z(VHANGUP, 111) Z(SCHED_YIELD, 158) Z(GETUID, 199) Z(GETGID, 200) Z(GETEUID, 201) Z(GETEGID, 202)             \
	Z(FCNTL, 221) Z(GETTID, 224) Z(MUNLOCKALL, 153) Z(INOTIFY_INIT, 291)
