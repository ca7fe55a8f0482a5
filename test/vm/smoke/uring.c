/* SPDX-License-Identifier: Apache-2.0 */
/* The same kinds of call through io_uring, by raw rings. What a kernel does not know fails with EINVAL and has no event. */
#define _GNU_SOURCE
#include "calls.h"
#include "ring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DIR "/tmp/smoke"
#define OP_SEND_ZC 47
#define OP_BIND 56
#define OP_LISTEN 57
#define OP_FTRUNCATE 55

/* Two names: the second in addr2, its directory in len. */
static int names(int opcode, int dirfd, const char *name, int dirfd2, const char *name2)
{
	struct io_uring_sqe *sqe = next(opcode, dirfd);

	sqe->addr = at(name);
	sqe->addr2 = at(name2);
	sqe->len = (unsigned)dirfd2;
	return run();
}

static int unlink_at(int dirfd, const char *name, unsigned flags)
{
	struct io_uring_sqe *sqe = next(IORING_OP_UNLINKAT, dirfd);

	sqe->addr = at(name);
	sqe->unlink_flags = flags;
	return run();
}

void uring_names(void)
{
	int dir = open(DIR, O_DIRECTORY | O_RDONLY), file = open(DIR "/target", O_RDWR);
	struct io_uring_sqe *sqe;

	open_ring(0);
	sqe = next(IORING_OP_MKDIRAT, dir);
	sqe->addr = at("um");
	sqe->len = 0700;
	if (run() < 0)
		mkdir(DIR "/um", 0700);
	names(IORING_OP_LINKAT, dir, "target", dir, "ulink");
	names(IORING_OP_SYMLINKAT, dir, "some text", 0, DIR "/usoft");
	close(open(DIR "/uold", O_CREAT | O_RDONLY, 0600));
	names(IORING_OP_RENAMEAT, dir, "uold", dir, "unew");
	unlink_at(dir, "unew", 0);
	unlink_at(AT_FDCWD, DIR "/um", AT_REMOVEDIR);
	unlink_at(dir, "no such name", 0);
	unlink_at(12345, "no directory", 0);
	sqe = next(IORING_OP_SETXATTR, 0);
	sqe->addr = at("user.uring");
	sqe->addr2 = at("v");
	sqe->addr3 = at(DIR "/target");
	sqe->len = 1;
	run();
	sqe = next(IORING_OP_FSETXATTR, file);
	sqe->addr = at("user.uring");
	sqe->addr2 = at("v");
	sqe->len = 1;
	run();
	sqe = next(OP_FTRUNCATE, file);
	sqe->off = 3;
	run();
	unlink(DIR "/ulink");
	unlink(DIR "/usoft");
}

static int socket_op(int opcode, int fd, const void *address, unsigned long second, unsigned len)
{
	struct io_uring_sqe *sqe = next(opcode, fd);

	sqe->addr = at(address);
	sqe->addr2 = second;
	sqe->len = len;
	return run();
}

static int new_socket(int type)
{
	struct io_uring_sqe *sqe = next(IORING_OP_SOCKET, AF_INET);
	int fd;

	sqe->off = (unsigned)type;
	fd = run();
	return fd < 0 ? socket(AF_INET, type, 0) : fd;
}

static void connection(struct sockaddr_in *in)
{
	int listener = new_socket(SOCK_STREAM), client, server;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (socket_op(OP_BIND, listener, in, sizeof(*in), 0) < 0)
		bind(listener, (struct sockaddr *)in, sizeof(*in));
	if (socket_op(OP_LISTEN, listener, NULL, 0, 5) < 0)
		listen(listener, 5);
	client = new_socket(SOCK_STREAM);
	/* It waits for the connection, which comes after. */
	next(IORING_OP_ACCEPT, listener);
	submit(0);
	next(IORING_OP_CONNECT, client)->addr = at(in);
	ring.sqe[*ring.tail & ring.sq_mask].off = sizeof(*in);
	submit(2);
	server = result();
	if (server <= 0)
		server = result();
	else
		result();
	socket_op(IORING_OP_SEND, client, "uring", 0, 5);
	socket_op(IORING_OP_RECV, server, (char[8]){ 0 }, 0, 5);
	socket_op(IORING_OP_SHUTDOWN, client, NULL, 0, SHUT_WR);
	socket_op(OP_SEND_ZC, client, "late", 0, 4);
	close(client);
	close(server);
	close(listener);
}

void uring_sockets(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(4713), .sin_addr.s_addr = htonl(0x7f000001) };
	struct iovec part = { "abc", 3 };
	struct msghdr message = { .msg_name = &in, .msg_namelen = sizeof(in), .msg_iov = &part, .msg_iovlen = 1 };
	int udp, tcp;

	open_ring(0);
	connection(&in);
	in.sin_port = htons(53);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	socket_op(IORING_OP_SENDMSG, udp, &message, 0, 1);
	in.sin_port = htons(9);
	tcp = socket(AF_INET, SOCK_STREAM, 0);
	socket_op(IORING_OP_CONNECT, tcp, &in, sizeof(in), 0);
}

/* The listener's queue is full, so the connection does not come about; the request goes with its ring. */
void uring_begun(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(4714), .sin_addr.s_addr = htonl(0x7f000001) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), first = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	bind(listener, (struct sockaddr *)&in, sizeof(in));
	listen(listener, 0);
	connect(first, (struct sockaddr *)&in, sizeof(in));
	open_ring(0);
	next(IORING_OP_CONNECT, socket(AF_INET, SOCK_STREAM, 0))->addr = at(&in);
	ring.sqe[*ring.tail & ring.sq_mask].off = sizeof(in);
	submit(0);
	close(ring.fd);
}

/* An accept that waited is issued again when another system call of the thread returns. */
void uring_late(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(4715), .sin_addr.s_addr = htonl(0x7f000001) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	bind(listener, (struct sockaddr *)&in, sizeof(in));
	listen(listener, 5);
	open_ring(0);
	next(IORING_OP_ACCEPT, listener);
	submit(0);
	connect(client, (struct sockaddr *)&in, sizeof(in));
	getppid();
	while (__atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE) == *ring.cq_head)
		usleep(1000);
}
