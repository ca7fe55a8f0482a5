/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same through io_uring: an event has no number of a descriptor then, and the result of a call that gave one is 0,
 * but for opens since 6.4, which tell it.
 * What might wait is done by a worker, a thread of this process that nobody knows the id of.
 */
#include "calls.h"
#include "doors.h"

#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#define NAME(n) HOME "/ring" n
#define CWD "-100(AT_FDCWD)"

static bool kernel_before(int since_major, int since_minor)
{
	struct utsname name;
	int major, minor;

	uname(&name);
	return sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
	       (major < since_major || (major == since_major && minor < since_minor));
}

/* Before 5.19 requests leave no trace but in the functions that they share with system calls (uring-hooks.ts). */
static bool is_old(void)
{
	return kernel_before(5, 19);
}

/* False when the kernel has no such operation. */
static bool by_ring(const char *type, const struct ring_call *what)
{
	long result;

	begin("io_uring", type);
	flag("anyThread", true);
	result = ring(what);
	errno = (int)-result;
	end(result < 0 ? -1 : result);
	return result != -EINVAL && result != -ENOSYS && result != -EOPNOTSUPP;
}

static void path(const char *name)
{
	text("evt.abspath", name);
	path_name(name, name);
}

static void file_open(const char *name)
{
	struct stat st;

	by_ring("openat", &(struct ring_call){ .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = name });
	text("evt.abspath", name);
	flag("evt.is_open_read", true), flag("evt.is_open_write", false), flag("evt.is_open_create", false);
	path_name(name, name);
	if (action.ret < 0) {
		fd_failed(name, name);
		arg_new_fd("fd");
	} else {
		fd_file(action.ret, name, name);
		fstat((int)action.ret, &st);
		close((int)action.ret);
		if (kernel_before(6, 4)) {
			number("fd.num", 0);
			action.ret = 0;
		}
	}
	partial(), arg("name=%s", name), arg("flags=1(O_RDONLY)"), done();
}

static void names(void)
{
	if (by_ring("mkdirat", &(struct ring_call){ .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = NAME("d"), .len = 0700 }))
		path(NAME("d")), TOLD("dirfd=" CWD, "path=" NAME("d"), "mode=1C0");
	if (by_ring("symlinkat", &(struct ring_call){ .opcode = IORING_OP_SYMLINKAT, .fd = AT_FDCWD, .addr = FILE_, .off = (uintptr_t)NAME("s") })) {
		path_two(NAME("s"), NAME("s"), FILE_, FILE_);
		text("evt.abspath", FILE_), text("evt.abspath.dst", NAME("s"));
		TOLD("target=" FILE_, "linkdirfd=" CWD, "linkpath=" NAME("s"));
	}
	if (by_ring("linkat", &(struct ring_call){ .opcode = IORING_OP_LINKAT, .fd = AT_FDCWD, .addr = FILE_, .len = (unsigned)AT_FDCWD, .off = (uintptr_t)NAME("l") })) {
		path_two(NAME("l"), NAME("l"), FILE_, FILE_);
		text("evt.abspath", FILE_), text("evt.abspath.dst", NAME("l"));
		TOLD("olddir=" CWD, "oldpath=" FILE_, "newdir=" CWD, "newpath=" NAME("l"), "flags=0");
	}
	close(open(NAME("a"), O_CREAT | O_WRONLY, 0600));
	by_ring("renameat2", &(struct ring_call){ .opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = NAME("a"), .len = (unsigned)AT_FDCWD, .off = (uintptr_t)NAME("b") });
	path_two(NAME("a"), NAME("a"), NAME("b"), NAME("b"));
	text("evt.abspath", NAME("a")), text("evt.abspath.dst", NAME("b"));
	TOLD("olddirfd=" CWD, "oldpath=" NAME("a"), "newdirfd=" CWD, "newpath=" NAME("b"), "flags=0");
	for (int again = 0; again < 2; again++) {
		by_ring("unlinkat", &(struct ring_call){ .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = NAME("b") });
		path(NAME("b")), TOLD("dirfd=" CWD, "name=" NAME("b"), "flags=0");
	}
}

/* Descriptors have no number: 0 stands for them. */
static void of_socket(long fd, bool server)
{
	fd_socket(fd, server);
	number("fd.num", 0);
	partial();
}

static void sockets(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(4741) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), server, one = 1;
	static char in[8];

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (void *)&here, sizeof(here)) || listen(listener, 1) ||
	    connect(client, (void *)&here, sizeof(here)))
		die("a connection");
	by_ring("accept4", &(struct ring_call){ .opcode = IORING_OP_ACCEPT, .fd = listener });
	server = (int)action.ret;
	of_socket(server, true), arg("tuple={tuple}"), action.ret = 0, done();
	if (!is_old()) {
		by_ring("sendto", &(struct ring_call){ .opcode = IORING_OP_SEND, .fd = client, .addr = "hello", .len = 5 });
		of_socket(client, false), text("buffer", "hello"), TOLD("data=hello", "size=5");
		by_ring("recvfrom", &(struct ring_call){ .opcode = IORING_OP_RECV, .fd = server, .addr = in, .len = 8 });
		of_socket(server, true), text("buffer", "hello"), TOLD("data=hello", "size=8");
		by_ring("shutdown", &(struct ring_call){ .opcode = IORING_OP_SHUTDOWN, .fd = client, .len = SHUT_WR });
		of_socket(client, false), TOLD("how=1(SHUT_WR)");
	}
	close(listener);
	close(client);
	close(server);
}

static void of_file(long fd, const char *data)
{
	fd_file(fd, NULL, NULL);
	number("fd.num", 0);
	text("buffer", data);
	partial();
}

/* With a position of its own a read is a pread. */
static void transfers(void)
{
	int fd = open(NAME("data"), O_RDWR | O_CREAT, 0600);
	static char in[16];

	by_ring("pwrite", &(struct ring_call){ .opcode = IORING_OP_WRITE, .fd = fd, .addr = "by ring", .len = 7 });
	of_file(fd, "by ring"), TOLD("data=by ring", "size=7", "pos=0");
	by_ring("pread", &(struct ring_call){ .opcode = IORING_OP_READ, .fd = fd, .addr = in, .len = 4, .off = 3 });
	of_file(fd, "ring"), TOLD("data=ring", "size=4", "pos=3");
	by_ring("write", &(struct ring_call){ .opcode = IORING_OP_WRITE, .fd = fd, .addr = "abc", .len = 3, .off = -1ul });
	of_file(fd, "abc"), TOLD("data=abc", "size=3");
	by_ring("read", &(struct ring_call){ .opcode = IORING_OP_READ, .fd = fd, .addr = in, .len = 16, .off = -1ul });
	of_file(fd, "ring"), TOLD("data=ring", "size=16");
	by_ring("pwrite", &(struct ring_call){ .opcode = IORING_OP_WRITE, .fd = fd, .addr = (void *)8, .len = 3 });
	of_file(fd, ""), TOLD("size=3", "pos=0");
	if (is_old()) {
		close(fd);
		return;
	}
	/* What a closed descriptor was is told before. */
	begin("io_uring", "close"), flag("anyThread", true), fd_file(fd, NULL, NULL), arg("res=0"), arg_fd("fd", fd);
	end(ring(&(struct ring_call){ .opcode = IORING_OP_CLOSE, .fd = fd })), done();
}

void rings(void)
{
	tell_process();
	file_open(FILE_);
	file_open(NAME("none"));
	names();
	sockets();
	transfers();
}
