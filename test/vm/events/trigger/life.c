/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Some facts are read from /proc when an alert is made. So that they can be compared, no process of the trigger ends
 * before the observer has told everything: children wait for the end of their parent, and it waits for the script.
 */
#include "truth.h"

#include <poll.h>
#include <signal.h>

enum {
	LIFE = 201, /* read end; its end of file is the end of the trigger */
	LIFE_HELD = 202,
	READY = 203, /* write end; a byte: this child has done its part */
	READY_HEARD = 204,
};

static void place(int from, int to, int flags)
{
	if (dup3(from, to, flags) < 0)
		die("dup3");
	close(from);
}

void begin_life(void)
{
	int life[2], ready[2];

	if (pipe(life) || pipe(ready))
		die("pipe");
	place(life[0], LIFE, 0);
	place(life[1], LIFE_HELD, O_CLOEXEC);
	place(ready[1], READY, 0);
	place(ready[0], READY_HEARD, O_CLOEXEC);
}

void end_of_child(void)
{
	char byte = 0;

	close(LIFE_HELD);
	if (write(READY, &byte, 1) != 1 || read(LIFE, &byte, 1) < 0)
		die("the parent");
	_exit(0);
}

void await_child(void)
{
	struct pollfd ready = { .fd = READY_HEARD, .events = POLLIN };
	char byte;

	if (poll(&ready, 1, 60000) != 1 || read(READY_HEARD, &byte, 1) != 1)
		die("a child did not come to its end");
}

void in_child(void (*body)(void))
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (child == 0) {
		tell_process();
		body();
		end_of_child();
	}
	await_child();
}

/* The script sees the alert of this directory, then ends the trigger. */
void await_the_end(const char *family)
{
	static char name[128];

	snprintf(name, sizeof(name), HOME "/sentinel-%s-%u", family, geteuid());
	mkdir(name, 0755);
	pause();
}
