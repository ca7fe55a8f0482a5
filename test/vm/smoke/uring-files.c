/* SPDX-License-Identifier: Apache-2.0 */
/* Reads, writes and other calls on descriptors through io_uring. What a kernel does not know fails without an event. */
#define _GNU_SOURCE
#include "calls.h"
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define DIR "/tmp/smoke"
#define OP_READ_MULTISHOT 49
#define OP_PIPE 62
#define HERE ((uint64_t)-1)

static char buffer[64];

static int transfer(int opcode, int fd, const void *from, unsigned len, uint64_t offset, unsigned char flags)
{
	struct io_uring_sqe *sqe = next(opcode, fd);

	sqe->addr = at(from);
	sqe->len = len;
	sqe->off = offset;
	sqe->flags = flags;
	return run();
}

/* A file of its own: other actions count on theirs. */
static int scratch(int flags)
{
	return open(DIR "/ring", flags | O_CREAT, 0600);
}

void uring_rw(void)
{
	struct iovec parts[2] = { { "abc", 3 }, { "defgh", 5 } }, fixed = { buffer, sizeof(buffer) };
	int file = scratch(O_RDWR | O_TRUNC), readable = scratch(O_RDONLY), pair[2];
	static struct iovec into[2] = { { buffer, 3 }, { buffer + 3, 5 } };

	open_ring(0);
	transfer(IORING_OP_WRITE, file, "0123456789", 10, HERE, 0);
	transfer(IORING_OP_WRITE, file, "ab", 2, 4, 0);
	transfer(IORING_OP_WRITEV, file, parts, 2, 0, 0);
	transfer(IORING_OP_READ, file, buffer, 4, 0, 0);
	transfer(IORING_OP_READV, file, into, 2, 0, 0);
	lseek(file, 2, SEEK_SET);
	transfer(IORING_OP_READ, file, buffer, 3, HERE, IOSQE_ASYNC);
	transfer(IORING_OP_WRITE, readable, "no", 2, HERE, 0);
	transfer(IORING_OP_WRITE, file, (void *)8, 2, 0, 0);
	usleep(20000); /* a worker tells it after its result is here */
	if (syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, &file, 1) == 0)
		transfer(IORING_OP_READ, 0, buffer, 2, 1, IOSQE_FIXED_FILE);
	if (syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_BUFFERS, &fixed, 1) == 0)
		transfer(IORING_OP_READ_FIXED, file, buffer + 8, 5, 3, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) {
		transfer(IORING_OP_WRITE, pair[0], "socket", 6, 0, 0);
		transfer(IORING_OP_READ, pair[1], buffer, 16, 0, 0);
	}
}

/* Results that come later: from a pipe, from a device, or again and again. */
void uring_waits(void)
{
	static char aligned[4096] __attribute__((aligned(4096)));
	const char *disks[] = { "/dev/nvme0n1", "/dev/nvme1n1", "/dev/vda" };
	int pipes[2], disk = -1;

	if (pipe(pipes))
		return;
	open_ring(0);
	struct io_uring_sqe *sqe = next(IORING_OP_READ, pipes[0]);
	sqe->addr = at(buffer);
	sqe->len = 16;
	sqe->off = HERE;
	submit(0);
	if (write(pipes[1], "later", 5) != 5)
		return;
	result();
	for (unsigned i = 0; i < 3 && disk < 0; i++)
		disk = open(disks[i], O_RDONLY | O_DIRECT);
	transfer(IORING_OP_READ, disk, aligned, sizeof(aligned), 0, 0);
	transfer(IORING_OP_READ, disk, aligned, 100, 0, 0);
	close(ring.fd);
	/* Only devices can be polled for. */
	open_ring(IORING_SETUP_IOPOLL);
	transfer(IORING_OP_READ, disk, aligned, 512, 512, 0);
}

static void more_files(int file)
{
	struct io_uring_sqe *sqe = next(IORING_OP_FSYNC, file);
	int made[2];

	run();
	sqe = next(IORING_OP_FSYNC, file);
	sqe->fsync_flags = IORING_FSYNC_DATASYNC;
	run();
	sqe = next(IORING_OP_SYNC_FILE_RANGE, file);
	sqe->len = 7;
	run();
	sqe = next(IORING_OP_FALLOCATE, file);
	sqe->addr = 4096;
	sqe->len = 0;
	run();
	sqe = next(IORING_OP_FADVISE, file);
	sqe->len = 5;
	sqe->fadvise_advice = POSIX_FADV_WILLNEED;
	run();
	sqe = next(IORING_OP_MADVISE, -1);
	sqe->addr = at(buffer) & ~4095ull;
	sqe->len = 4096;
	sqe->fadvise_advice = MADV_WILLNEED;
	run();
	sqe = next(OP_PIPE, 0);
	sqe->addr = at(made);
	run();
}

static void between(int file)
{
	int from[2], to[2];
	struct io_uring_sqe *sqe;

	if (pipe(from) || pipe(to) || write(from[1], "through", 7) != 7)
		return;
	sqe = next(IORING_OP_TEE, to[1]);
	sqe->splice_fd_in = from[0];
	sqe->len = 4;
	run();
	sqe = next(IORING_OP_SPLICE, file);
	sqe->splice_fd_in = from[0];
	sqe->splice_off_in = (uint64_t)-1;
	sqe->off = 0;
	sqe->len = 7;
	run();
}

void uring_files(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int file = scratch(O_RDWR), epoll = epoll_create1(0), events[2], pair[2];
	struct io_uring_sqe *sqe;
	static struct statx facts;

	open_ring(0);
	more_files(file);
	between(file);
	if (pipe(events) || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return;
	sqe = next(IORING_OP_EPOLL_CTL, epoll);
	sqe->len = EPOLL_CTL_ADD;
	sqe->off = (unsigned)events[0];
	sqe->addr = at(&event);
	run();
	sqe = next(IORING_OP_STATX, AT_FDCWD);
	sqe->addr = at(DIR "/target");
	sqe->off = at(&facts);
	sqe->len = STATX_MODE;
	run();
	sqe = next(IORING_OP_GETXATTR, 0);
	sqe->addr = at("user.none");
	sqe->addr2 = at(buffer);
	sqe->addr3 = at(DIR "/target");
	sqe->len = 8;
	run();
	sqe = next(IORING_OP_FGETXATTR, file);
	sqe->addr = at("user.none");
	sqe->addr2 = at(buffer);
	sqe->len = 8;
	run();
	next(IORING_OP_CLOSE, file);
	run();
	next(IORING_OP_CLOSE, pair[0]);
	run();
	next(IORING_OP_CLOSE, 12345);
	run();
}
