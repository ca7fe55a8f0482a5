/*
 * What system calls cost the process that makes them: processor time (CLOCK_PROCESS_CPUTIME_ID and, for children,
 * getrusage) divided by the number of operations. In a guest whose clock counts instructions a nanosecond is one.
 *
 * usage: workload FILE [PID]
 *   FILE  an existing file that no rule cares for
 *   PID   also tell what this process, the agent, spends for each operation; its idle time is taken off
 *
 * Prints a line for each operation: name, nanoseconds (median of the rounds), nanoseconds of PID.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 9
/* Long enough that ticks of the clock and wake-ups of a reader spread evenly over the rounds. */
#define ROUND_NS 20000000
#define WARM_ROUNDS 50

static const char *file;
static char *self;
static int zero, null, listener;
static struct sockaddr_in nowhere = {.sin_family = AF_INET}, here = {.sin_family = AF_INET};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int sure(int result, const char *what)
{
	if (result < 0)
		fail(what);
	return result;
}

static void op_getpid(void)
{
	syscall(SYS_getpid);
}

static void op_read(void)
{
	char c;

	sure(read(zero, &c, 1), "read");
}

static void op_write(void)
{
	sure(write(null, "x", 1), "write");
}

static void op_stat(void)
{
	struct stat st;

	sure(syscall(SYS_newfstatat, AT_FDCWD, file, &st, 0), "newfstatat");
}

static void op_dup(void)
{
	close(sure(dup(null), "dup"));
}

static void op_open(void)
{
	close(sure(open(file, O_RDONLY), file));
}

static void op_open_missing(void)
{
	if (open("/var/lib/overhead/a/b/missing", O_RDONLY) >= 0)
		fail("a missing file was opened");
}

static void op_udp(void)
{
	int fd = sure(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	sure(connect(fd, (void *)&nowhere, sizeof(nowhere)), "connect");
	close(fd);
}

static void op_tcp(void)
{
	int to = sure(socket(AF_INET, SOCK_STREAM, 0), "socket");

	sure(connect(to, (void *)&here, sizeof(here)), "connect");
	close(sure(accept(listener, NULL, NULL), "accept"));
	close(to);
}

static void op_exec(void)
{
	char *args[] = {self, "nothing", NULL}, *env[] = {NULL};
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execve(self, args, env);
		_exit(127);
	}
	if (waitpid(sure(pid, "vfork"), &status, 0) != pid || status != 0)
		fail("the child");
}

static const struct {
	const char *name;
	void (*run)(void);
} ops[] = {
	{"getpid", op_getpid},
	{"read", op_read},
	{"write", op_write},
	{"newfstatat", op_stat},
	{"dup+close", op_dup},
	{"open+close", op_open},
	{"open-missing", op_open_missing},
	{"udp", op_udp},
	{"tcp", op_tcp},
	{"exec", op_exec},
};

static int64_t ns_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t used_ns(void)
{
	struct rusage children;

	getrusage(RUSAGE_CHILDREN, &children);
	return ns_of(CLOCK_PROCESS_CPUTIME_ID) +
	       (children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1000000000LL +
	       (children.ru_utime.tv_usec + children.ru_stime.tv_usec) * 1000LL;
}

/* Time that all threads of a process have run: the first number of their schedstat files. */
static int64_t agent_ns(const char *pid)
{
	char path[512];
	long long sum = 0, ns;
	struct dirent *entry;
	DIR *tasks;

	if (!pid)
		return 0;
	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	tasks = opendir(path);
	if (!tasks)
		fail(path);
	while ((entry = readdir(tasks))) {
		FILE *stat;

		snprintf(path, sizeof(path), "/proc/%s/task/%s/schedstat", pid, entry->d_name);
		stat = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (!stat)
			continue;
		if (fscanf(stat, "%lld", &ns) == 1)
			sum += ns;
		fclose(stat);
	}
	closedir(tasks);
	return sum;
}

static void pause_ms(int ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000L};

	nanosleep(&t, NULL);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* How often an operation fits into a round. */
static int64_t count_of(void (*run)(void))
{
	int64_t start, used;

	run();
	start = used_ns();
	for (int i = 0; i < 10; i++)
		run();
	used = (used_ns() - start) / 10;
	return ROUND_NS / (used < 100 ? 100 : used) + 1;
}

/*
 * An agent compiles what it does often, for which the first tens of thousands of events pay. One that has run for an
 * hour has this behind it. The pauses let it keep up.
 */
static void warm_up(int op, int64_t n)
{
	for (int r = 0; r < WARM_ROUNDS; r++) {
		for (int64_t i = 0; i < n; i++)
			ops[op].run();
		pause_ms(100);
	}
	pause_ms(5000);
}

static void measure(int op, const char *pid, double idle)
{
	int64_t rounds[ROUNDS], start, agent, began, n = count_of(ops[op].run);

	if (pid)
		warm_up(op, n);
	pause_ms(2000); /* the agent has dealt with what came before */
	began = ns_of(CLOCK_MONOTONIC);
	agent = agent_ns(pid);
	for (int r = 0; r < ROUNDS; r++) {
		start = used_ns();
		for (int64_t i = 0; i < n; i++)
			ops[op].run();
		rounds[r] = (used_ns() - start) / n;
	}
	pause_ms(2000);
	agent = agent_ns(pid) - agent - (int64_t)(idle * (double)(ns_of(CLOCK_MONOTONIC) - began));
	qsort(rounds, ROUNDS, sizeof(*rounds), compare);
	printf("%s %lld %lld\n", ops[op].name, (long long)rounds[ROUNDS / 2], (long long)(agent / (n * ROUNDS)));
	fflush(stdout);
}

/* Share of the time that the agent is busy while nothing happens. */
static double idle_share(const char *pid)
{
	int64_t agent = agent_ns(pid), began = ns_of(CLOCK_MONOTONIC);

	pause_ms(pid ? 20000 : 0);
	return (double)(agent_ns(pid) - agent) / (double)(ns_of(CLOCK_MONOTONIC) - began + 1);
}

int main(int argc, char **argv)
{
	const char *pid = argc > 2 ? argv[2] : NULL;
	socklen_t length = sizeof(here);
	double idle;

	if (argc > 1 && strcmp(argv[1], "nothing") == 0)
		return 0;
	if (argc < 2)
		return 2;
	self = argv[0];
	file = argv[1];
	zero = sure(open("/dev/zero", O_RDONLY), "/dev/zero");
	null = sure(open("/dev/null", O_WRONLY), "/dev/null");
	nowhere.sin_addr.s_addr = here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	nowhere.sin_port = htons(9);
	listener = sure(socket(AF_INET, SOCK_STREAM, 0), "socket");
	sure(bind(listener, (void *)&here, sizeof(here)), "bind");
	sure(getsockname(listener, (void *)&here, &length), "getsockname");
	sure(listen(listener, 128), "listen");
	idle = idle_share(pid);
	printf("idle %.0f 0\n", idle * 1e9);
	for (unsigned int op = 0; op < sizeof(ops) / sizeof(*ops); op++)
		measure((int)op, pid, idle);
	return 0;
}
