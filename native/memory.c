/* SPDX-License-Identifier: Apache-2.0 */
/* What the start needed and nothing needs after it goes back to the system. */
#include "saker.h"

#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>

/* A line of smaps: two addresses and some numbers before a path of at most PATH_MAX. */
#define LINE 4400

struct mapping {
	unsigned long begin, end;
	bool unwritten; /* pages of a file, private and not writable: code and constants */
};

/* False: the line is about the mapping before. Format: proc_pid_smaps(5). */
static bool begins(const char *line, struct mapping *mapping)
{
	unsigned long begin, end, inode;
	char mode[5];

	if (sscanf(line, "%lx-%lx %4s %*x %*x:%*x %lu", &begin, &end, mode, &inode) != 4)
		return false;
	mapping->begin = begin;
	mapping->end = end;
	mapping->unwritten = inode != 0 && mode[0] == 'r' && mode[1] == '-' && mode[3] == 'p';
	return true;
}

/*
 * Of code and constants the page tables forget; the next use finds them in the page cache. A mapping with anonymous
 * pages was written to before it was made read-only (relocations): these are nowhere else, so it is left alone.
 */
int saker_memory_release(void)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	struct mapping mapping = {};
	unsigned long anonymous;
	char line[LINE];

	malloc_trim(0);
	if (!smaps)
		return -errno;
	while (fgets(line, sizeof(line), smaps)) {
		if (begins(line, &mapping) || sscanf(line, "Anonymous: %lu kB", &anonymous) != 1)
			continue;
		if (mapping.unwritten && anonymous == 0)
			madvise((void *)mapping.begin, mapping.end - mapping.begin, MADV_DONTNEED);
	}
	fclose(smaps);
	return 0;
}
