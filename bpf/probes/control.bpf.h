/* SPDX-License-Identifier: GPL-2.0 */
/* Credentials, namespaces, other processes, the kernel, descriptors and memory, in the columns of file.bpf.h. */
#define CONTROL_CALLS(X)                                                                                     \
	X(SETUID, setuid, 105, 213, .flags = CALL_LIFE)                                                      \
	X(SETGID, setgid, 106, 214, .flags = CALL_LIFE)                                                      \
	X(SETREUID, setreuid, 113, 203, .flags = CALL_LIFE)                                                  \
	X(SETREGID, setregid, 114, 204, .flags = CALL_LIFE)                                                  \
	X(SETRESUID, setresuid, 117, 208, .flags = CALL_LIFE)                                                \
	X(SETRESGID, setresgid, 119, 210, .flags = CALL_LIFE)                                                \
	X(SETFSUID, setfsuid, 122, 215, .flags = CALL_LIFE)                                                  \
	X(SETFSGID, setfsgid, 123, 216, .flags = CALL_LIFE)                                                  \
	X(CAPSET, capset, 126, 185, .flags = CALL_CAPS | CALL_LIFE)                                          \
	X(SETNS, setns, 308, 346, .fd = 1, .flags = CALL_LIFE)                                               \
	X(UNSHARE, unshare, 272, 310, .flags = CALL_LIFE)                                                    \
	X(SETPGID, setpgid, 109, 57, .flags = CALL_LIFE)                                                     \
	X(PRCTL, prctl, 157, 172, .flags = CALL_PRCTL)                                                       \
	X(PERSONALITY, personality, 135, 136)                                                                \
	X(SECCOMP, seccomp, 317, 354)                                                                        \
	X(PTRACE, ptrace, 101, 26, .flags = CALL_LIFE)                                                       \
	X(KILL, kill, 62, 37)                                                                                \
	X(TKILL, tkill, 200, 238)                                                                            \
	X(TGKILL, tgkill, 234, 270)                                                                          \
	X(PROCESS_VM_READV, process_vm_readv, 310, 347)                                                      \
	X(PROCESS_VM_WRITEV, process_vm_writev, 311, 348)                                                    \
	X(PIDFD_OPEN, pidfd_open, 434, 434)                                                                  \
	X(PIDFD_GETFD, pidfd_getfd, 438, 438, .fd = ARG_RET)                                                 \
	X(MEMFD_CREATE, memfd_create, 319, 356, .text = 1)                                                   \
	X(KEYCTL, keyctl, 250, 288)                                                                          \
	X(BPF, bpf, 321, 357, .flags = CALL_LIFE)                                                            \
	X(INIT_MODULE, init_module, 175, 128, .text = 3, .flags = CALL_LIFE)                                 \
	X(FINIT_MODULE, finit_module, 313, 350, .fd = 1, .text = 2, .flags = CALL_LIFE)                      \
	X(DELETE_MODULE, delete_module, 176, 129, .text = 1, .flags = CALL_LIFE)                             \
	X(PERF_EVENT_OPEN, perf_event_open, 298, 336)                                                        \
	X(USERFAULTFD, userfaultfd, 323, 374)                                                                \
	X(IO_URING_SETUP, io_uring_setup, 425, 425)                                                          \
	X(KEXEC_LOAD, kexec_load, 246, 283, .flags = CALL_LIFE)                                              \
	X(KEXEC_FILE_LOAD, kexec_file_load, 320, 510, .fd = 1, .text = 4, .flags = CALL_LIFE)                  \
	X(DUP, dup, 32, 41, .fd = 1)                                                                         \
	X(DUP2, dup2, 33, 63, .fd = 1)                                                                       \
	X(DUP3, dup3, 292, 330, .fd = 1)                                                                     \
	X(FCNTL, fcntl, 72, 55, .fd = 1)                                                                     \
	X(PIPE, pipe, 22, 42, .flags = CALL_PIPE)                                                            \
	X(PIPE2, pipe2, 293, 331, .flags = CALL_PIPE)                                                        \
	X(EVENTFD, eventfd, 284, 323)                                                                        \
	X(EVENTFD2, eventfd2, 290, 328)                                                                      \
	X(SIGNALFD, signalfd, 282, 321)                                                                      \
	X(SIGNALFD4, signalfd4, 289, 327)                                                                    \
	X(INOTIFY_INIT1, inotify_init1, 294, 332)                                                            \
	X(TIMERFD_CREATE, timerfd_create, 283, 322)                                                          \
	X(EPOLL_CREATE, epoll_create, 213, 254)                                                              \
	X(EPOLL_CREATE1, epoll_create1, 291, 329)                                                            \
	X(MPROTECT, mprotect, 10, 125)                                                                       \
	X(MMAP, mmap, 9, 192, .fd = 5)

/* Without arguments: their functions have another shape. */
#define BARE_CALLS(X)                                                                                        \
	X(SETSID, setsid, 112, 66, .flags = CALL_LIFE)                                                       \
	X(INOTIFY_INIT, inotify_init, 253, 291)
