/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON line per action. */
#include "truth.h"

#include <stdarg.h>
#include <time.h>

struct action action;
long rest_ns = 15000000;

static char line[1 << 16];
static size_t used;
static char args[1 << 15];
static size_t args_used;
static bool is_partial;
static int process;

void die(const char *what)
{
	fprintf(stderr, "trigger: %s: %s\n", what, strerror(errno));
	exit(99);
}

long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void put_bytes(char *to, size_t size, size_t *at, const unsigned char *from, size_t len)
{
	for (size_t i = 0; i < len && *at + 8 < size; i++) {
		unsigned char c = from[i];

		if (c < 0x20 || c == '"' || c == '\\' || c >= 0x7f)
			*at += (size_t)sprintf(to + *at, "\\u%04x", c);
		else
			to[(*at)++] = (char)c;
	}
}

static void put(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	used += (size_t)vsnprintf(line + used, sizeof(line) - used, format, list);
	va_end(list);
	if (used >= sizeof(line))
		die("a line of truth is too long");
}

void bytes(const char *name, const void *value, size_t len)
{
	put(",\"%s\":\"", name);
	put_bytes(line, sizeof(line), &used, value, len);
	put("\"");
}

void text(const char *name, const char *value)
{
	if (value)
		bytes(name, value, strlen(value));
}

void number(const char *name, long value)
{
	put(",\"%s\":%ld", name, value);
}

void flag(const char *name, bool value)
{
	put(",\"%s\":%s", name, value ? "true" : "false");
}

/* Events that prepare an action are kept apart from it in time: the test takes those inside of t0 to t1. */
static void pause_a_little(void)
{
	struct timespec t = { .tv_nsec = rest_ns };

	if (rest_ns)
		nanosleep(&t, NULL);
}

void begin(const char *label, const char *type)
{
	used = 0;
	args_used = 0;
	is_partial = false;
	put("{\"action\":\"%s\",\"type\":\"%s\"", label, type);
	pause_a_little();
	action.pid = getpid();
	action.tid = gettid();
	process = told_process();
	action.t0 = now();
}

long end(long ret)
{
	int error = errno;

	action.t1 = now();
	action.ret = ret == -1 ? -error : ret;
	return ret;
}

void end_of(long pid, long tid, int process_, long t0, long t1, long ret)
{
	action = (struct action){ .ret = ret, .pid = pid, .tid = tid, .t0 = t0, .t1 = t1 };
	process = process_;
}

static void write_line(void)
{
	put("}\n");
	if (write(TRUTH_FD, line, used) != (ssize_t)used)
		die("write of the truth");
}

void done(void)
{
	number("pid", action.pid);
	number("tid", action.tid);
	number("process", process);
	number("t0", action.t0);
	number("t1", action.t1);
	number("ret", action.ret);
	if (action.ret < 0)
		text("errno", strerrorname_np((int)-action.ret));
	flag("partial", is_partial);
	put(",\"args\":[%s]", args_used ? args + 1 : "");
	write_line();
	pause_a_little();
}

void arg(const char *format, ...)
{
	static char value[9000];
	va_list list;

	va_start(list, format);
	vsnprintf(value, sizeof(value), format, list);
	va_end(list);
	args_used += (size_t)sprintf(args + args_used, ",\"");
	put_bytes(args, sizeof(args), &args_used, (unsigned char *)value, strlen(value));
	args_used += (size_t)sprintf(args + args_used, "\"");
}

void partial(void)
{
	is_partial = true;
}

void arg_res(void)
{
	if (action.ret < 0)
		arg("res=%ld(%s)", action.ret, strerrorname_np((int)-action.ret));
	else
		arg("res=%ld", action.ret);
}

void arg_path(const char *key, const char *given)
{
	static char absolute[PATH_MAX + 64];

	if (given[0] == '/') {
		arg("%s=%s", key, given);
		return;
	}
	if (!getcwd(absolute, PATH_MAX))
		die("getcwd");
	arg_path_at(key, given, absolute);
}

void arg_path_at(const char *key, const char *given, const char *directory)
{
	if (given[0] == '/')
		arg("%s=%s", key, given);
	else
		arg("%s=%s(%s/%s)", key, given, directory, given);
}

void path_name(const char *absolute, const char *raw)
{
	if (action.ret < 0)
		return;
	text("fs.path.name", absolute);
	text("fs.path.nameraw", raw);
}

void path_two(const char *source, const char *source_raw, const char *target, const char *target_raw)
{
	if (action.ret < 0)
		return;
	text("fs.path.source", source);
	text("fs.path.sourceraw", source_raw);
	text("fs.path.target", target);
	text("fs.path.targetraw", target_raw);
}
