/* SPDX-License-Identifier: Apache-2.0 */
/* Running a row. */
#include "evasion.h"

const char *row_name, *row_type;

void start(void)
{
	begin(row_name, row_type);
}

void finish(void)
{
	done();
	_exit(0);
}

void row(const char *name, const char *type, void (*body)(void))
{
	int status, alive[2];
	char none;
	pid_t child;

	row_name = name;
	row_type = type;
	if (pipe2(alive, O_CLOEXEC)) {
		perror("evasion: pipe");
		_exit(1);
	}
	child = fork();
	if (child == 0) {
		close(alive[0]);
		body();
		finish();
	}
	close(alive[1]);
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status))
		fprintf(stderr, "evasion: %s failed: status %d\n", name, status);
	/* An orphan of the row still holds the other end: its truth stands before the next row's. */
	while (read(alive[0], &none, 1) > 0)
		;
	close(alive[0]);
}

void unavailable(const char *why)
{
	text("unavailable", why);
	finish();
}

void opened(long fd, const char *name)
{
	struct stat st;

	if (fd < 0) {
		fprintf(stderr, "evasion: %s: %s\n", row_name, strerror(errno));
		_exit(1);
	}
	text("fd.name", name);
	if (fstat((int)fd, &st) == 0)
		number("fd.ino", (long)st.st_ino);
}
