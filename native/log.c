/* SPDX-License-Identifier: Apache-2.0 */
/* Collects libbpf's messages. A verifier log can be megabytes and its end holds
 * the reason, so the newest part is kept. */
#include "saker.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define LOG_MAX 65536

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char text[LOG_MAX];
static size_t used;

static int collect(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[4096];
	int n;
	size_t len;

	if (level == LIBBPF_DEBUG)
		return 0;
	n = vsnprintf(line, sizeof(line), format, args);
	if (n <= 0)
		return 0;
	len = (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1;
	pthread_mutex_lock(&lock);
	if (len > LOG_MAX - used) {
		size_t gone = len - (LOG_MAX - used);

		memmove(text, text + gone, used - gone);
		used -= gone;
	}
	memcpy(text + used, line, len);
	used += len;
	pthread_mutex_unlock(&lock);
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
