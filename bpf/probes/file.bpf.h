/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names and places in the file system. Columns of all tables: TYPE, kernel function (with __ before it), number on
 * x86-64, which event function (calls.bpf.h), and the members of struct call_row (lib/call.h). scripts/generate-calls.ts
 * reads them too: one row a line.
 */
#define FILE_CALLS(X)                                                                                                 \
	X(UNLINK, x64_sys_unlink, 87, call, .name = 1)                                                                \
	X(UNLINKAT, x64_sys_unlinkat, 263, call, .base = 1, .name = 2)                                                \
	X(RMDIR, x64_sys_rmdir, 84, call, .name = 1)                                                                  \
	X(RENAME, x64_sys_rename, 82, call, .name = 1, .name2 = 2)                                                    \
	X(RENAMEAT, x64_sys_renameat, 264, call, .base = 1, .name = 2, .base2 = 3, .name2 = 4)                        \
	X(RENAMEAT2, x64_sys_renameat2, 316, call, .base = 1, .name = 2, .base2 = 3, .name2 = 4)                      \
	X(LINK, x64_sys_link, 86, call, .name = 1, .name2 = 2)                                                        \
	X(LINKAT, x64_sys_linkat, 265, call, .base = 1, .name = 2, .base2 = 3, .name2 = 4)                            \
	X(SYMLINK, x64_sys_symlink, 88, call, .name = 1, .flags = CALL_AS_GIVEN, .name2 = 2)                          \
	X(SYMLINKAT, x64_sys_symlinkat, 266, call, .name = 1, .flags = CALL_AS_GIVEN, .base2 = 2, .name2 = 3)         \
	X(MKDIR, x64_sys_mkdir, 83, call, .name = 1)                                                                  \
	X(MKDIRAT, x64_sys_mkdirat, 258, call, .base = 1, .name = 2)                                                  \
	X(MKNOD, x64_sys_mknod, 133, call, .name = 1)                                                                 \
	X(MKNODAT, x64_sys_mknodat, 259, call, .base = 1, .name = 2)                                                  \
	X(CHMOD, x64_sys_chmod, 90, call, .name = 1)                                                                  \
	X(FCHMOD, x64_sys_fchmod, 91, call, .fd = 1)                                                                  \
	X(FCHMODAT, x64_sys_fchmodat, 268, call, .base = 1, .name = 2)                                                \
	X(FCHMODAT2, x64_sys_fchmodat2, 452, call, .base = 1, .name = 2)                                              \
	X(CHOWN, x64_sys_chown, 92, call, .name = 1)                                                                  \
	X(LCHOWN, x64_sys_lchown, 94, call, .name = 1)                                                                \
	X(FCHOWN, x64_sys_fchown, 93, call, .fd = 1)                                                                  \
	X(FCHOWNAT, x64_sys_fchownat, 260, call, .base = 1, .name = 2)                                                \
	X(TRUNCATE, x64_sys_truncate, 76, call, .name = 1)                                                            \
	X(FTRUNCATE, x64_sys_ftruncate, 77, call, .fd = 1)                                                            \
	X(SETXATTR, x64_sys_setxattr, 188, call, .name = 1, .text = 2)                                                \
	X(LSETXATTR, x64_sys_lsetxattr, 189, call, .name = 1, .text = 2)                                              \
	X(FSETXATTR, x64_sys_fsetxattr, 190, call, .fd = 1, .text = 2)                                                \
	X(SETXATTRAT, x64_sys_setxattrat, 463, call, .base = 1, .name = 2, .text = 4)                                 \
	X(REMOVEXATTR, x64_sys_removexattr, 197, call, .name = 1, .text = 2)                                          \
	X(LREMOVEXATTR, x64_sys_lremovexattr, 198, call, .name = 1, .text = 2)                                        \
	X(FREMOVEXATTR, x64_sys_fremovexattr, 199, call, .fd = 1, .text = 2)                                          \
	X(REMOVEXATTRAT, x64_sys_removexattrat, 466, call, .base = 1, .name = 2, .text = 4)                           \
	X(UTIME, x64_sys_utime, 132, call, .name = 1)                                                                 \
	X(UTIMES, x64_sys_utimes, 235, call, .name = 1)                                                               \
	X(FUTIMESAT, x64_sys_futimesat, 261, call, .base = 1, .name = 2)                                              \
	X(UTIMENSAT, x64_sys_utimensat, 280, call, .base = 1, .name = 2)                                              \
	X(FILE_SETATTR, x64_sys_file_setattr, 469, call, .base = 1, .name = 2)                                        \
	X(MOUNT, x64_sys_mount, 165, call, .name = 1, .name2 = 2, .text = 3, .flags = CALL_AS_GIVEN | CALL_LIFE)      \
	X(UMOUNT2, x64_sys_umount, 166, call, .name = 1, .flags = CALL_LIFE)                                          \
	X(MOVE_MOUNT, x64_sys_move_mount, 429, call, .base = 1, .name = 2, .base2 = 3, .name2 = 4, .flags = CALL_LIFE) \
	X(MOUNT_SETATTR, x64_sys_mount_setattr, 442, call, .base = 1, .name = 2, .flags = CALL_LIFE)                  \
	X(OPEN_TREE, x64_sys_open_tree, 428, call, .base = 1, .name = 2, .fd = ARG_RET, .flags = CALL_LIFE)           \
	X(OPEN_TREE_ATTR, x64_sys_open_tree_attr, 467, call, .base = 1, .name = 2, .fd = ARG_RET, .flags = CALL_LIFE) \
	X(FSOPEN, x64_sys_fsopen, 430, call, .text = 1, .flags = CALL_LIFE)                                           \
	X(FSPICK, x64_sys_fspick, 433, call, .base = 1, .name = 2, .flags = CALL_LIFE)                                \
	X(FSCONFIG, x64_sys_fsconfig, 431, call, .text = 3, .name = 4, .flags = CALL_FSCONFIG | CALL_AS_GIVEN | CALL_LIFE) \
	X(FSMOUNT, x64_sys_fsmount, 432, call, .fd = ARG_RET, .flags = CALL_LIFE)                                     \
	X(PIVOT_ROOT, x64_sys_pivot_root, 155, call, .name = 1, .name2 = 2, .flags = CALL_LIFE)                       \
	X(CHROOT, x64_sys_chroot, 161, call, .name = 1, .flags = CALL_LIFE)                                           \
	X(CHDIR, x64_sys_chdir, 80, call, .name = 1, .flags = CALL_CWD)                                               \
	X(FCHDIR, x64_sys_fchdir, 81, call, .fd = 1)                                                                  \
	X(OPEN_BY_HANDLE_AT, x64_sys_open_by_handle_at, 304, call, .fd = ARG_RET)                                     \
	X(NAME_TO_HANDLE_AT, x64_sys_name_to_handle_at, 303, call, .base = 1, .name = 2)                              \
	X(SWAPON, x64_sys_swapon, 167, call, .name = 1, .flags = CALL_LIFE)                                           \
	X(SWAPOFF, x64_sys_swapoff, 168, call, .name = 1, .flags = CALL_LIFE)                                         \
	X(ACCT, x64_sys_acct, 163, call, .name = 1, .flags = CALL_LIFE)                                               \
	X(QUOTACTL, x64_sys_quotactl, 179, call, .name = 2)                                                           \
	X(QUOTACTL_FD, x64_sys_quotactl_fd, 443, call, .fd = 1)                                                       \
	X(INOTIFY_ADD_WATCH, x64_sys_inotify_add_watch, 254, call, .name = 2)                                         \
	X(FANOTIFY_MARK, x64_sys_fanotify_mark, 301, call, .base = 4, .name = 5)                                      \
	X(MQ_OPEN, x64_sys_mq_open, 240, call, .text = 1, .fd = ARG_RET)                                              \
	X(MQ_UNLINK, x64_sys_mq_unlink, 241, call, .text = 1)                                                         \
	X(USELIB, x64_sys_uselib, 134, call, .name = 1)                                                               \
	X(ACCESS, x64_sys_access, 21, call, .name = 1)                                                                \
	X(FACCESSAT, x64_sys_faccessat, 269, call, .base = 1, .name = 2)                                              \
	X(FACCESSAT2, x64_sys_faccessat2, 439, call, .base = 1, .name = 2)                                            \
	X(STAT, x64_sys_newstat, 4, call, .name = 1)                                                                  \
	X(LSTAT, x64_sys_newlstat, 6, call, .name = 1)                                                                \
	X(NEWFSTATAT, x64_sys_newfstatat, 262, call, .base = 1, .name = 2)                                            \
	X(STATX, x64_sys_statx, 332, call, .base = 1, .name = 2)                                                      \
	X(STATFS, x64_sys_statfs, 137, call, .name = 1)                                                               \
	X(READLINK, x64_sys_readlink, 89, call, .name = 1)                                                            \
	X(READLINKAT, x64_sys_readlinkat, 267, call, .base = 1, .name = 2)                                            \
	X(GETXATTR, x64_sys_getxattr, 191, call, .name = 1, .text = 2)                                                \
	X(LGETXATTR, x64_sys_lgetxattr, 192, call, .name = 1, .text = 2)                                              \
	X(FGETXATTR, x64_sys_fgetxattr, 193, call, .fd = 1, .text = 2)                                                \
	X(GETXATTRAT, x64_sys_getxattrat, 464, call, .base = 1, .name = 2, .text = 4)                                 \
	X(LISTXATTR, x64_sys_listxattr, 194, call, .name = 1)                                                         \
	X(LLISTXATTR, x64_sys_llistxattr, 195, call, .name = 1)                                                       \
	X(LISTXATTRAT, x64_sys_listxattrat, 465, call, .base = 1, .name = 2)                                          \
	X(FILE_GETATTR, x64_sys_file_getattr, 468, call, .base = 1, .name = 2)                                        \
	X(GETCWD, x64_sys_getcwd, 79, call, .flags = CALL_CWD)
