/* SPDX-License-Identifier: GPL-2.0 */
/* Names and places in the file system: TYPE, symbol, number on x86-64, number on i386, columns. */
#define FILE_CALLS(X)                                                                                        \
	X(UNLINK, unlink, 87, 10, .name = 1)                                                                 \
	X(UNLINKAT, unlinkat, 263, 301, .base = 1, .name = 2)                                                \
	X(RMDIR, rmdir, 84, 40, .name = 1)                                                                   \
	X(RENAME, rename, 82, 38, .name = 1, .name2 = 2)                                                     \
	X(RENAMEAT, renameat, 264, 302, .base = 1, .name = 2, .base2 = 3, .name2 = 4)                        \
	X(RENAMEAT2, renameat2, 316, 353, .base = 1, .name = 2, .base2 = 3, .name2 = 4)                      \
	X(LINK, link, 86, 9, .name = 1, .name2 = 2)                                                          \
	X(LINKAT, linkat, 265, 303, .base = 1, .name = 2, .base2 = 3, .name2 = 4)                            \
	X(SYMLINK, symlink, 88, 83, .name = 1, .flags = CALL_AS_GIVEN, .name2 = 2)                           \
	X(SYMLINKAT, symlinkat, 266, 304, .name = 1, .flags = CALL_AS_GIVEN, .base2 = 2, .name2 = 3)         \
	X(MKDIR, mkdir, 83, 39, .name = 1)                                                                   \
	X(MKDIRAT, mkdirat, 258, 296, .base = 1, .name = 2)                                                  \
	X(MKNOD, mknod, 133, 14, .name = 1)                                                                  \
	X(MKNODAT, mknodat, 259, 297, .base = 1, .name = 2)                                                  \
	X(CHMOD, chmod, 90, 15, .name = 1)                                                                   \
	X(FCHMOD, fchmod, 91, 94, .fd = 1)                                                                   \
	X(FCHMODAT, fchmodat, 268, 306, .base = 1, .name = 2)                                                \
	X(FCHMODAT2, fchmodat2, 452, 452, .base = 1, .name = 2)                                              \
	X(CHOWN, chown, 92, 212, .name = 1)                                                                  \
	X(LCHOWN, lchown, 94, 198, .name = 1)                                                                \
	X(FCHOWN, fchown, 93, 207, .fd = 1)                                                                  \
	X(FCHOWNAT, fchownat, 260, 298, .base = 1, .name = 2)                                                \
	X(TRUNCATE, truncate, 76, 92, .name = 1)                                                             \
	X(FTRUNCATE, ftruncate, 77, 93, .fd = 1)                                                             \
	X(SETXATTR, setxattr, 188, 226, .name = 1, .text = 2)                                                \
	X(LSETXATTR, lsetxattr, 189, 227, .name = 1, .text = 2)                                              \
	X(FSETXATTR, fsetxattr, 190, 228, .fd = 1, .text = 2)                                                \
	X(MOUNT, mount, 165, 21, .name = 1, .name2 = 2, .text = 3, .flags = CALL_AS_GIVEN | CALL_LIFE)       \
	X(UMOUNT2, umount, 166, 52, .name = 1, .flags = CALL_LIFE)                                           \
	X(MOVE_MOUNT, move_mount, 429, 429, .base = 1, .name = 2, .base2 = 3, .name2 = 4, .flags = CALL_LIFE) \
	X(PIVOT_ROOT, pivot_root, 155, 217, .name = 1, .name2 = 2, .flags = CALL_LIFE)                       \
	X(CHROOT, chroot, 161, 61, .name = 1, .flags = CALL_LIFE)                                            \
	X(CHDIR, chdir, 80, 12, .name = 1, .flags = CALL_CWD)                                                \
	X(FCHDIR, fchdir, 81, 133, .fd = 1)                                                                  \
	X(OPEN_BY_HANDLE_AT, open_by_handle_at, 304, 342, .fd = ARG_RET)
