/*
 * Time from an open() that a rule matches to its line in the alerts file. Opens FILE, then reads ALERTS until it has
 * grown by a line, SAMPLES times with PAUSE_MS between; prints one number of microseconds a line.
 *
 * usage: latency FILE ALERTS SAMPLES PAUSE_MS
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define GIVE_UP_US 5000000

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* Reads what was appended; true when it ends a line. */
static int line_came(int fd)
{
	char buffer[65536];
	ssize_t n = read(fd, buffer, sizeof(buffer));

	return n > 0 && memchr(buffer, '\n', n) != NULL;
}

int main(int argc, char **argv)
{
	int alerts, samples, pause_ms;

	if (argc != 5)
		return 2;
	alerts = open(argv[2], O_RDONLY);
	samples = atoi(argv[3]);
	pause_ms = atoi(argv[4]);
	if (alerts < 0)
		return 1;
	lseek(alerts, 0, SEEK_END);
	for (int i = 0; i < samples; i++) {
		struct timespec poll = {0, 50000}, rest = {pause_ms / 1000, pause_ms % 1000 * 1000000L};
		int64_t start = now_us();
		int fd = open(argv[1], O_RDONLY);

		if (fd >= 0)
			close(fd);
		while (!line_came(alerts)) {
			if (now_us() - start > GIVE_UP_US) {
				fprintf(stderr, "no line for sample %d\n", i);
				return 1;
			}
			nanosleep(&poll, NULL);
		}
		printf("%lld\n", (long long)(now_us() - start));
		nanosleep(&rest, NULL);
	}
	return 0;
}
