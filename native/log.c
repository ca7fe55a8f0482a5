/* SPDX-License-Identifier: Apache-2.0 */
/* Collects libbpf's messages. A verifier log can be megabytes and its end holds
 * the reason, so the newest part is kept. */
#define _GNU_SOURCE
#include "saker.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MAX 65536

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char text[LOG_MAX];
static size_t used;

/* Appends, forgetting the oldest text when there is no room. */
static void keep(const char *line, size_t len)
{
	if (len > LOG_MAX) {
		line += len - LOG_MAX;
		len = LOG_MAX;
	}
	pthread_mutex_lock(&lock);
	if (len > LOG_MAX - used) {
		size_t gone = len - (LOG_MAX - used);

		memmove(text, text + gone, used - gone);
		used -= gone;
	}
	memcpy(text + used, line, len);
	used += len;
	pthread_mutex_unlock(&lock);
}

static int collect(enum libbpf_print_level level, const char *format, va_list args)
{
	char *line;
	int len;

	if (level == LIBBPF_DEBUG)
		return 0;
	len = vasprintf(&line, format, args);
	if (len < 0)
		return 0;
	keep(line, (size_t)len);
	free(line);
	return 0;
}

void saker_log_install(void)
{
	libbpf_set_print(collect);
}

int64_t saker_log_take(char *out, uint64_t size)
{
	size_t n;

	pthread_mutex_lock(&lock);
	n = used < size ? used : (size_t)size;
	/* The end matters more than the beginning. */
	memcpy(out, text + (used - n), n);
	used = 0;
	pthread_mutex_unlock(&lock);
	return (int64_t)n;
}
