/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the smoke test observes: one kind of call per subcommand, static and without libc wrappers in the way.
 * Usage: actions NAME...; each prints nothing; the exit code of `exit7` is 7.
 */
#define _GNU_SOURCE
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DIR "/tmp/smoke"

static void fail(const char *what)
{
	fprintf(stderr, "actions: %s: %s\n", what, strerror(errno));
	exit(99);
}

static void prepare(void)
{
	int fd;

	mkdir(DIR, 0755);
	fd = open(DIR "/target", O_CREAT | O_WRONLY, 0600);
	if (fd < 0 || (symlink(DIR "/target", DIR "/link") && errno != EEXIST))
		fail("prepare");
	close(fd);
}

static void opens(void)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_NO_MAGICLINKS };

	syscall(SYS_open, DIR "/target", O_RDONLY, 0);
	syscall(SYS_openat, AT_FDCWD, DIR "/link", O_RDWR | O_CLOEXEC, 0);
	syscall(SYS_openat2, AT_FDCWD, DIR "/target", &how, sizeof(how));
	syscall(SYS_creat, DIR "/created", 0640);
	syscall(SYS_openat, AT_FDCWD, DIR "/missing", O_RDONLY, 0);
}

static void relative(void)
{
	int dir = (int)syscall(SYS_openat, AT_FDCWD, DIR, O_DIRECTORY | O_RDONLY, 0);

	if (chdir(DIR))
		fail("chdir");
	syscall(SYS_openat, AT_FDCWD, "link", O_RDONLY, 0);
	syscall(SYS_openat, dir, "missing-relative", O_RDONLY, 0);
	syscall(SYS_openat, 12345, "bad-dirfd", O_RDONLY, 0);
}

/* More levels than the kernel side walks. */
static void deep(void)
{
	char name[] = "d00";

	if (chdir(DIR))
		fail("chdir");
	for (int i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "d%02d", i);
		mkdir(name, 0755);
		if (chdir(name))
			fail("chdir");
	}
	syscall(SYS_openat, AT_FDCWD, "deep-file", O_CREAT | O_RDONLY, 0600);
}

/* A file below the new root, and one outside of it reached by an old descriptor. */
static void places(void)
{
	int outside = open(DIR, O_DIRECTORY | O_RDONLY), fd;

	mkdir(DIR "/root", 0755);
	if (chroot(DIR "/root") || chdir("/"))
		fail("chroot");
	syscall(SYS_openat, AT_FDCWD, "/inside", O_CREAT | O_RDONLY, 0600);
	fd = (int)syscall(SYS_openat, outside, "target", O_RDONLY, 0);
	close(fd);
}

/* A file that is opened again after its name is gone. */
static void unlinked(void)
{
	char again[64];
	int fd = open(DIR "/gone", O_CREAT | O_RDWR, 0600);

	if (fd < 0 || unlink(DIR "/gone"))
		fail("unlink");
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	syscall(SYS_openat, AT_FDCWD, again, O_RDONLY, 0);
}

/* More arguments than a record keeps. */
static void long_argv(void)
{
	static char big[6000];
	char *argv[] = { "actions", "nothing", big, NULL };
	char *envp[] = { NULL };

	memset(big, 'x', sizeof(big) - 1);
	execve("/proc/self/exe", argv, envp);
	fail("execve");
}

/* open of the 32-bit ABI: the pointer must lie below 4 GiB. */
static void compat(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long ret;

	if (low == MAP_FAILED)
		fail("mmap");
	strcpy(low, DIR "/target");
	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(5L), "b"(low), "c"(0L), "d"(0L) : "memory", "r8", "r9", "r10", "r11");
	(void)ret;
}

/* The kernel does not look at the upper half of the number (from 5.14 on). */
static void high_bits(void)
{
	register long mode __asm__("r10") = 0;
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(1L << 32 | SYS_open), "D"(DIR "/target"), "S"(1L), "d"(0L), "r"(mode)
			 : "memory", "rcx", "r11");
	(void)ret;
}

/* One OPENAT through io_uring; sqe_flags 16 is IOSQE_ASYNC; slot 0 means an ordinary descriptor. */
static void uring(const char *path, unsigned char sqe_flags, unsigned slot)
{
	struct io_uring_params p;
	struct io_uring_sqe *sqe;
	char *sq, *cq;
	unsigned *array, *tail;
	int fd;

	memset(&p, 0, sizeof(p));
	fd = (int)syscall(SYS_io_uring_setup, 4, &p);
	if (fd < 0)
		fail("io_uring_setup");
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
	cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_CQ_RING);
	sqe = mmap(NULL, p.sq_entries * sizeof(*sqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || sqe == MAP_FAILED)
		fail("mmap of the rings");
	if (slot) {
		int empty[4] = { -1, -1, -1, -1 };

		if (syscall(SYS_io_uring_register, fd, IORING_REGISTER_FILES, empty, 4))
			fail("register files");
	}
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_OPENAT;
	sqe->fd = AT_FDCWD;
	sqe->addr = (uint64_t)(uintptr_t)path;
	sqe->open_flags = O_RDONLY;
	sqe->flags = sqe_flags;
	sqe->file_index = slot;
	array = (unsigned *)(sq + p.sq_off.array);
	tail = (unsigned *)(sq + p.sq_off.tail);
	array[0] = 0;
	__atomic_store_n(tail, 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		fail("io_uring_enter");
	close(fd);
}

/* Executes itself from memory, as fileless malware does. */
static void memfd(void)
{
	char *argv[] = { "from-memory", "nothing", NULL };
	char *envp[] = { NULL };
	char buf[1 << 16];
	ssize_t n;
	int in = open("/proc/self/exe", O_RDONLY), out = memfd_create("evil", 0);

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			fail("write");
	syscall(SYS_execveat, out, "", argv, envp, AT_EMPTY_PATH);
	fail("execveat");
}

static void exec_failures(void)
{
	char *argv[] = { "x", NULL };

	execve(DIR "/no-such-program", argv, argv);
	if (chdir(DIR))
		fail("chdir");
	syscall(SYS_execveat, AT_FDCWD, "target", argv, argv, 0);
}

static void threads_and_signal(void)
{
	pid_t child = (pid_t)syscall(SYS_fork);

	if (child == 0) {
		raise(SIGKILL);
		_exit(1);
	}
	waitpid(child, NULL, 0);
}

/* A child ends before its own child, which this process asked to inherit. */
static void orphans(void)
{
	pid_t self = getpid();

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (fork() == 0) {
		if (fork() == 0)
			while (getppid() != self)
				usleep(1000);
		_exit(0);
	}
	while (wait(NULL) > 0);
}

/* Opens what is named, for reading; `cd:` before a directory goes there. */
static void open_each(char **names)
{
	for (; *names; names++) {
		if (strncmp(*names, "cd:", 3))
			close((int)syscall(SYS_openat, AT_FDCWD, *names, O_RDONLY, 0));
		else if (chdir(*names + 3))
			fail("chdir");
	}
}

int main(int argc, char **argv)
{
	alarm(30); /* a call that never returns must not hold up the test */
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i];

		if (!strcmp(name, "open-each")) {
			open_each(argv + i + 1);
			return 0;
		}
		if (!strcmp(name, "prepare")) prepare();
		else if (!strcmp(name, "opens")) opens();
		else if (!strcmp(name, "relative")) relative();
		else if (!strcmp(name, "deep")) deep();
		else if (!strcmp(name, "places")) places();
		else if (!strcmp(name, "unlinked")) unlinked();
		else if (!strcmp(name, "long-argv")) long_argv();
		else if (!strcmp(name, "compat")) compat();
		else if (!strcmp(name, "high-bits")) high_bits();
		else if (!strcmp(name, "uring")) uring(DIR "/link", 0, 0);
		else if (!strcmp(name, "uring-async")) uring(DIR "/link", 16, 0);
		else if (!strcmp(name, "uring-slot")) uring(DIR "/link", 0, 1);
		else if (!strcmp(name, "uring-missing")) uring(DIR "/missing-uring", 0, 0);
		else if (!strcmp(name, "memfd")) memfd();
		else if (!strcmp(name, "exec-failures")) exec_failures();
		else if (!strcmp(name, "signal")) threads_and_signal();
		else if (!strcmp(name, "orphans")) orphans();
		else if (!strcmp(name, "file-names")) file_names();
		else if (!strcmp(name, "file-attributes")) file_attributes();
		else if (!strcmp(name, "mounts")) mounts();
		else if (!strcmp(name, "sockets")) sockets();
		else if (!strcmp(name, "control")) control();
		else if (!strcmp(name, "compat-calls")) compat_calls();
		else if (!strcmp(name, "descriptors")) descriptors();
		else if (!strcmp(name, "closes")) closes();
		else if (!strcmp(name, "many-messages")) many_messages();
		else if (!strcmp(name, "moments")) moments();
		else if (!strcmp(name, "moments-flood")) moments_flood();
		else if (!strcmp(name, "rare")) rare();
		else if (!strcmp(name, "hostile")) hostile();
		else if (!strcmp(name, "compat-more")) compat_more();
		else if (!strcmp(name, "uring-names")) uring_names();
		else if (!strcmp(name, "uring-sockets")) uring_sockets();
		else if (!strcmp(name, "uring-begun")) uring_begun();
		else if (!strcmp(name, "uring-late")) uring_late();
		else if (!strcmp(name, "uring-rw")) uring_rw();
		else if (!strcmp(name, "uring-waits")) uring_waits();
		else if (!strcmp(name, "uring-files")) uring_files();
		else if (!strcmp(name, "exit7")) return 7;
		else if (!strcmp(name, "nothing")) return 0;
		else return 98;
	}
	return 0;
}
