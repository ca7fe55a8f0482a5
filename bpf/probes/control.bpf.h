/* SPDX-License-Identifier: GPL-2.0 */
/* Credentials, namespaces, limits, other processes and the kernel itself, in the columns of file.bpf.h. */
#define CONTROL_CALLS(X)                                                                                              \
	X(SETUID, x64_sys_setuid, 105, bare, .flags = CALL_LIFE)                                                      \
	X(SETGID, x64_sys_setgid, 106, bare, .flags = CALL_LIFE)                                                      \
	X(SETREUID, x64_sys_setreuid, 113, bare, .flags = CALL_LIFE)                                                  \
	X(SETREGID, x64_sys_setregid, 114, bare, .flags = CALL_LIFE)                                                  \
	X(SETRESUID, x64_sys_setresuid, 117, bare, .flags = CALL_LIFE)                                                \
	X(SETRESGID, x64_sys_setresgid, 119, bare, .flags = CALL_LIFE)                                                \
	X(SETFSUID, x64_sys_setfsuid, 122, bare, .flags = CALL_LIFE)                                                  \
	X(SETFSGID, x64_sys_setfsgid, 123, bare, .flags = CALL_LIFE)                                                  \
	X(SETGROUPS, x64_sys_setgroups, 116, bare, .flags = CALL_LIFE)                                                \
	X(CAPSET, x64_sys_capset, 126, bare, .flags = CALL_CAPS | CALL_LIFE)                                          \
	X(SETNS, x64_sys_setns, 308, call, .fd = 1, .flags = CALL_LIFE)                                               \
	X(UNSHARE, x64_sys_unshare, 272, bare, .flags = CALL_LIFE)                                                    \
	X(SETPGID, x64_sys_setpgid, 109, bare, .flags = CALL_LIFE)                                                    \
	X(SETSID, do_sys_setsid, 112, bare, .flags = CALL_LIFE)                                                       \
	X(PRCTL, x64_sys_prctl, 157, call, .flags = CALL_PRCTL)                                                       \
	X(ARCH_PRCTL, x64_sys_arch_prctl, 158, bare)                                                                  \
	X(PERSONALITY, x64_sys_personality, 135, bare)                                                                \
	X(SECCOMP, x64_sys_seccomp, 317, bare)                                                                        \
	X(LANDLOCK_CREATE_RULESET, x64_sys_landlock_create_ruleset, 444, bare)                                        \
	X(LANDLOCK_ADD_RULE, x64_sys_landlock_add_rule, 445, bare)                                                    \
	X(LANDLOCK_RESTRICT_SELF, x64_sys_landlock_restrict_self, 446, bare, .flags = CALL_LIFE)                      \
	X(PTRACE, x64_sys_ptrace, 101, bare, .flags = CALL_LIFE)                                                      \
	X(KILL, x64_sys_kill, 62, bare)                                                                               \
	X(TKILL, x64_sys_tkill, 200, bare)                                                                            \
	X(TGKILL, x64_sys_tgkill, 234, bare)                                                                          \
	X(RT_SIGQUEUEINFO, x64_sys_rt_sigqueueinfo, 129, bare)                                                        \
	X(RT_TGSIGQUEUEINFO, x64_sys_rt_tgsigqueueinfo, 297, bare)                                                    \
	X(PIDFD_SEND_SIGNAL, x64_sys_pidfd_send_signal, 424, bare)                                                    \
	X(PROCESS_VM_READV, x64_sys_process_vm_readv, 310, bare)                                                      \
	X(PROCESS_VM_WRITEV, x64_sys_process_vm_writev, 311, bare)                                                    \
	X(PROCESS_MADVISE, x64_sys_process_madvise, 440, bare)                                                        \
	X(PROCESS_MRELEASE, x64_sys_process_mrelease, 448, bare)                                                      \
	X(PIDFD_OPEN, x64_sys_pidfd_open, 434, bare)                                                                  \
	X(PIDFD_GETFD, x64_sys_pidfd_getfd, 438, fd, .fd = ARG_RET)                                                   \
	X(KCMP, x64_sys_kcmp, 312, bare)                                                                              \
	X(MEMFD_CREATE, x64_sys_memfd_create, 319, call, .text = 1)                                                   \
	X(MEMFD_SECRET, x64_sys_memfd_secret, 447, bare)                                                              \
	X(KEYCTL, x64_sys_keyctl, 250, bare)                                                                          \
	X(ADD_KEY, x64_sys_add_key, 248, call, .text = 1, .name = 2, .flags = CALL_AS_GIVEN)                          \
	X(REQUEST_KEY, x64_sys_request_key, 249, call, .text = 1, .name = 2, .flags = CALL_AS_GIVEN)                  \
	X(BPF, x64_sys_bpf, 321, bare, .flags = CALL_LIFE)                                                            \
	X(INIT_MODULE, x64_sys_init_module, 175, call, .text = 3, .flags = CALL_LIFE)                                 \
	X(FINIT_MODULE, x64_sys_finit_module, 313, call, .fd = 1, .text = 2, .flags = CALL_LIFE)                      \
	X(DELETE_MODULE, x64_sys_delete_module, 176, call, .text = 1, .flags = CALL_LIFE)                             \
	X(PERF_EVENT_OPEN, x64_sys_perf_event_open, 298, bare)                                                        \
	X(USERFAULTFD, x64_sys_userfaultfd, 323, bare)                                                                \
	X(IO_URING_SETUP, x64_sys_io_uring_setup, 425, bare)                                                          \
	X(IO_URING_ENTER, x64_sys_io_uring_enter, 426, bare)                                                          \
	X(IO_URING_REGISTER, x64_sys_io_uring_register, 427, bare)                                                    \
	X(KEXEC_LOAD, x64_sys_kexec_load, 246, bare, .flags = CALL_LIFE)                                              \
	X(KEXEC_FILE_LOAD, x64_sys_kexec_file_load, 320, call, .fd = 1, .text = 4, .flags = CALL_LIFE)                \
	X(REBOOT, x64_sys_reboot, 169, bare, .flags = CALL_LIFE)                                                      \
	X(SETHOSTNAME, x64_sys_sethostname, 170, call, .text = 1, .text_size = 2, .flags = CALL_LIFE)                 \
	X(SETDOMAINNAME, x64_sys_setdomainname, 171, call, .text = 1, .text_size = 2, .flags = CALL_LIFE)             \
	X(SETTIMEOFDAY, x64_sys_settimeofday, 164, bare, .flags = CALL_LIFE)                                          \
	X(CLOCK_SETTIME, x64_sys_clock_settime, 227, bare, .flags = CALL_LIFE)                                        \
	X(ADJTIMEX, x64_sys_adjtimex, 159, bare)                                                                      \
	X(CLOCK_ADJTIME, x64_sys_clock_adjtime, 305, bare)                                                            \
	X(IOPERM, x64_sys_ioperm, 173, bare, .flags = CALL_LIFE)                                                      \
	X(IOPL, x64_sys_iopl, 172, bare, .flags = CALL_LIFE)                                                          \
	X(MODIFY_LDT, x64_sys_modify_ldt, 154, bare)                                                                  \
	X(SYSLOG, x64_sys_syslog, 103, bare)                                                                          \
	X(SETRLIMIT, x64_sys_setrlimit, 160, bare, .pair = 2)                                                         \
	X(PRLIMIT, x64_sys_prlimit64, 302, bare, .pair = 3)                                                           \
	X(SETPRIORITY, x64_sys_setpriority, 141, bare)                                                                \
	X(IOPRIO_SET, x64_sys_ioprio_set, 251, bare)                                                                  \
	X(SCHED_SETSCHEDULER, x64_sys_sched_setscheduler, 144, bare)                                                  \
	X(SCHED_SETPARAM, x64_sys_sched_setparam, 142, bare)                                                          \
	X(SCHED_SETATTR, x64_sys_sched_setattr, 314, bare)                                                            \
	X(SCHED_SETAFFINITY, x64_sys_sched_setaffinity, 203, bare)                                                    \
	X(MPROTECT, x64_sys_mprotect, 10, bare)                                                                       \
	X(PKEY_MPROTECT, x64_sys_pkey_mprotect, 329, bare)                                                            \
	X(MMAP, x64_sys_mmap, 9, fd, .fd = 5)                                                                         \
	X(VHANGUP, do_sys_vhangup, 153, bare)                                                                         \
	X(LSM_SET_SELF_ATTR, x64_sys_lsm_set_self_attr, 460, bare)                                                    \
	X(FANOTIFY_INIT, x64_sys_fanotify_init, 300, bare)
