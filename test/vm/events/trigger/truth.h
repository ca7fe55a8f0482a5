/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the trigger knows about each thing it does, as JSON lines on descriptor TRUTH_FD. Texts are bytes: a character
 * of the JSON (0 to 255) is one byte.
 *
 *     begin("through a symlink", "openat");
 *     end(syscall(SYS_openat, AT_FDCWD, LINK, O_RDONLY, 0));
 *     fd_file("fd", LINK, LINK);        what fd.* must say
 *     arg_fd("fd"); arg("flags=1(O_RDONLY)");
 *     done();
 */
#ifndef TRUTH_H
#define TRUTH_H
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRUTH_FD 200
#define HOME "/tmp/events"
#define FILE_ HOME "/file"
#define LINK HOME "/link"

/* The action that is being told. */
struct action {
	long ret; /* or -errno */
	long pid, tid;
	long t0, t1; /* ns, CLOCK_REALTIME */
};
extern struct action action;

/* ns of rest before and after each action; 0 where the order of events tells them apart. */
extern long rest_ns;

long now(void);
void die(const char *what);
/* Tells everything /proc knows about this process; later actions refer to it. */
void tell_process(void);
/* The same number as the last tell_process of this process. */
int told_process(void);

/* Facts change with the call that has just ended, so they are told again after it. */
void told_again(void);

void begin(const char *label, const char *type);
/* Takes what syscall(2) returned. */
long end(long ret);
/* The call was another process's or thread's. */
void end_of(long pid, long tid, int process, long t0, long t1, long ret);
void done(void);

/* Facts of the action; texts of `name` are field names or the table's own (fields.ts). */
void text(const char *name, const char *value);
void bytes(const char *name, const void *value, size_t len);
void number(const char *name, long value);
void flag(const char *name, bool value);

/* Arguments in Falco's order as evt.args shows them. */
void arg(const char *format, ...) __attribute__((format(printf, 1, 2)));
void arg_res(void);
/* `key=N(<f>/path)` of an open descriptor of this process. */
void arg_fd(const char *key, long fd);
/* `key=N(<NAME>)`: what the call returned, a descriptor or an error. */
void arg_new_fd(const char *key);
void arg_path(const char *key, const char *given);
void arg_path_at(const char *key, const char *given, const char *directory);
/* Only some arguments are told. */
void partial(void);

/* fd.* of the file that `fd` stands for; `raw` is the name as given, NULL when the call took none. */
void fd_file(long fd, const char *given, const char *raw);
/* fd.* of an open that failed. */
void fd_failed(const char *given, const char *raw);
void fd_other(long fd, const char *kind, const char *name);
/* fd.* of a socket: both ends by getsockname(2) and getpeername(2). `server`: this end waits. */
void fd_socket(long fd, bool server);
/* fs.path.name of a call with one path; nothing when it failed. */
void path_name(const char *absolute, const char *raw);
void path_two(const char *source, const char *source_raw, const char *target, const char *target_raw);

/* Runs `body` in a child that has told its process. The child lives as long as its parent (life.c). */
void in_child(void (*body)(void));
void begin_life(void);
void end_of_child(void) __attribute__((noreturn));
void await_child(void);
void await_the_end(const char *family);

/* Families. */
void file_opens(void);
void file_names(void);
void file_attributes(void);
void mounts(void);
void networks(void);
void processes(void);
void after_exec(void);
void credentials(void);
void control(void);
void kernel_calls(void);
void descriptors(void);
void more_descriptors(void);
void data_calls(void);
void refused_calls(void);
void more_control(void);
void rings(void);
void calls_32(void);
void threads(void);
#endif
