/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands texts that nobody should hand to every call that takes one, and tells what each of them was. The calls may all
 * fail: an attempt is an event too.
 */
#include "../trigger/truth.h"

#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PLACE "/tmp/hostile"
#define LONG_TEXT 6000

/* A text, and whether it can be read up to its end. */
struct kind {
	const char *name;
	const char *text;
	bool readable;
};

/* The place of the hostile text among the arguments. */
#define HERE ((long)"here")

struct call {
	const char *type;
	long number;
	long args[5];
	const char *field; /* that must hold the text */
};

/* Without one the kernel refuses the call before it looks at the name. */
static const struct open_how how;

static const struct call calls[] = {
	{ "open", SYS_open, { HERE, O_RDONLY }, "evt.arg.name" },
	{ "openat", SYS_openat, { AT_FDCWD, HERE, O_RDONLY }, "evt.arg.name" },
	{ "openat2", SYS_openat2, { AT_FDCWD, HERE, (long)&how, sizeof(how) }, "evt.arg.name" },
	{ "creat", SYS_creat, { HERE, 0600 }, "evt.arg.name" },
	{ "unlink", SYS_unlink, { HERE }, "evt.arg.path" },
	{ "unlinkat", SYS_unlinkat, { AT_FDCWD, HERE, 0 }, "evt.arg.name" },
	{ "rmdir", SYS_rmdir, { HERE }, "evt.arg.path" },
	{ "mkdir", SYS_mkdir, { HERE, 0700 }, "evt.arg.path" },
	{ "mkdirat", SYS_mkdirat, { AT_FDCWD, HERE, 0700 }, "evt.arg.path" },
	{ "mknod", SYS_mknod, { HERE, 0, 0 }, "evt.arg.path" },
	{ "rename", SYS_rename, { HERE, (long)PLACE "/other" }, "evt.arg.oldpath" },
	{ "rename", SYS_rename, { (long)PLACE "/none", HERE }, "evt.arg.newpath" },
	{ "renameat2", SYS_renameat2, { AT_FDCWD, (long)PLACE "/none", AT_FDCWD, HERE, 0 }, "evt.arg.newpath" },
	{ "link", SYS_link, { HERE, (long)PLACE "/other" }, "evt.arg.oldpath" },
	{ "link", SYS_link, { (long)PLACE "/none", HERE }, "evt.arg.newpath" },
	{ "symlink", SYS_symlink, { HERE, (long)"/proc/none/x" }, "evt.arg.target" },
	{ "symlink", SYS_symlink, { (long)"target", HERE }, "evt.arg.linkpath" },
	{ "chmod", SYS_chmod, { HERE, 0600 }, "evt.arg.filename" },
	{ "fchmodat", SYS_fchmodat, { AT_FDCWD, HERE, 0600 }, "evt.arg.filename" },
	{ "chown", SYS_chown, { HERE, 0, 0 }, "evt.arg.path" },
	{ "lchown", SYS_lchown, { HERE, 0, 0 }, "evt.arg.path" },
	{ "fchownat", SYS_fchownat, { AT_FDCWD, HERE, 0, 0, 0 }, "evt.arg.pathname" },
	{ "truncate", SYS_truncate, { HERE, 0 }, "evt.arg.path" },
	{ "setxattr", SYS_setxattr, { HERE, (long)"user.x", (long)"v", 1, 0 }, "evt.arg.path" },
	{ "setxattr", SYS_setxattr, { (long)PLACE "/none", HERE, (long)"v", 1, 0 }, "evt.arg.name" },
	{ "mount", SYS_mount, { HERE, (long)PLACE "/none", (long)"tmpfs", 0, 0 }, "evt.arg.dev" },
	{ "mount", SYS_mount, { (long)"none", HERE, (long)"tmpfs", 0, 0 }, "evt.arg.dir" },
	{ "umount2", SYS_umount2, { HERE, 0 }, "evt.arg.name" },
	{ "chdir", SYS_chdir, { HERE }, "evt.arg.path" },
	{ "chroot", SYS_chroot, { HERE }, "evt.arg.path" },
	{ "pivot_root", SYS_pivot_root, { HERE, (long)PLACE "/none" }, "evt.arg.newpath" },
	{ "execve", SYS_execve, { HERE, 0, 0 }, "evt.arg.filename" },
	{ "execveat", SYS_execveat, { AT_FDCWD, HERE, 0, 0, 0 }, "evt.arg.filename" },
	{ "delete_module", SYS_delete_module, { HERE, 0 }, "evt.arg.name" },
	{ "init_module", SYS_init_module, { (long)"no module", 9, HERE }, "evt.arg.uargs" },
	{ "memfd_create", SYS_memfd_create, { HERE, 0 }, "evt.arg.name" },
};

static char *page_end;

static void make_kinds(struct kind *kinds)
{
	static char longest[4096], too_long[LONG_TEXT + 1];
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(pages + 4096, 4096);
	page_end = pages + 4096 - 8;
	memcpy(page_end, "/tmp/hos", 8);
	memset(longest, 'l', sizeof(longest) - 1);
	memcpy(longest, PLACE "/", sizeof(PLACE));
	memset(too_long, 't', LONG_TEXT);
	memcpy(too_long, PLACE "/", sizeof(PLACE));
	kinds[0] = (struct kind){ "no address", NULL, false };
	kinds[1] = (struct kind){ "address of nothing", (char *)0x10, false };
	kinds[2] = (struct kind){ "no end before the end of memory", page_end, false };
	kinds[3] = (struct kind){ "4,095 bytes", longest, true };
	kinds[4] = (struct kind){ "6,000 bytes", too_long, true };
	kinds[5] = (struct kind){ "newlines", "/tmp/hostile/none\n{\"rule\":\"forged\"}\n", true };
	kinds[6] = (struct kind){ "controls and quotes", "/tmp/hostile/none\x1b[2J\r\b\x7f\"},\"rule\":\"forged\",\"x\":{\"\\", true };
	kinds[7] = (struct kind){ "not UTF-8", "/tmp/hostile/none\xff\xc0\x80\xed\xa0\x80\xf8", true };
	kinds[8] = (struct kind){ "a field of a format", "/tmp/hostile/%proc.name %s %n ${x} <NA>", true };
	kinds[9] = (struct kind){ "empty", "", true };
}

#define KINDS 10
/* What a record keeps of a text. */
#define KEPT 4096

static void try_call(const struct call *call, const struct kind *kind)
{
	static char label[128];
	long args[5];

	for (int i = 0; i < 5; i++)
		args[i] = call->args[i] == HERE ? (long)kind->text : call->args[i];
	snprintf(label, sizeof(label), "%s in %s", kind->name, call->field);
	begin(label, call->type);
	end(syscall(call->number, args[0], args[1], args[2], args[3], args[4], 0));
	text("field", call->field);
	flag("readable", kind->readable);
	if (kind->readable) {
		size_t len = strlen(kind->text);

		bytes("value", kind->text, len < KEPT ? len : KEPT);
	}
	done();
}

/* A new image with hostile arguments, which its own event carries. */
static void hostile_argv(const struct kind *kind)
{
	static char label[128], arguments[LONG_TEXT + 16];
	char *argv[] = { PLACE "/hostile", "nothing", (char *)kind->text, NULL }, *envp[] = { NULL };

	if (fork() > 0) {
		wait(NULL);
		return;
	}
	snprintf(label, sizeof(label), "%s in argv", kind->name);
	begin(label, "execve");
	action.pid = action.tid = getpid();
	action.ret = 0;
	action.t1 = action.t0 + 1000000000;
	text("field", "proc.args");
	flag("readable", true);
	snprintf(arguments, sizeof(arguments), "nothing %s", kind->text);
	/* argv[0] and the first argument take their part of what a record keeps. */
	bytes("value", arguments, strnlen(arguments, KEPT - sizeof(PLACE "/hostile")));
	done();
	execve(argv[0], argv, envp);
	_exit(1);
}

static void unix_address(const struct kind *kind)
{
	static char label[128];
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = strnlen(kind->text, sizeof(to.sun_path));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(to.sun_path, kind->text, len);
	snprintf(label, sizeof(label), "%s in a socket's address", kind->name);
	begin(label, "connect");
	end(syscall(SYS_connect, fd, &to, offsetof(struct sockaddr_un, sun_path) + len));
	text("field", "fd.name");
	flag("readable", true);
	bytes("value", kind->text, len);
	done();
	close(fd);
}

int main(int argc, char **argv)
{
	struct kind kinds[KINDS];

	(void)argv;
	if (argc > 1)
		return 0;
	rest_ns = 0;
	make_kinds(kinds);
	tell_process();
	for (size_t c = 0; c < sizeof(calls) / sizeof(calls[0]); c++)
		for (int k = 0; k < KINDS; k++)
			try_call(&calls[c], &kinds[k]);
	for (int k = 0; k < KINDS; k++)
		if (kinds[k].readable && kinds[k].text[0]) {
			hostile_argv(&kinds[k]);
			unix_address(&kinds[k]);
		}
	return 0;
}
