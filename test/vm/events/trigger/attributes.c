/* SPDX-License-Identifier: Apache-2.0 */
/* Modes, owners, sizes, extended attributes; mounts and roots. */
#include "truth.h"

#include <sys/mount.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static int fd, dir;

static void one(const char *given, const char *key)
{
	static char absolute[PATH_MAX];

	snprintf(absolute, sizeof(absolute), given[0] == '/' ? "%s" : HOME "/%s", given);
	text("evt.abspath", absolute);
	path_name(absolute, given);
	if (given[0] == '/')
		arg("%s=%s", key, given);
	else
		arg("%s=%s(%s)", key, given, absolute);
}

/* A call on the open file. */
static void on_file(void)
{
	fd_file(fd, NULL, NULL);
	path_name(FILE_, FILE_);
	arg_res();
	arg_fd("fd", fd);
}

static void modes(void)
{
	begin("chmod", "chmod");
	end(syscall(SYS_chmod, FILE_, 0640));
	arg_res();
	one(FILE_, "filename");
	arg("mode=0640(S_IRGRP|S_IWUSR|S_IRUSR)");
	done();

	begin("chmod of nothing", "chmod");
	end(syscall(SYS_chmod, HOME "/missing", 04755));
	arg_res();
	one(HOME "/missing", "filename");
	arg("mode=04755(S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID)");
	done();

	begin("fchmod", "fchmod");
	end(syscall(SYS_fchmod, fd, 0600));
	on_file();
	arg("mode=0600(S_IWUSR|S_IRUSR)");
	done();

	begin("fchmodat", "fchmodat");
	end(syscall(SYS_fchmodat, dir, "file", 0600));
	arg_res();
	arg_fd("dirfd", dir);
	one("file", "filename");
	arg("mode=0600(S_IWUSR|S_IRUSR)");
	done();

	begin("fchmodat2", "fchmodat2");
	if (end(syscall(SYS_fchmodat2, dir, "file", 0600, 0)) == -1 && action.ret == -ENOSYS)
		return; /* before 6.6 */
	arg_res();
	arg_fd("dirfd", dir);
	one("file", "filename");
	arg("mode=0600(S_IWUSR|S_IRUSR)");
	arg("flags=0");
	done();
}

static void owners(void)
{
	begin("chown", "chown");
	end(syscall(SYS_chown, FILE_, 1, 2));
	arg_res();
	one(FILE_, "path");
	arg("uid=1");
	arg("gid=2");
	done();

	begin("lchown", "lchown");
	end(syscall(SYS_lchown, LINK, -1, 3));
	arg_res();
	one(LINK, "path");
	arg("uid=-1");
	arg("gid=3");
	done();

	begin("fchown", "fchown");
	end(syscall(SYS_fchown, fd, 0, 0));
	on_file();
	arg("uid=0");
	arg("gid=0");
	done();

	begin("fchownat", "fchownat");
	end(syscall(SYS_fchownat, dir, "file", 0, 0, AT_SYMLINK_NOFOLLOW));
	arg_res();
	arg_fd("dirfd", dir);
	one("file", "pathname");
	arg("uid=0");
	arg("gid=0");
	arg("flags=256(AT_SYMLINK_NOFOLLOW)");
	done();
}

static void sizes(void)
{
	begin("truncate", "truncate");
	end(syscall(SYS_truncate, FILE_, 10L));
	arg_res();
	one(FILE_, "path");
	arg("length=10");
	done();

	begin("ftruncate", "ftruncate");
	end(syscall(SYS_ftruncate, fd, 0L));
	on_file();
	arg("length=0");
	done();

	begin("setxattr", "setxattr");
	end(syscall(SYS_setxattr, FILE_, "user.saker", "v", 1L, 0));
	arg_res();
	one(FILE_, "path");
	arg("name=user.saker");
	arg("size=1");
	arg("flags=0");
	done();

	begin("lsetxattr", "lsetxattr");
	end(syscall(SYS_lsetxattr, LINK, "trusted.saker", "v", 1L, 0));
	arg_res();
	one(LINK, "path");
	arg("name=trusted.saker");
	arg("size=1");
	arg("flags=0");
	done();

	begin("fsetxattr", "fsetxattr");
	end(syscall(SYS_fsetxattr, fd, "user.saker", "v", 1L, 0));
	on_file();
	arg("name=user.saker");
	arg("size=1");
	arg("flags=0");
	done();
}

void file_attributes(void)
{
	fd = open(FILE_, O_RDWR);
	dir = open(HOME, O_DIRECTORY | O_RDONLY);
	tell_process();
	modes();
	owners();
	sizes();
	close(fd);
	close(dir);
}

static void roots(void)
{
	int root = open("/", O_DIRECTORY | O_RDONLY);

	begin("chdir", "chdir");
	end(syscall(SYS_chdir, HOME));
	path_name(HOME, HOME);
	text("evt.abspath", HOME);
	text("proc.cwd", HOME "/");
	arg_res();
	arg("path=" HOME);
	done();

	begin("chdir to nothing", "chdir");
	end(syscall(SYS_chdir, "missing"));
	text("evt.abspath", HOME "/missing");
	text("proc.cwd", HOME "/");
	arg_res();
	arg("path=missing");
	done();

	begin("fchdir", "fchdir");
	end(syscall(SYS_fchdir, root));
	fd_file(root, NULL, NULL);
	path_name("/", "/");
	text("proc.cwd", "/");
	arg_res();
	arg_fd("fd", root);
	done();

	begin("chroot", "chroot");
	end(syscall(SYS_chroot, HOME));
	path_name(HOME, HOME);
	text("evt.abspath", HOME);
	text("proc.cwd", "/");
	arg_res();
	arg("path=" HOME);
	done();
}

void mounts(void)
{
	tell_process();
	mkdir(HOME "/mnt", 0755);

	begin("mount", "mount");
	end(syscall(SYS_mount, "none", HOME "/mnt", "tmpfs", MS_NOSUID | MS_NOEXEC, "size=1m"));
	path_two("none", "none", HOME "/mnt", HOME "/mnt");
	text("evt.abspath.dst", HOME "/mnt");
	arg_res();
	arg("dev=none");
	arg("dir=" HOME "/mnt");
	arg("type=tmpfs");
	arg("flags=10(NOSUID|NOEXEC)");
	done();

	begin("mount of nothing", "mount");
	end(syscall(SYS_mount, "none", HOME "/missing", "tmpfs", 0, NULL));
	text("evt.abspath.dst", HOME "/missing");
	arg_res();
	arg("dev=none");
	arg("dir=" HOME "/missing");
	arg("type=tmpfs");
	arg("flags=0");
	done();

	begin("umount", "umount2");
	end(syscall(SYS_umount2, HOME "/mnt", MNT_DETACH));
	path_name(HOME "/mnt", HOME "/mnt");
	text("evt.abspath", HOME "/mnt");
	arg_res();
	arg("name=" HOME "/mnt");
	arg("flags=2(DETACH)");
	done();

	begin("move_mount", "move_mount");
	end(syscall(SYS_move_mount, AT_FDCWD, HOME "/missing", AT_FDCWD, HOME "/mnt", 0));
	text("evt.abspath", HOME "/missing");
	text("evt.abspath.dst", HOME "/mnt");
	arg_res();
	arg("olddirfd=-100(AT_FDCWD)");
	arg("oldpath=" HOME "/missing");
	arg("newdirfd=-100(AT_FDCWD)");
	arg("newpath=" HOME "/mnt");
	arg("flags=0");
	done();

	begin("pivot_root", "pivot_root");
	end(syscall(SYS_pivot_root, HOME "/mnt", HOME "/mnt/old"));
	text("evt.abspath", HOME "/mnt");
	text("evt.abspath.dst", HOME "/mnt/old");
	arg_res();
	arg("newpath=" HOME "/mnt");
	arg("oldpath=" HOME "/mnt/old");
	done();
	in_child(roots);
}
