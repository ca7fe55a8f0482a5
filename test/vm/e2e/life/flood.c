/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens files that do not exist, each by a name of its own, as fast as it can.
 * usage: flood PROCESSES SECONDS
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

int main(int argc, char **argv)
{
	int processes = argc == 3 ? atoi(argv[1]) : 1;
	time_t end = now() + (argc == 3 ? atoi(argv[2]) : 1);
	char name[64];

	while (--processes > 0 && fork() > 0)
		;
	for (unsigned n = 0; (n & 255) || now() < end; n++) {
		snprintf(name, sizeof(name), "/tmp/flood/%d/%u", getpid(), n);
		close(open(name, O_RDONLY));
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
