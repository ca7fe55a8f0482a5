/* SPDX-License-Identifier: Apache-2.0 */
/* Data without an open, connections without a connect, and events in a crowd. */
#include "evasion.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

static void by_mmap(void)
{
	int fd = open(SECRET, O_RDONLY);

	start();
	end((long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
	text("fd.name", SECRET);
}

/* Reads a descriptor that somebody else opened and sent. */
static void sent_descriptor(void)
{
	char byte = 'x', control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	int pair[2], fd;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		_exit(1);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	fd = open(SECRET, O_RDONLY);
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	if (sendmsg(pair[0], &message, 0) != 1)
		_exit(1);
	close(fd);
	if (fork() > 0)
		_exit(0);
	if (recvmsg(pair[1], &message, 0) != 1)
		_exit(1);
	memcpy(&fd, CMSG_DATA(head), sizeof(int));
	start();
	end(read(fd, &byte, 1));
	text("fd.name", SECRET);
}

static int tcp(int family)
{
	return socket(family, SOCK_STREAM, 0);
}

static void told(void)
{
	text("fd.sip", "127.0.0.1");
	number("fd.sport", 4713);
}

static struct sockaddr_in address(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(4713) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return to;
}

static void mapped(void)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(4713) };

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
	start();
	end(connect(tcp(AF_INET6), (void *)&to, sizeof(to)));
	told();
}

static void fast_open(void)
{
	struct sockaddr_in to = address();

	start();
	end(sendto(tcp(AF_INET), "x", 1, MSG_FASTOPEN, (void *)&to, sizeof(to)));
	told();
}

static void not_blocking(void)
{
	struct sockaddr_in to = address();

	start();
	end(connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), (void *)&to, sizeof(to)));
	told();
}

static void datagrams(void)
{
	struct sockaddr_in to = address();
	struct iovec part = { "x", 1 };
	struct mmsghdr message = { .msg_hdr = { .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &part, .msg_iovlen = 1 } };

	start();
	end(sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), &message, 1, 0));
	told();
}

void data_rows(void)
{
	row("mmap instead of read", "mmap", by_mmap);
	row("read from a descriptor that was sent (SCM_RIGHTS)", "read", sent_descriptor);
	row("IPv4 address in IPv6 form", "connect", mapped);
	row("connect that does not wait", "connect", not_blocking);
	row("data in the first packet (MSG_FASTOPEN)", "sendto", fast_open);
	row("sendmmsg", "sendmmsg", datagrams);
}

static volatile bool over;

static void *flip(void *unused)
{
	(void)unused;
	while (!over) {
		rename(PLACE "/flip-secret", PLACE "/flip");
		symlink(SECRET, PLACE "/flip-secret");
		rename(PLACE "/flip-harmless", PLACE "/flip");
		symlink(PLACE "/harmless", PLACE "/flip-harmless");
	}
	return NULL;
}

static char swapped[64] = PLACE "/harmless";

static void *swap_text(void *unused)
{
	(void)unused;
	while (!over) {
		memcpy(swapped + sizeof(PLACE), "harmless", 9);
		memcpy(swapped + sizeof(PLACE), "secret", 7);
	}
	return NULL;
}

/* Opens `name` again and again; how often it was the secret is what the observer must count. */
static void race(void *(*other)(void *), const char *name)
{
	struct stat secret, st;
	pthread_t thread;
	long hits = 0;

	stat(SECRET, &secret);
	pthread_create(&thread, NULL, other, NULL);
	start();
	for (int i = 0; i < 400 || (hits == 0 && i < 4000); i++) {
		int fd = (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY, 0);

		if (fd < 0)
			continue;
		hits += fstat(fd, &st) == 0 && st.st_ino == secret.st_ino;
		close(fd);
	}
	over = true;
	pthread_join(thread, NULL);
	end(0);
	text("fd.name", SECRET);
	number("times", hits);
}

static void link_race(void)
{
	unlink(PLACE "/flip");
	symlink(SECRET, PLACE "/flip-secret");
	symlink(PLACE "/harmless", PLACE "/flip-harmless");
	symlink(PLACE "/harmless", PLACE "/flip");
	race(flip, PLACE "/flip");
}

static void text_race(void)
{
	race(swap_text, swapped);
}

/* By each of two threads: what an agent in a slow guest can take. */
#define FLOOD 3000

static void *noise(void *unused)
{
	(void)unused;
	for (int i = 0; i < FLOOD && !over; i++)
		syscall(SYS_openat, AT_FDCWD, "/nothing", O_RDONLY, 0);
	return NULL;
}

/* The secret once, in the middle of others. */
static void flood(void)
{
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, noise, NULL);
	usleep(50000);
	start();
	opened(end(syscall(SYS_openat, AT_FDCWD, SECRET, O_RDONLY, 0)), SECRET);
	usleep(300000);
	over = true;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

void race_rows(void)
{
	row("link flipped by a thread while it is opened", "openat", link_race);
	row("name rewritten by a thread while it is read", "openat", text_race);
	row("one open in a flood of others", "openat", flood);
}
