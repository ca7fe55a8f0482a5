/* SPDX-License-Identifier: Apache-2.0 */
/* Every way to open a file. */
#include "truth.h"

#include <linux/openat2.h>
#include <sys/sysmacros.h>

static void tell_opened(const char *given, const char *raw)
{
	text("evt.abspath", given);
	if (action.ret < 0)
		return fd_failed(given, raw);
	fd_file(action.ret, given, raw);
	path_name(given, raw);
}

/* The last arguments of all opens. */
static void arg_inode(const char *mode)
{
	struct stat st = { 0 };

	if (action.ret >= 0)
		fstat((int)action.ret, &st);
	arg("mode=%s", mode);
	arg("dev=%lX", (unsigned long)((minor(st.st_dev) & 0xff) | major(st.st_dev) << 8 | (minor(st.st_dev) & ~0xffu) << 12));
	arg("ino=%lu", st.st_ino);
}

/* `fd=3(<f>/name)` with the name as the caller gave it. */
static void arg_opened(const char *given, char kind)
{
	if (action.ret < 0)
		arg_new_fd("fd");
	else
		arg("fd=%ld(<%c>%s)", action.ret, kind, given);
}

static void opened(bool read, bool write, bool create)
{
	flag("evt.is_open_read", read);
	flag("evt.is_open_write", write);
	flag("evt.is_open_create", create);
}

static void open_calls(void)
{
	begin("read", "open");
	end(syscall(SYS_open, FILE_, O_RDONLY, 0));
	tell_opened(FILE_, FILE_);
	opened(true, false, false);
	arg_opened(FILE_, 'f');
	arg("name=" FILE_);
	arg("flags=1(O_RDONLY)");
	arg_inode("0");
	done();

	begin("missing", "open");
	end(syscall(SYS_open, HOME "/missing", O_RDWR | O_CLOEXEC, 0));
	tell_opened(HOME "/missing", HOME "/missing");
	opened(true, true, false);
	arg_opened(HOME "/missing", 'f');
	arg("name=" HOME "/missing");
	arg("flags=4099(O_RDWR|O_CLOEXEC)");
	arg_inode("0");
	done();

	begin("create", "creat");
	end(syscall(SYS_creat, HOME "/created", 0750));
	tell_opened(HOME "/created", HOME "/created");
	opened(false, true, true);
	flag("evt.is_open_exec", true);
	arg_opened(HOME "/created", 'f');
	arg("name=" HOME "/created");
	arg_inode("0750");
	done();

	begin("create in a missing directory", "creat");
	end(syscall(SYS_creat, HOME "/no/created", 0600));
	tell_opened(HOME "/no/created", HOME "/no/created");
	opened(false, true, false);
	arg_opened(HOME "/no/created", 'f');
	arg("name=" HOME "/no/created");
	arg_inode("0600");
	done();
}

static void openat_calls(void)
{
	int dir = open(HOME, O_DIRECTORY | O_RDONLY);

	begin("through a symlink", "openat");
	end(syscall(SYS_openat, AT_FDCWD, LINK, O_WRONLY | O_APPEND, 0));
	tell_opened(LINK, LINK);
	opened(false, true, false);
	arg_opened(LINK, 'f');
	arg("dirfd=-100(AT_FDCWD)");
	arg("name=" LINK);
	arg("flags=10(O_APPEND|O_WRONLY)");
	arg_inode("0");
	done();

	begin("relative to a directory", "openat");
	end(syscall(SYS_openat, dir, "new", O_RDWR | O_CREAT | O_EXCL, 0640));
	tell_opened(HOME "/new", "new");
	opened(true, true, true);
	arg_opened(HOME "/new", 'f');
	arg_fd("dirfd", dir);
	arg("name=new(" HOME "/new)");
	arg("flags=16423(O_EXCL|O_CREAT|O_RDWR|O_F_CREATED)");
	arg_inode("0640");
	done();

	begin("a directory", "openat");
	end(syscall(SYS_openat, dir, ".", O_DIRECTORY | O_RDONLY, 0));
	tell_opened(HOME, ".");
	opened(true, false, false);
	arg_opened(HOME, 'd');
	arg_fd("dirfd", dir);
	arg("name=.(" HOME ")");
	arg("flags=1025(O_DIRECTORY|O_RDONLY)");
	arg_inode("0");
	done();

	begin("bad directory", "openat");
	end(syscall(SYS_openat, 12345, "file", O_RDONLY, 0));
	fd_failed(NULL, "file");
	opened(true, false, false);
	arg_opened("", 'f');
	arg("dirfd=12345");
	arg("name=file");
	arg("flags=1(O_RDONLY)");
	arg_inode("0");
	done();
	close(dir);
}

static void openat2_calls(void)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_NO_MAGICLINKS };

	begin("openat2", "openat2");
	end(syscall(SYS_openat2, AT_FDCWD, FILE_, &how, sizeof(how)));
	tell_opened(FILE_, FILE_);
	opened(true, false, false);
	arg_opened(FILE_, 'f');
	arg("dirfd=-100(AT_FDCWD)");
	arg("name=" FILE_);
	arg("flags=1(O_RDONLY)");
	arg("mode=0");
	arg("resolve=4(RESOLVE_NO_MAGICLINKS)");
	partial();
	done();

	how.resolve = RESOLVE_NO_SYMLINKS;
	begin("openat2 refused", "openat2");
	end(syscall(SYS_openat2, AT_FDCWD, LINK, &how, sizeof(how)));
	tell_opened(LINK, LINK);
	opened(true, false, false);
	arg_opened(LINK, 'f');
	arg("dirfd=-100(AT_FDCWD)");
	arg("name=" LINK);
	arg("flags=1(O_RDONLY)");
	arg("mode=0");
	arg("resolve=8(RESOLVE_NO_SYMLINKS)");
	partial();
	done();
}

static void by_handle(void)
{
	struct {
		struct file_handle h;
		char bytes[128];
	} handle = { .h = { .handle_bytes = 128 } };
	int id, dir = open(HOME, O_DIRECTORY | O_RDONLY);

	if (name_to_handle_at(AT_FDCWD, FILE_, &handle.h, &id, 0))
		return; /* a file system without handles */
	begin("by handle", "open_by_handle_at");
	end(syscall(SYS_open_by_handle_at, dir, &handle, O_RDONLY));
	if (action.ret < 0) {
		number("fd.num", -1); /* for root alone */
	} else {
		fd_file(action.ret, FILE_, NULL);
		path_name(FILE_, FILE_);
	}
	arg_new_fd("fd");
	arg("flags=1(O_RDONLY)");
	partial();
	done();
	close(dir);
}

void file_opens(void)
{
	unlink(HOME "/created");
	unlink(HOME "/new");
	tell_process();
	open_calls();
	openat_calls();
	openat2_calls();
	by_handle();
}
