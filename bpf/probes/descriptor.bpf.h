/* SPDX-License-Identifier: GPL-2.0 */
/* Calls on descriptors of any kind, in the columns of file.bpf.h. */
#define DESCRIPTOR_CALLS(X)                                                                                           \
	X(CLOSE, x64_sys_close, 3, close, .fd = 1)                                                                    \
	X(CLOSE_RANGE, x64_sys_close_range, 436, bare)                                                                \
	X(DUP, x64_sys_dup, 32, fd, .fd = 1)                                                                          \
	X(DUP2, x64_sys_dup2, 33, fd, .fd = 1)                                                                        \
	X(DUP3, x64_sys_dup3, 292, fd, .fd = 1)                                                                       \
	X(FCNTL, x64_sys_fcntl, 72, fd, .fd = 1)                                                                      \
	X(PIPE, x64_sys_pipe, 22, bare, .flags = CALL_PIPE)                                                           \
	X(PIPE2, x64_sys_pipe2, 293, bare, .flags = CALL_PIPE)                                                        \
	X(EVENTFD, x64_sys_eventfd, 284, bare)                                                                        \
	X(EVENTFD2, x64_sys_eventfd2, 290, bare)                                                                      \
	X(SIGNALFD, x64_sys_signalfd, 282, bare)                                                                      \
	X(SIGNALFD4, x64_sys_signalfd4, 289, bare)                                                                    \
	X(INOTIFY_INIT, x64_sys_inotify_init, 253, bare)                                                              \
	X(INOTIFY_INIT1, x64_sys_inotify_init1, 294, bare)                                                            \
	X(INOTIFY_RM_WATCH, x64_sys_inotify_rm_watch, 255, bare)                                                      \
	X(TIMERFD_CREATE, x64_sys_timerfd_create, 283, bare)                                                          \
	X(TIMERFD_SETTIME, x64_sys_timerfd_settime, 286, bare)                                                        \
	X(TIMERFD_GETTIME, x64_sys_timerfd_gettime, 287, bare)                                                        \
	X(EPOLL_CREATE, x64_sys_epoll_create, 213, bare)                                                              \
	X(EPOLL_CREATE1, x64_sys_epoll_create1, 291, bare)                                                            \
	X(EPOLL_CTL, x64_sys_epoll_ctl, 233, fd, .fd = 3)                                                             \
	X(EPOLL_WAIT, x64_sys_epoll_wait, 232, bare)                                                                  \
	X(EPOLL_PWAIT, x64_sys_epoll_pwait, 281, bare)                                                                \
	X(EPOLL_PWAIT2, x64_sys_epoll_pwait2, 441, bare)                                                              \
	X(READ, x64_sys_read, 0, fd, .fd = 1, .buffer = 2, .size = 3, .flags = CALL_FILLS)                            \
	X(READV, x64_sys_readv, 19, fd, .fd = 1, .parts = 2, .flags = CALL_FILLS)                                     \
	X(PREAD, x64_sys_pread64, 17, fd, .fd = 1, .buffer = 2, .size = 3, .flags = CALL_FILLS)                       \
	X(PREADV, x64_sys_preadv, 295, fd, .fd = 1, .parts = 2, .flags = CALL_FILLS)                                  \
	X(PREADV2, x64_sys_preadv2, 327, fd, .fd = 1, .parts = 2, .flags = CALL_FILLS)                                \
	X(WRITE, x64_sys_write, 1, fd, .fd = 1, .buffer = 2, .size = 3)                                               \
	X(WRITEV, x64_sys_writev, 20, fd, .fd = 1, .parts = 2)                                                        \
	X(PWRITE, x64_sys_pwrite64, 18, fd, .fd = 1, .buffer = 2, .size = 3)                                          \
	X(PWRITEV, x64_sys_pwritev, 296, fd, .fd = 1, .parts = 2)                                                     \
	X(PWRITEV2, x64_sys_pwritev2, 328, fd, .fd = 1, .parts = 2)                                                   \
	X(SENDFILE, x64_sys_sendfile64, 40, fd, .fd = 1)                                                              \
	X(SPLICE, x64_sys_splice, 275, fd, .fd = 1)                                                                   \
	X(TEE, x64_sys_tee, 276, fd, .fd = 1)                                                                         \
	X(VMSPLICE, x64_sys_vmsplice, 278, fd, .fd = 1)                                                               \
	X(COPY_FILE_RANGE, x64_sys_copy_file_range, 326, fd, .fd = 3)                                                 \
	X(FALLOCATE, x64_sys_fallocate, 285, fd, .fd = 1)                                                             \
	X(FADVISE64, x64_sys_fadvise64, 221, fd, .fd = 1)                                                             \
	X(READAHEAD, x64_sys_readahead, 187, fd, .fd = 1)                                                             \
	X(LSEEK, x64_sys_lseek, 8, fd, .fd = 1)                                                                       \
	X(IOCTL, x64_sys_ioctl, 16, fd, .fd = 1)                                                                      \
	X(FLOCK, x64_sys_flock, 73, fd, .fd = 1)                                                                      \
	X(FSYNC, x64_sys_fsync, 74, fd, .fd = 1)                                                                      \
	X(FDATASYNC, x64_sys_fdatasync, 75, fd, .fd = 1)                                                              \
	X(SYNC_FILE_RANGE, x64_sys_sync_file_range, 277, fd, .fd = 1)                                                 \
	X(SYNCFS, x64_sys_syncfs, 306, fd, .fd = 1)                                                                   \
	X(FSTAT, x64_sys_newfstat, 5, fd, .fd = 1)                                                                    \
	X(FSTATFS, x64_sys_fstatfs, 138, fd, .fd = 1)                                                                 \
	X(GETDENTS, x64_sys_getdents, 78, fd, .fd = 1)                                                                \
	X(GETDENTS64, x64_sys_getdents64, 217, fd, .fd = 1)                                                           \
	X(FLISTXATTR, x64_sys_flistxattr, 196, fd, .fd = 1)                                                           \
	X(CACHESTAT, x64_sys_cachestat, 451, fd, .fd = 1)
