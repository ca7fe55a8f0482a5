/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does one thing of every event family and tells on descriptor 200 what it did and what that must look like.
 * Usage: trigger FAMILY [WORD]..., with HOME prepared by the script that runs in the guest.
 */
#include "truth.h"

#include <sched.h>

static const struct {
	const char *name;
	void (*run)(void);
} families[] = {
	{ "opens", file_opens },
	{ "names", file_names },
	{ "attributes", file_attributes },
	{ "mounts", mounts },
	{ "networks", networks },
	{ "processes", processes },
	{ "credentials", credentials },
	{ "control", control },
	{ "kernel", kernel_calls },
	{ "descriptors", descriptors },
	{ "more-descriptors", more_descriptors },
	{ "data", data_calls },
	{ "failures", refused_calls },
	{ "more-control", more_control },
	{ "rings", rings },
	{ "abi32", calls_32 },
	{ "threads", threads },
};

/* evt.cpu is known when there is no choice. */
static void stay_on_one_processor(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

int main(int argc, char **argv)
{
	const char *family = argc > 1 ? argv[1] : "";

	if (!strcmp(family, "after-exec")) {
		after_exec();
		end_of_child();
	}
	begin_life();
	stay_on_one_processor();
	for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++)
		if (!strcmp(family, families[f].name))
			families[f].run();
	await_the_end(family);
	return 0;
}
