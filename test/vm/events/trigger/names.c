/* SPDX-License-Identifier: Apache-2.0 */
/* Names in the file system: made, linked, moved and removed. */
#include "truth.h"

#define NAME(n) HOME "/" n

static int dir;

/* A call with one path. The working directory is HOME. */
static void one(const char *given, const char *key)
{
	static char absolute[PATH_MAX];

	snprintf(absolute, sizeof(absolute), given[0] == '/' ? "%s" : HOME "/%s", given);
	text("evt.abspath", absolute);
	path_name(absolute, given);
	arg_path(key, given);
}

static void made(void)
{
	begin("mkdir", "mkdir");
	end(syscall(SYS_mkdir, NAME("m"), 0750));
	arg_res();
	one(NAME("m"), "path");
	arg("mode=1E8");
	done();

	begin("mkdir again", "mkdir");
	end(syscall(SYS_mkdir, NAME("m"), 0750));
	arg_res();
	one(NAME("m"), "path");
	arg("mode=1E8");
	done();

	begin("mkdirat", "mkdirat");
	end(syscall(SYS_mkdirat, dir, "m2", 0700));
	arg_res();
	arg_fd("dirfd", dir);
	one("m2", "path");
	arg("mode=1C0");
	done();

	begin("mknod", "mknod");
	end(syscall(SYS_mknod, NAME("fifo"), S_IFIFO | 0600, 0));
	arg_res();
	one(NAME("fifo"), "path");
	arg("mode=010600(S_IWUSR|S_IRUSR|S_IFIFO)");
	arg("dev=0");
	done();

	begin("mknodat", "mknodat");
	end(syscall(SYS_mknodat, dir, "fifo2", S_IFIFO | 0600, 0));
	arg_res();
	arg_fd("dirfd", dir);
	one("fifo2", "path");
	arg("mode=010600(S_IWUSR|S_IRUSR|S_IFIFO)");
	arg("dev=0");
	done();
}

/* As Falco has it: a link is the source, and what it leads to the target. */
static void linked(void)
{
	begin("link", "link");
	end(syscall(SYS_link, NAME("fifo"), NAME("hard")));
	path_two(NAME("hard"), NAME("hard"), NAME("fifo"), NAME("fifo"));
	text("evt.abspath", NAME("fifo"));
	text("evt.abspath.dst", NAME("hard"));
	arg_res();
	arg("oldpath=" NAME("fifo"));
	arg("newpath=" NAME("hard"));
	done();

	begin("linkat", "linkat");
	end(syscall(SYS_linkat, dir, "fifo", AT_FDCWD, "hard2", 0));
	path_two(NAME("hard2"), "hard2", NAME("fifo"), "fifo");
	text("evt.abspath", NAME("fifo"));
	text("evt.abspath.dst", NAME("hard2"));
	arg_res();
	arg_fd("olddir", dir);
	arg("oldpath=fifo(" NAME("fifo") ")");
	arg("newdir=-100(AT_FDCWD)");
	arg("newpath=hard2(" NAME("hard2") ")");
	arg("flags=0");
	done();

	begin("link to nothing", "link");
	end(syscall(SYS_link, NAME("missing"), NAME("hard4")));
	text("evt.abspath", NAME("missing"));
	text("evt.abspath.dst", NAME("hard4"));
	arg_res();
	arg("oldpath=" NAME("missing"));
	arg("newpath=" NAME("hard4"));
	done();

	begin("symlink", "symlink");
	end(syscall(SYS_symlink, "words of the link", NAME("soft")));
	path_two(NAME("soft"), NAME("soft"), "words of the link", "words of the link");
	text("evt.abspath.dst", NAME("soft"));
	arg_res();
	arg("target=words of the link");
	arg("linkpath=" NAME("soft"));
	done();

	begin("symlinkat", "symlinkat");
	end(syscall(SYS_symlinkat, "/etc/shadow", dir, "soft2"));
	path_two(NAME("soft2"), "soft2", "/etc/shadow", "/etc/shadow");
	text("evt.abspath.dst", NAME("soft2"));
	text("evt.abspath", "/etc/shadow");
	arg_res();
	arg("target=/etc/shadow");
	arg_fd("linkdirfd", dir);
	arg("linkpath=soft2(" NAME("soft2") ")");
	done();
}

static void moved(void)
{
	begin("rename", "rename");
	end(syscall(SYS_rename, NAME("soft"), NAME("soft3")));
	path_two(NAME("soft"), NAME("soft"), NAME("soft3"), NAME("soft3"));
	text("evt.abspath", NAME("soft"));
	text("evt.abspath.dst", NAME("soft3"));
	arg_res();
	arg("oldpath=" NAME("soft"));
	arg("newpath=" NAME("soft3"));
	done();

	begin("renameat", "renameat");
	end(syscall(SYS_renameat, dir, "soft2", dir, "soft4"));
	path_two(NAME("soft2"), "soft2", NAME("soft4"), "soft4");
	text("evt.abspath", NAME("soft2"));
	text("evt.abspath.dst", NAME("soft4"));
	arg_res();
	arg_fd("olddirfd", dir);
	arg("oldpath=soft2(" NAME("soft2") ")");
	arg_fd("newdirfd", dir);
	arg("newpath=soft4(" NAME("soft4") ")");
	done();

	begin("renameat2", "renameat2");
	end(syscall(SYS_renameat2, AT_FDCWD, NAME("hard"), dir, "hard3", 1));
	path_two(NAME("hard"), NAME("hard"), NAME("hard3"), "hard3");
	text("evt.abspath", NAME("hard"));
	text("evt.abspath.dst", NAME("hard3"));
	arg_res();
	arg("olddirfd=-100(AT_FDCWD)");
	arg("oldpath=" NAME("hard"));
	arg_fd("newdirfd", dir);
	arg("newpath=hard3(" NAME("hard3") ")");
	arg("flags=1(RENAME_NOREPLACE)");
	done();

	begin("rename to an existing name", "renameat2");
	end(syscall(SYS_renameat2, AT_FDCWD, NAME("soft3"), AT_FDCWD, NAME("hard3"), 1));
	text("evt.abspath", NAME("soft3"));
	text("evt.abspath.dst", NAME("hard3"));
	arg_res();
	arg("olddirfd=-100(AT_FDCWD)");
	arg("oldpath=" NAME("soft3"));
	arg("newdirfd=-100(AT_FDCWD)");
	arg("newpath=" NAME("hard3"));
	arg("flags=1(RENAME_NOREPLACE)");
	done();
}

static void removed(void)
{
	begin("unlink", "unlink");
	end(syscall(SYS_unlink, "hard2"));
	arg_res();
	one("hard2", "path");
	done();

	begin("unlink nothing", "unlink");
	end(syscall(SYS_unlink, "hard2"));
	arg_res();
	one("hard2", "path");
	done();

	begin("unlinkat", "unlinkat");
	end(syscall(SYS_unlinkat, dir, "m2", AT_REMOVEDIR));
	arg_res();
	arg_fd("dirfd", dir);
	one("m2", "name");
	arg("flags=512(AT_REMOVEDIR)");
	done();

	begin("unlinkat a directory", "unlinkat");
	end(syscall(SYS_unlinkat, dir, "m", 0));
	arg_res();
	arg_fd("dirfd", dir);
	one("m", "name");
	arg("flags=0");
	done();

	begin("rmdir", "rmdir");
	end(syscall(SYS_rmdir, NAME("m")));
	arg_res();
	one(NAME("m"), "path");
	done();

	begin("rmdir of a file", "rmdir");
	end(syscall(SYS_rmdir, FILE_));
	arg_res();
	one(FILE_, "path");
	done();
}

void file_names(void)
{
	dir = open(HOME, O_DIRECTORY | O_RDONLY);
	if (chdir(HOME))
		die("chdir");
	tell_process();
	made();
	linked();
	moved();
	removed();
	close(dir);
}
