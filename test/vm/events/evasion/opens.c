/* SPDX-License-Identifier: Apache-2.0 */
/* The secret opened by other doors, and under names that lead to it. */
#include "evasion.h"

#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>

/* Opens `path`; the kernel's name of it is `name`. */
static void open_as(const char *path, const char *name)
{
	start();
	end(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0));
	opened(action.ret, name);
}

static void symlink_(void) { open_as(PLACE "/soft", SECRET); }
static void chain(void) { open_as(PLACE "/chain9", SECRET); }
static void dots(void) { open_as(PLACE "/sub/.././/sub/../secret", SECRET); }
static void proc_root(void) { open_as("/proc/self/root" SECRET, SECRET); }
static void hard_link(void) { open_as(PLACE "/hard", PLACE "/hard"); }
static void bind_mount(void) { open_as("/tmp/bound/secret", "/tmp/bound/secret"); }

static void proc_cwd(void)
{
	if (chdir(PLACE))
		_exit(1);
	open_as("/proc/self/cwd/secret", SECRET);
}

static void relative(void)
{
	if (chdir(PLACE "/sub"))
		_exit(1);
	open_as("../secret", SECRET);
}

static void after_fchdir(void)
{
	int dir = open(PLACE, O_PATH | O_DIRECTORY);

	if (fchdir(dir))
		_exit(1);
	open_as("secret", SECRET);
}

static void reopened(void)
{
	char name[64];
	int fd = open(SECRET, O_PATH);

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	open_as(name, SECRET);
}

static void below_a_descriptor(void)
{
	int dir = open(PLACE, O_PATH);

	start();
	end(syscall(SYS_openat, dir, "secret", O_RDONLY, 0));
	opened(action.ret, SECRET);
}

static void in_root(void)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };
	int dir = open(PLACE, O_PATH);

	start();
	end(syscall(SYS_openat2, dir, "/rooted", &how, sizeof(how)));
	opened(action.ret, SECRET);
}

static void by_handle(void)
{
	struct {
		struct file_handle h;
		char bytes[128];
	} handle = { .h = { .handle_bytes = 128 } };
	int id, dir = open(PLACE, O_DIRECTORY | O_RDONLY);

	start();
	if (name_to_handle_at(AT_FDCWD, PLACE "/harmless", &handle.h, &id, 0))
		unavailable("a file system without handles");
	end(syscall(SYS_open_by_handle_at, dir, &handle, O_RDONLY));
	opened(action.ret, PLACE "/harmless");
}

static void renamed(void)
{
	if (rename(PLACE "/movable", PLACE "/moved"))
		_exit(1);
	open_as(PLACE "/moved", PLACE "/moved");
	rename(PLACE "/moved", PLACE "/movable");
}

static void mount_namespace(void)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount(PLACE, "/mnt", NULL, MS_BIND, NULL))
		_exit(1);
	open_as("/mnt/secret", "/mnt/secret");
}

static void in_chroot(void)
{
	if (chroot(PLACE) || chdir("/"))
		_exit(1);
	open_as("/secret", "/secret");
}

static void out_of_chroot(void)
{
	int outside = open(PLACE, O_PATH);

	if (chroot("/usr") || chdir("/"))
		_exit(1);
	start();
	end(syscall(SYS_openat, outside, "secret", O_RDONLY, 0));
	opened(action.ret, SECRET);
}

static void *in_thread(void *unused)
{
	(void)unused;
	open_as(SECRET, SECRET);
	return NULL;
}

static void second_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, in_thread, NULL);
	pthread_join(thread, NULL);
}

static int sharing(void *unused)
{
	(void)unused;
	open_as(SECRET, SECRET);
	done();
	return 0;
}

/* A process of its own for the kernel, which shares descriptors and memory with its parent. */
static void shared_files(void)
{
	static char stack[1 << 17];
	int child = clone(sharing, stack + sizeof(stack), CLONE_FILES | CLONE_VM | CLONE_FS | SIGCHLD, NULL);

	waitpid(child, NULL, 0);
	_exit(0);
}

static void vfork_child(void)
{
	if (vfork() == 0) {
		open_as(SECRET, SECRET);
		done();
		_exit(0);
	}
	_exit(0);
}

static void temporary(void)
{
	char name[64];
	int fd = open(PLACE, O_TMPFILE | O_RDWR, 0600);

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	start();
	end(linkat(AT_FDCWD, name, AT_FDCWD, PLACE "/planted", AT_SYMLINK_FOLLOW));
	text("fs.path.source", PLACE "/planted");
	done();
	unlink(PLACE "/planted");
	_exit(0);
}

void open_rows(void)
{
	row("symbolic link", "openat", symlink_);
	row("chain of ten symbolic links", "openat", chain);
	row("name with .. and //", "openat", dots);
	row("relative name after chdir", "openat", relative);
	row("relative name after fchdir to an O_PATH descriptor", "openat", after_fchdir);
	row("name relative to an O_PATH descriptor", "openat", below_a_descriptor);
	row("/proc/self/root before the name", "openat", proc_root);
	row("/proc/self/cwd before the name", "openat", proc_cwd);
	row("O_PATH descriptor opened again through /proc/self/fd", "openat", reopened);
	row("absolute link inside RESOLVE_IN_ROOT", "openat2", in_root);
	row("open_by_handle_at", "open_by_handle_at", by_handle);
	row("hard link", "openat", hard_link);
	row("bind mount", "openat", bind_mount);
	row("renamed, then opened", "openat", renamed);
	row("O_TMPFILE, then a name", "linkat", temporary);
	row("mount namespace with the file elsewhere", "openat", mount_namespace);
	row("inside a chroot", "openat", in_chroot);
	row("outside of a chroot by an old descriptor", "openat", out_of_chroot);
	row("second thread", "openat", second_thread);
	row("process that shares memory and descriptors (CLONE_VM, CLONE_FILES)", "openat", shared_files);
	row("vfork child", "openat", vfork_child);
}
