/*
 * Opens and closes FILE so many times a second, until it is ended.
 *
 * usage: opens FILE PER_SECOND
 */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec next;
	long every_ns;

	if (argc != 3 || atoi(argv[2]) < 2)
		return 2;
	every_ns = 1000000000L / atoi(argv[2]);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		int fd = open(argv[1], O_RDONLY);

		if (fd >= 0)
			close(fd);
		next.tv_nsec += every_ns;
		if (next.tv_nsec >= 1000000000L) {
			next.tv_nsec -= 1000000000L;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
}
