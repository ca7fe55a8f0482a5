/* SPDX-License-Identifier: Apache-2.0 */
/* Collects libbpf's messages, twice: for the error that a failed call becomes, and
 * for whoever wants to read all of them. A verifier log can be megabytes and its
 * end holds the reason, so the newest part is kept. */
#define _GNU_SOURCE
#include "saker.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MAX 65536

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct kept {
	size_t used;
	char text[LOG_MAX];
};
static struct kept failed; /* of warnings and information */
static struct kept told; /* of all up to `least`, each behind TELLS and its level */
static int least = -1;

/* No text of libbpf's begins with it. */
#define TELLS '\x01'

/* Appends, forgetting the oldest text when there is no room. */
static void keep(struct kept *kept, const char *line, size_t len)
{
	if (len > LOG_MAX) {
		line += len - LOG_MAX;
		len = LOG_MAX;
	}
	if (len > LOG_MAX - kept->used) {
		size_t gone = len - (LOG_MAX - kept->used);

		memmove(kept->text, kept->text + gone, kept->used - gone);
		kept->used -= gone;
	}
	memcpy(kept->text + kept->used, line, len);
	kept->used += len;
}

static int collect(enum libbpf_print_level level, const char *format, va_list args)
{
	char *line, head[2] = { TELLS, (char)('0' + level) };
	int len;

	if (level == LIBBPF_DEBUG && __atomic_load_n(&least, __ATOMIC_RELAXED) < LIBBPF_DEBUG)
		return 0;
	len = vasprintf(&line, format, args);
	if (len < 0)
		return 0;
	pthread_mutex_lock(&lock);
	if (level != LIBBPF_DEBUG)
		keep(&failed, line, (size_t)len);
	if ((int)level <= least) {
		keep(&told, head, sizeof(head));
		keep(&told, line, (size_t)len);
	}
	pthread_mutex_unlock(&lock);
	free(line);
	return 0;
}

void saker_log_install(void)
{
	libbpf_set_print(collect);
}

static int64_t take(struct kept *kept, char *out, uint64_t size)
{
	size_t n;

	pthread_mutex_lock(&lock);
	n = kept->used < size ? kept->used : (size_t)size;
	/* The end matters more than the beginning. */
	memcpy(out, kept->text + (kept->used - n), n);
	kept->used = 0;
	pthread_mutex_unlock(&lock);
	return (int64_t)n;
}

int64_t saker_log_take(char *out, uint64_t size)
{
	return take(&failed, out, size);
}

int64_t saker_log_told(char *out, uint64_t size)
{
	return take(&told, out, size);
}

int saker_log_tell(int level)
{
	saker_log_install();
	__atomic_store_n(&least, level, __ATOMIC_RELAXED);
	return 0;
}
