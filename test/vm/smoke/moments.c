/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to a thread without a call of it: signals, page faults, the loss of the processor. */
#define _GNU_SOURCE
#include "calls.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where nothing else lies; expected-moments.ts names it too. */
#define PLACE ((char *)0x100000000000)
#define PAGE 4096

static volatile sig_atomic_t came[65];

static void note(int signal)
{
	came[signal] = 1;
}

static char *fresh_pages(void)
{
	char *pages = mmap(PLACE, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (pages != PLACE)
		abort();
	return pages;
}

void moments(void)
{
	struct itimerval soon = { .it_value.tv_usec = 1000 };
	int zeros = open("/dev/zero", O_RDONLY);
	char *pages = fresh_pages();
	pid_t child;

	signal(SIGUSR1, note);
	signal(SIGCHLD, note);
	signal(SIGALRM, note);
	kill(getpid(), SIGUSR1);
	child = fork();
	if (child == 0)
		_exit(0);
	while (waitpid(child, NULL, 0) < 0);
	setitimer(ITIMER_REAL, &soon, NULL);
	while (!came[SIGALRM])
		usleep(1000);
	usleep(1000);
	usleep(1000);
	pages[8] = 1;
	if (read(zeros, pages + PAGE + 16, 1) != 1)
		abort();
}

/* More page faults than the ring has room for. */
void moments_flood(void)
{
	char *pages = fresh_pages();

	for (int i = 0; i < 60000; i++) {
		pages[0] = 1;
		madvise(pages, PAGE, MADV_DONTNEED);
	}
}
