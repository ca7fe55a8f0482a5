/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls with numbers in their names, without end: whoever watches can tell which one is missing or came twice.
 *
 *   workload calls     until SIGTERM; then one line, how many of each were made
 *   workload blocked   opens the FIFO /tmp/tiers/fifo for reading, which waits for a writer
 *   workload stuck     makes a process namespace that cannot end, until SIGTERM (needs root)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/tmp/tiers/"

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static const char *numbered(char kind, unsigned n)
{
	static char name[64];

	snprintf(name, sizeof(name), FOLDER "%c-%u", kind, n);
	return name;
}

static void connect_to(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(to.sun_path, path);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		abort();
	close(fd);
}

/* unlink through the 32-bit table; the name must lie in the low 4 GiB. */
static void unlink32(char *low, const char *name)
{
	long result;

	strcpy(low, name);
	asm volatile("int $0x80" : "=a"(result) : "a"(10), "b"(low) : "memory");
}

static int make_calls(void)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	char *none[] = { NULL };
	unsigned n = 0;

	for (; !ended; n++) {
		if (open(numbered('o', n), O_RDONLY | O_CLOEXEC) >= 0)
			abort();
		unlink(numbered('u', n));
		connect_to(numbered('c', n));
		unlink32(low, numbered('k', n));
		execve(numbered('x', n), none, none);
		rmdir(numbered('r', n));
		nanosleep(&pause, NULL);
	}
	printf("%u\n", n);
	return 0;
}

static int open_fifo(void)
{
	return open(FOLDER "fifo", O_RDONLY | O_CLOEXEC) < 0;
}

/*
 * The init of a process namespace has ended and waits for its child; the child is dead, but its tracer, which lives
 * outside, does not look. Before 6.9 the kernel waits for such an init whenever it changes a trampoline.
 */
static int init_of_namespace(void *pipes)
{
	const int *out = pipes;
	pid_t child = fork();
	char byte;

	if (child == 0)
		for (;;)
			pause();
	if (write(out[1], &child, sizeof(child)) < 0 || read(out[2], &byte, 1) < 0)
		return 1;
	return 0; /* kills the child, and waits for it */
}

/* The child's id outside: the only child of the init. */
static pid_t child_of(pid_t init)
{
	char path[64];
	int child = 0;
	FILE *list;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", init, init);
	list = fopen(path, "r");
	if (!list || fscanf(list, "%d", &child) != 1)
		child = -1;
	if (list)
		fclose(list);
	return child;
}

static int be_stuck(void)
{
	static char stack[65536];
	int up[2], down[2], pipes[3];
	pid_t init, child;

	if (pipe(up) || pipe(down))
		return 1;
	pipes[0] = up[0];
	pipes[1] = up[1];
	pipes[2] = down[0];
	init = clone(init_of_namespace, stack + sizeof(stack), CLONE_NEWPID | SIGCHLD, pipes);
	if (init < 0 || read(up[0], &child, sizeof(child)) != sizeof(child))
		return 1;
	child = child_of(init);
	if (ptrace(PTRACE_SEIZE, child, 0, 0))
		return 1;
	if (write(down[1], "x", 1) != 1)
		return 1;
	puts("stuck");
	fflush(stdout);
	while (!ended)
		pause();
	waitpid(child, NULL, __WALL);
	waitpid(init, NULL, 0);
	return 0;
}

int main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = end };

	sigaction(SIGTERM, &action, NULL);
	mkdir("/tmp/tiers", 0755);
	if (argc == 2 && strcmp(argv[1], "calls") == 0)
		return make_calls();
	if (argc == 2 && strcmp(argv[1], "blocked") == 0)
		return open_fifo();
	if (argc == 2 && strcmp(argv[1], "stuck") == 0)
		return be_stuck();
	return 2;
}
