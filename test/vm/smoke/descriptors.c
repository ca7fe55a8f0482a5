/* SPDX-License-Identifier: Apache-2.0 */
/* Calls on descriptors, calls that only the 32-bit ABI has, rare calls, and arguments meant to do harm. */
#define _GNU_SOURCE
#include "calls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define DIR "/tmp/smoke"

static void datagrams(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(0x7f000001) };
	struct sockaddr_in second = { .sin_family = AF_INET, .sin_port = htons(54), .sin_addr.s_addr = htonl(0x7f000002) };
	struct iovec parts[2] = { { "ab", 2 }, { "cde", 3 } };
	struct mmsghdr messages[2] = {
		{ .msg_hdr = { .msg_name = &in, .msg_namelen = sizeof(in), .msg_iov = parts, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_name = &second, .msg_namelen = sizeof(in), .msg_iov = parts, .msg_iovlen = 2 } },
	};
	int udp = (int)syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);

	syscall(SYS_sendmmsg, udp, messages, 2, 0);
	syscall(SYS_connect, udp, &in, sizeof(in));
	syscall(SYS_write, udp, "x", 1);
	syscall(SYS_writev, udp, parts, 2);
	syscall(SYS_dup, udp);
}

/* More than have events of their own. */
void many_messages(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(0x7f000001) };
	static char bytes[70];
	static struct iovec parts[70];
	static struct mmsghdr messages[70];

	for (int i = 0; i < 70; i++) {
		bytes[i] = '0' + i;
		parts[i] = (struct iovec){ &bytes[i], 1 };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &in, .msg_namelen = sizeof(in), .msg_iov = &parts[i], .msg_iovlen = 1 };
	}
	syscall(SYS_sendmmsg, syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0), messages, 70, 0);
}

void closes(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(0x7f000001) };
	int fd = open(DIR "/target", O_RDONLY), udp = (int)syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);

	syscall(SYS_connect, udp, &in, sizeof(in));
	syscall(SYS_close, fd);
	syscall(SYS_close, udp);
	syscall(SYS_close, 12345);
}

void descriptors(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct iovec parts[2] = { { (char[4]){ 0 }, 4 }, { (char[4]){ 0 }, 4 } };
	int fd = open(DIR "/target", O_RDWR), epoll = epoll_create1(0), pair[2];

	syscall(SYS_write, fd, "0123456789", 10);
	syscall(SYS_pwrite64, fd, "ab", 2, 4);
	syscall(SYS_lseek, fd, 0, SEEK_SET);
	syscall(SYS_read, fd, parts[0].iov_base, 4);
	syscall(SYS_pread64, fd, parts[0].iov_base, 2, 1);
	syscall(SYS_readv, fd, parts, 2);
	syscall(SYS_fallocate, fd, 0, 0, 100);
	syscall(SYS_fsync, fd);
	syscall(SYS_flock, fd, 2);
	syscall(SYS_ioctl, fd, 0x5401, 0);
	syscall(SYS_fstat, fd, (char[256]){ 0 });
	pipe(pair);
	syscall(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, pair[0], &event);
	syscall(SYS_sendfile, pair[1], fd, NULL, 4);
	syscall(SYS_read, 12345, NULL, 0);
	datagrams();
	syscall(SYS_close_range, 1000, 1001, 0);
}

void rare(void)
{
	struct rlimit limit = { 100, 200 };
	char name[8] = "saker";

	syscall(SYS_removexattr, DIR "/target", "user.none");
	syscall(SYS_access, DIR "/target", R_OK);
	syscall(SYS_newfstatat, AT_FDCWD, DIR "/target", (char[256]){ 0 }, 0);
	syscall(SYS_readlink, DIR "/link", (char[64]){ 0 }, 64);
	syscall(SYS_inotify_add_watch, 12345, DIR, 1);
	syscall(SYS_swapon, DIR "/none", 0);
	syscall(SYS_quotactl, 0x800007 << 8, DIR "/none", 0, NULL);
	syscall(SYS_add_key, "user", "saker:test", "x", 1, 99999);
	syscall(SYS_setgroups, 1000000, NULL);
	syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL);
	syscall(SYS_sethostname, name, 5);
	syscall(SYS_iopl, 99);
	syscall(SYS_getpid);
	syscall(SYS_mq_unlink, "no-queue");
}

/* Text that never ends, ends at the edge of a page, is too long, or looks like a log line. */
void hostile(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static char longest[5000], full[4096];

	munmap(page + 4096, 4096);
	memset(page, 'p', 4096);
	memset(longest, 'l', sizeof(longest) - 1);
	memset(full, 'f', sizeof(full) - 1);
	syscall(SYS_unlink, page + 4000); /* runs into the hole */
	page[4095] = 0;
	syscall(SYS_unlink, page + 4000);
	syscall(SYS_unlink, longest);
	syscall(SYS_unlink, full);
	syscall(SYS_unlink, DIR "/\n\x1b[31m\xff\xc3(\"}");
	syscall(SYS_sethostname, page + 4090, 100);
	syscall(SYS_sethostname, page, 0x7fffffff);
	syscall(SYS_sendmsg, 0, page + 4090, 0);
	syscall(SYS_write, 1, NULL, 1UL << 62);
}
