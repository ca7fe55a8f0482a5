/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are no 64-bit system calls: io_uring and the 32-bit ABI. */
#include "evasion.h"

#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <sys/socket.h>

#define ASYNC 16

static struct sockaddr_in address(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(4713) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return to;
}

/* Runs the operation; a kernel that does not know it has no such evasion. */
static void by_ring(const struct ring_call *call)
{
	long result;

	start();
	result = ring(call);
	if (result == -EINVAL || result == -ENOSYS || result == -EOPNOTSUPP)
		unavailable("the kernel has no such operation");
	errno = (int)-result;
	end(result < 0 ? -1 : result);
}

static void ring_open_with(unsigned char flags, unsigned slot, unsigned setup)
{
	by_ring(&(struct ring_call){ .opcode = IORING_OP_OPENAT, .flags = flags, .fd = AT_FDCWD, .addr = SECRET, .slot = slot, .setup = setup });
	text("fd.name", SECRET);
}

static void ring_open(void) { ring_open_with(0, 0, 0); }
static void ring_async(void) { ring_open_with(ASYNC, 0, 0); }
static void ring_slot(void) { ring_open_with(0, 1, 0); }
static void ring_thread(void) { ring_open_with(0, 0, IORING_SETUP_SQPOLL); }

static void ring_unlink(void)
{
	close(open(PLACE "/r1", O_CREAT | O_WRONLY, 0600));
	by_ring(&(struct ring_call){ .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = PLACE "/r1" });
	text("fs.path.name", PLACE "/r1");
}

static void ring_rename(void)
{
	close(open(PLACE "/r2", O_CREAT | O_WRONLY, 0600));
	by_ring(&(struct ring_call){ .opcode = IORING_OP_RENAMEAT, .flags = ASYNC, .fd = AT_FDCWD, .addr = PLACE "/r2",
				     .len = (unsigned)AT_FDCWD, .off = (uintptr_t)(PLACE "/r3") });
	text("fs.path.source", PLACE "/r2");
	text("fs.path.target", PLACE "/r3");
}

static void ring_mkdir(void)
{
	by_ring(&(struct ring_call){ .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = PLACE "/r4", .len = 0700 });
	text("fs.path.name", PLACE "/r4");
}

static void ring_symlink(void)
{
	by_ring(&(struct ring_call){ .opcode = IORING_OP_SYMLINKAT, .fd = AT_FDCWD, .addr = SECRET, .off = (uintptr_t)(PLACE "/r5") });
	text("fs.path.target", SECRET);
	text("fs.path.source", PLACE "/r5");
}

static void ring_link(void)
{
	by_ring(&(struct ring_call){ .opcode = IORING_OP_LINKAT, .fd = AT_FDCWD, .addr = SECRET, .len = (unsigned)AT_FDCWD,
				     .off = (uintptr_t)(PLACE "/r6") });
	text("fs.path.target", SECRET);
	text("fs.path.source", PLACE "/r6");
}

static void ring_connect(void)
{
	struct sockaddr_in to = address();

	by_ring(&(struct ring_call){ .opcode = IORING_OP_CONNECT, .fd = socket(AF_INET, SOCK_STREAM, 0), .addr = &to, .off = sizeof(to) });
	text("fd.sip", "127.0.0.1");
	number("fd.sport", 4713);
}

void ring_rows(void)
{
	row("io_uring open", "openat", ring_open);
	row("io_uring open by a worker (IOSQE_ASYNC)", "openat", ring_async);
	row("io_uring open into a fixed slot", "openat", ring_slot);
	row("io_uring open by the polling thread (SQPOLL)", "openat", ring_thread);
	row("io_uring unlink", "unlinkat", ring_unlink);
	row("io_uring rename by a worker", "renameat2", ring_rename);
	row("io_uring mkdir", "mkdirat", ring_mkdir);
	row("io_uring symlink", "symlinkat", ring_symlink);
	row("io_uring link", "linkat", ring_link);
	row("io_uring connect", "connect", ring_connect);
}

#define LOW(text) low(text, sizeof(text))

static void open_32(void)
{
	long name = LOW(SECRET);

	start();
	opened(end(call32(5, name, O_RDONLY, 0)), SECRET);
}

static void openat_32(void)
{
	long name = LOW(PLACE "/soft");

	start();
	opened(end(call32(295, AT_FDCWD, name, O_RDONLY)), SECRET);
}

static void unlink_32(void)
{
	long name = LOW(PLACE "/c1");

	close(open(PLACE "/c1", O_CREAT | O_WRONLY, 0600));
	start();
	end(call32(10, name, 0, 0));
	text("fs.path.name", PLACE "/c1");
}

static void rename_32(void)
{
	long from = LOW(PLACE "/c2"), to = LOW(PLACE "/c3");

	close(open(PLACE "/c2", O_CREAT | O_WRONLY, 0600));
	start();
	end(call32(38, from, to, 0));
	text("fs.path.source", PLACE "/c2");
	text("fs.path.target", PLACE "/c3");
}

static void connect_32(void)
{
	struct sockaddr_in to = address();
	long at = low(&to, sizeof(to)), fd = call32(359, AF_INET, SOCK_STREAM, 0);

	start();
	end(call32(362, fd, at, sizeof(to)));
	text("fd.sip", "127.0.0.1");
	number("fd.sport", 4713);
}

/* One call for all of sockets: 3 is connect. */
static void socketcall(void)
{
	struct sockaddr_in to = address();
	unsigned args[3] = { (unsigned)socket(AF_INET, SOCK_STREAM, 0), (unsigned)low(&to, sizeof(to)), sizeof(to) };
	long at = low(args, sizeof(args));

	start();
	end(call32(102, 3, at, 0));
	text("fd.sip", "127.0.0.1");
	number("fd.sport", 4713);
}

static void execve_32(void)
{
	long name = LOW(PLACE "/evader"), word = LOW("nothing");
	unsigned pointers[3] = { (unsigned)name, (unsigned)word, 0 };
	long argv = low(pointers, sizeof(pointers));

	start();
	text("proc.exepath", PLACE "/evader");
	text("proc.args", "nothing");
	done();
	call32(11, name, argv, 0);
	_exit(1);
}

static void setuid_32(void)
{
	start();
	end(call32(213, 0, 0, 0));
	text("evt.arg.uid", "root");
}

static void setuid_16(void)
{
	start();
	end(call32(23, 0, 0, 0));
	text("evt.arg.uid", "root");
}

void abi32_rows(void)
{
	row("32-bit open (int 0x80)", "open", open_32);
	row("32-bit openat through a symbolic link", "openat", openat_32);
	row("32-bit unlink", "unlink", unlink_32);
	row("32-bit rename", "rename", rename_32);
	row("32-bit execve", "execve", execve_32);
	row("32-bit connect", "connect", connect_32);
	row("32-bit connect by socketcall", "connect", socketcall);
	row("32-bit setuid", "setuid", setuid_32);
	row("32-bit setuid with 16-bit ids", "setuid", setuid_16);
}
