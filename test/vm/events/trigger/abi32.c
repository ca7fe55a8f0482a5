/* SPDX-License-Identifier: Apache-2.0 */
/* The 32-bit ABI: the same facts as of the 64-bit calls. This program is static, so that its data lies below 4 GiB. */
#include "calls.h"
#include "doors.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#define NAME(n) HOME "/32" n
#define P(name) ((long)(name))
#define FIRST 320

static void path(const char *name)
{
	text("evt.abspath", name);
	path_name(name, name);
}

static void two_paths(const char *from, const char *to, bool link)
{
	text("evt.abspath", from);
	text("evt.abspath.dst", to);
	if (link)
		path_two(to, to, from, from);
	else
		path_two(from, from, to, to);
}

static void opened(const char *flags)
{
	bool is = action.ret >= 0;

	text("evt.abspath", FILE_);
	path_name(FILE_, FILE_);
	fd_file(action.ret, FILE_, FILE_);
	flag("evt.is_open_read", is), flag("evt.is_open_write", false), flag("evt.is_open_create", false);
	partial(), arg_new_fd("fd"), arg("name=" FILE_), arg("%s", flags), done();
	close((int)action.ret);
}

static void files(void)
{
	call_32("32-bit", "open", 5, P(FILE_), O_RDONLY, 0, 0, 0), opened("flags=1(O_RDONLY)");
	call_32("32-bit", "openat", 295, AT_FDCWD, P(FILE_), O_RDONLY | O_CLOEXEC, 0, 0), opened("flags=4097(O_RDONLY|O_CLOEXEC)");
	call_32("32-bit", "open", 5, P(NAME("none")), O_RDONLY, 0, 0, 0), text("evt.abspath", NAME("none"));
	fd_failed(NAME("none"), NAME("none"));
	flag("evt.is_open_read", true), flag("evt.is_open_write", false), flag("evt.is_open_create", false);
	partial(), arg_new_fd("fd"), arg("name=" NAME("none")), arg("flags=1(O_RDONLY)"), done();
	call_32("32-bit", "mkdir", 39, P(NAME("d")), 0700, 0, 0, 0), path(NAME("d")), TOLD("path=" NAME("d"), "mode=1C0");
	call_32("32-bit", "mkdir", 39, P(NAME("d")), 0700, 0, 0, 0), path(NAME("d")), TOLD("path=" NAME("d"), "mode=1C0");
	call_32("32-bit", "rename", 38, P(NAME("d")), P(NAME("e")), 0, 0, 0), two_paths(NAME("d"), NAME("e"), false);
	TOLD("oldpath=" NAME("d"), "newpath=" NAME("e"));
	call_32("32-bit", "rmdir", 40, P(NAME("e")), 0, 0, 0, 0), path(NAME("e")), TOLD("path=" NAME("e"));
	call_32("32-bit", "link", 9, P(FILE_), P(NAME("l")), 0, 0, 0), two_paths(FILE_, NAME("l"), true);
	TOLD("oldpath=" FILE_, "newpath=" NAME("l"));
	call_32("32-bit", "chmod", 15, P(NAME("l")), 0600, 0, 0, 0), path(NAME("l"));
	TOLD("filename=" NAME("l"), "mode=0600(S_IWUSR|S_IRUSR)");
	call_32("32-bit", "chown", 212, P(NAME("l")), 0, 0, 0, 0), path(NAME("l")), TOLD("path=" NAME("l"), "uid=0", "gid=0");
	call_32("32-bit", "unlinkat", 301, AT_FDCWD, P(NAME("l")), 0, 0, 0), path(NAME("l"));
	TOLD("dirfd=-100(AT_FDCWD)", "name=" NAME("l"), "flags=0");
	call_32("32-bit", "unlink", 10, P(NAME("l")), 0, 0, 0, 0), path(NAME("l")), TOLD("path=" NAME("l"));
}

static void of_file(long fd)
{
	fd_file(fd, NULL, NULL);
}

static void data(void)
{
	static char in[8];
	int fd = open(FILE_, O_RDWR);

	if (dup2(fd, FIRST) < 0)
		die("dup2");
	close(fd);
	fd = FIRST;
	call_32("32-bit", "write", 4, fd, P("hello"), 5, 0, 0), of_file(fd), text("buffer", "hello");
	arg_res(), arg("data=hello"), arg_fd("fd", fd), arg("size=5"), done();
	lseek(fd, 0, SEEK_SET);
	call_32("32-bit", "read", 3, fd, P(in), 5, 0, 0), of_file(fd), text("buffer", "hello");
	arg_res(), arg("data=hello"), arg_fd("fd", fd), arg("size=5"), done();
	call_32("32-bit", "dup", 41, fd, 0, 0, 0, 0), fd_file(action.ret, NULL, NULL);
	arg_new_fd("res"), arg_fd("oldfd", fd), done();
	call_32("32-bit", "ftruncate", 93, fd, 0, 0, 0, 0), of_file(fd), path_name(FILE_, FILE_), arg_res(), arg_fd("fd", fd), arg("length=0"), done();
	call_32("32-bit", "close", 6, BAD, 0, 0, 0, 0), number("fd.num", BAD), TOLD("fd=12345");
	close(fd);
}

static void sockets(void)
{
	static struct sockaddr_in here = { .sin_family = AF_INET };
	static unsigned args[3];
	int fd;

	here.sin_port = htons(4731);
	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	call_32("32-bit", "socket", 359, AF_INET, SOCK_STREAM, 0, 0, 0), fd_socket(action.ret, false);
	fd = (int)action.ret;
	arg("fd=%d(<4>)", fd), arg("domain=2(AF_INET)"), arg("type=1"), arg("proto=0"), arg("flags=0(O_NONE)"), done();
	call_32("32-bit", "bind", 361, fd, P(&here), sizeof(here), 0, 0), fd_socket(fd, true);
	arg_res(), arg("addr=127.0.0.1:4731"), arg("fd=%d(<4t>{name})", fd), done();
	args[0] = (unsigned)fd, args[1] = 7;
	call_32("socketcall", "listen", 102, 4, P(args), 0, 0, 0), fd_socket(fd, true);
	arg_res(), arg("fd=%d(<4t>{name})", fd), arg("backlog=7"), done();
	args[0] = (unsigned)socket(AF_INET, SOCK_STREAM, 0), args[1] = (unsigned)P(&here), args[2] = sizeof(here);
	call_32("socketcall", "connect", 102, 3, P(args), 0, 0, 0), fd_socket(args[0], false), flag("fd.name_changed", true);
	arg_res(), arg("tuple={tuple}"), arg("fd=%u(<4t>{name})", args[0]), arg("addr=127.0.0.1:4731"), done();
	close((int)args[0]);
	close(fd);
}

static void identity(void)
{
	call_32("32-bit", "setuid", 213, 1000, 0, 0, 0, 0), told_again(), TOLD("uid=1000(tester)");
	call_32("32-bit", "setuid", 213, 0, 0, 0, 0, 0), told_again(), TOLD("uid=0(root)");
}

static void others(void)
{
	call_32("32-bit", "kill", 37, NOBODY, SIGTERM, 0, 0, 0), TOLD("pid=134217727", "sig=15(SIGTERM)");
	call_32("32-bit", "personality", 136, -1, 0, 0, 0, 0), arg_res(), arg("persona=FFFFFFFF"), done();
	call_32("32-bit", "chdir", 12, P(HOME), 0, 0, 0, 0), path(HOME), text("proc.cwd", HOME "/"), TOLD("path=" HOME);
}

void calls_32(void)
{
	tell_process();
	files();
	data();
	sockets();
	in_child(identity);
	others();
}
