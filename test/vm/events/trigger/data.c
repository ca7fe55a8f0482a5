/* SPDX-License-Identifier: Apache-2.0 */
/* Reads, writes and closes: of a file, a pipe, a socket, and of nothing. */
#include "calls.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* The rules look at descriptors from here on only: the trigger reads and writes a lot. */
#define FIRST 300

static int placed(int fd, int at)
{
	if (dup3(fd, at, O_CLOEXEC) < 0)
		die("dup3");
	close(fd);
	return at;
}

static void of_file(long fd)
{
	fd_file(fd, NULL, NULL);
}

static void buffer(const char *data)
{
	text("buffer", data);
}

static void file(void)
{
	int fd = placed(open(FILE_, O_RDWR), FIRST);
	char in[8], more[8];
	struct iovec out[2] = { { "ab", 2 }, { "cde", 3 } }, to[2] = { { in, 3 }, { more, 3 } };

	call("file", "write", SYS_write, fd, "hello\n", 6L), of_file(fd), buffer("hello\n");
	arg_res(), arg("data=hello."), arg_fd("fd", fd), arg("size=6"), done();
	call("file", "pwrite", SYS_pwrite64, fd, "HE", 2L, 0L), of_file(fd), buffer("HE");
	arg_res(), arg("data=HE"), arg_fd("fd", fd), arg("size=2"), arg("pos=0"), done();
	call("file", "pread", SYS_pread64, fd, in, 5L, 1L), of_file(fd), buffer("Ello\n");
	arg_res(), arg("data=Ello."), arg_fd("fd", fd), arg("size=5"), arg("pos=1"), done();
	call("file", "writev", SYS_writev, fd, out, 2L), of_file(fd), buffer("abcde");
	arg_res(), arg("data=abcde"), arg_fd("fd", fd), arg("size=5"), done();
	call("file", "pwritev", SYS_pwritev, fd, out, 2L, 6L, 0L), of_file(fd), buffer("abcde");
	arg_res(), arg("data=abcde"), arg_fd("fd", fd), arg("size=5"), arg("pos=6"), done();
	call("file", "preadv", SYS_preadv, fd, to, 2L, 6L, 0L), of_file(fd), buffer("abcde");
	arg_res(), arg("size=6"), arg("data=abcde"), arg_fd("fd", fd), arg("pos=6"), done();
	lseek(fd, 0, SEEK_SET);
	call("file", "readv", SYS_readv, fd, to, 2L), of_file(fd), buffer("HEllo\n");
	arg_res(), arg("size=6"), arg("data=HEllo."), arg_fd("fd", fd), done();
	call("file", "read", SYS_read, fd, in, 8L), of_file(fd), buffer("abcde");
	arg_res(), arg("data=abcde"), arg_fd("fd", fd), arg("size=8"), done();
	call("end of the file", "read", SYS_read, fd, in, 8L), of_file(fd), buffer("");
	arg_res(), arg("data=NULL"), arg_fd("fd", fd), arg("size=8"), done();
	/* What a closed descriptor was is told before. */
	begin("file", "close"), of_file(fd), arg("res=0"), arg_fd("fd", fd), end(syscall(SYS_close, fd)), done();
}

static void of_pipe(long fd)
{
	struct stat st;
	char name[40];

	fstat((int)fd, &st);
	snprintf(name, sizeof(name), "pipe:[%lu]", st.st_ino);
	fd_other(fd, "pipe", name);
	number("fd.ino", (long)st.st_ino);
}

static void pipes(void)
{
	int ends[2], in, out;
	char byte[4];

	if (pipe(ends))
		die("pipe");
	in = placed(ends[0], FIRST + 1), out = placed(ends[1], FIRST + 2);
	call("pipe", "write", SYS_write, out, "xy", 2L), of_pipe(out), buffer("xy");
	arg_res(), arg("data=xy"), arg_fd("fd", out), arg("size=2"), done();
	call("pipe", "read", SYS_read, in, byte, 4L), of_pipe(in), buffer("xy");
	arg_res(), arg("data=xy"), arg_fd("fd", in), arg("size=4"), done();
	close(in);
	close(out);
}

/* Ends of a connection on the port 4721: which of both waits, a read does not tell, so the lower port is taken for it. */
static void sockets(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(4721) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), server, one = 1;
	char in[4];

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (void *)&here, sizeof(here)) || listen(listener, 1) ||
	    connect(client, (void *)&here, sizeof(here)))
		die("a connection");
	server = placed(accept(listener, NULL, NULL), FIRST + 3);
	client = placed(client, FIRST + 4);
	call("socket", "write", SYS_write, client, "abc", 3L), fd_socket(client, false), buffer("abc");
	arg_res(), arg("data=abc"), arg("fd=%d(<4t>{name})", client), arg("size=3"), done();
	call("socket", "read", SYS_read, server, in, 4L), fd_socket(server, true), buffer("abc");
	arg_res(), arg("data=abc"), arg("fd=%d(<4t>{name})", server), arg("size=4"), done();
	close(client);
	close(server);
	close(listener);
}

static void nothing(void)
{
	struct iovec part = { (char[4]){ "abc" }, 3 };
	char in[4];

	call("refused", "read", SYS_read, BAD, in, 4L), number("fd.num", BAD), buffer("");
	TOLD("data=NULL", "fd=12345", "size=4");
	call("refused", "pread", SYS_pread64, BAD, in, 4L, 1L), number("fd.num", BAD), buffer("");
	TOLD("data=NULL", "fd=12345", "size=4", "pos=1");
	call("refused", "readv", SYS_readv, BAD, &part, 1L), number("fd.num", BAD), buffer("");
	TOLD("size=3", "data=NULL", "fd=12345");
	call("refused", "preadv", SYS_preadv, BAD, &part, 1L, 1L, 0L), number("fd.num", BAD), buffer("");
	TOLD("size=3", "data=NULL", "fd=12345", "pos=1");
	call("refused", "write", SYS_write, BAD, "abc", 3L), number("fd.num", BAD), buffer("abc");
	TOLD("data=abc", "fd=12345", "size=3");
	call("refused", "pwrite", SYS_pwrite64, BAD, "abc", 3L, 1L), number("fd.num", BAD), buffer("abc");
	TOLD("data=abc", "fd=12345", "size=3", "pos=1");
	call("refused", "writev", SYS_writev, BAD, &part, 1L), number("fd.num", BAD), buffer("abc");
	TOLD("data=abc", "fd=12345", "size=3");
	call("refused", "pwritev", SYS_pwritev, BAD, &part, 1L, 1L, 0L), number("fd.num", BAD), buffer("abc");
	TOLD("data=abc", "fd=12345", "size=3", "pos=1");
	call("refused", "close", SYS_close, BAD), number("fd.num", BAD), TOLD("fd=12345");
}

void data_calls(void)
{
	tell_process();
	file();
	pipes();
	sockets();
	nothing();
}
