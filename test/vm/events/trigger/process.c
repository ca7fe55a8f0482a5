/* SPDX-License-Identifier: Apache-2.0 */
/* Births, images and deaths. */
#include "truth.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#define EXIT_CODE 7

static void reap(long child)
{
	waitpid((pid_t)child, NULL, 0);
}

/* The comm of a new child is its parent's. */
static void tell_birth(const char *flags)
{
	partial();
	if (action.ret < 0)
		arg_res();
	else
		arg("res=%ld(trigger)", action.ret);
	arg("exe=" HOME "/trigger");
	arg("flags=%s", flags);
	done();
}

static void births(void)
{
	struct clone_args how = { .exit_signal = SIGCHLD };
	long child;

	begin("fork", "fork");
	child = syscall(SYS_fork);
	if (child == 0)
		_exit(0);
	end(child);
	tell_birth("0");
	reap(child);

	begin("vfork", "vfork");
	child = vfork();
	if (child == 0)
		_exit(0);
	end(child);
	tell_birth("0");
	reap(child);

	begin("clone", "clone");
	child = syscall(SYS_clone, SIGCHLD | CLONE_FILES | CLONE_NEWUTS, 0, 0, 0, 0);
	if (child == 0)
		_exit(0);
	end(child);
	tell_birth("129(CLONE_FILES|CLONE_NEWUTS)");
	reap(child);

	begin("clone3", "clone3");
	child = syscall(SYS_clone3, &how, sizeof(how));
	if (child == 0)
		_exit(0);
	end(child);
	tell_birth("0");
	reap(child);
}

/* The process as it is at its end tells its facts; its parent tells the end itself. */
static void death(const char *label, int signal)
{
	long t0, t1;
	int status, facts[2];
	pid_t child;

	begin(label, "procexit");
	if (pipe(facts))
		die("pipe");
	child = fork();
	if (child == 0) {
		int process;

		tell_process();
		process = told_process();
		if (write(facts[1], &process, sizeof(process)) < 0)
			die("write");
		if (signal)
			raise(signal);
		_exit(EXIT_CODE);
	}
	int process;

	if (read(facts[0], &process, sizeof(process)) != sizeof(process))
		die("read");
	t0 = now() - 100000000;
	waitpid(child, &status, 0);
	t1 = now();
	end_of(child, child, process, t0, t1, 0);
	partial();
	if (signal)
		arg("status=%d", status);
	else
		arg("status=%d", status);
	arg("ret=%d", WIFEXITED(status) ? WEXITSTATUS(status) : 0);
	if (signal)
		arg("sig=%d(SIGKILL)", signal);
	else
		arg("sig=0");
	done();
	close(facts[0]);
	close(facts[1]);
}

/* The new image tells the rest: main.c calls it for `trigger after-exec`. */
void after_exec(void)
{
	const char *label = getenv("LABEL"), *name = getenv("NAME"), *raw = getenv("RAW");

	tell_process();
	begin(label, getenv("TYPE"));
	end_of(getpid(), getpid(), told_process(), atol(getenv("T0")), now(), 0);
	text("evt.abspath", name);
	partial();
	arg_res();
	arg("exe=%s", getenv("ARGV0"));
	arg("filename=%s", raw);
	done();
}

struct image {
	const char *label, *type, *raw;
	int fd;
};

static void become(const struct image *image)
{
	static char t0[64], type[32], label[64], name[80], raw[64];
	char *argv[] = { "an image", "after-exec", "two words", "", "end", NULL };
	char *envp[] = { t0, type, label, name, raw, "ARGV0=an image", "EMPTY=", "SECRET=an environment", NULL };

	snprintf(type, sizeof(type), "TYPE=%s", image->type);
	snprintf(label, sizeof(label), "LABEL=%s", image->label);
	/* What starts from a descriptor has a name as execveat(2) gives it to scripts. */
	if (image->fd < 0)
		snprintf(raw, sizeof(raw), "RAW=%s", image->raw);
	else
		snprintf(raw, sizeof(raw), "RAW=/dev/fd/%d%s%s", image->fd, image->raw[0] ? "/" : "", image->raw);
	snprintf(name, sizeof(name), "NAME=%s", raw + strlen("RAW="));
	snprintf(t0, sizeof(t0), "T0=%ld", now());
	if (image->fd < 0)
		execve(image->raw, argv, envp);
	else
		syscall(SYS_execveat, image->fd, image->raw, argv, envp, AT_EMPTY_PATH);
	die("exec");
}

static void images(void)
{
	char buf[1 << 16];
	ssize_t n;
	int self = open(HOME "/trigger", O_RDONLY), memory = memfd_create("evil", 0), dir = open(HOME, O_DIRECTORY | O_RDONLY);
	struct image all[] = {
		{ "execve", "execve", HOME "/trigger", -1 },
		{ "execve through a symlink", "execve", HOME "/program", -1 },
		{ "execveat below a directory", "execveat", "trigger", dir },
		{ "execveat of a descriptor", "execveat", "", self },
		{ "execveat of a memfd", "execveat", "", memory },
	};

	while ((n = read(self, buf, sizeof(buf))) > 0)
		if (write(memory, buf, (size_t)n) != n)
			die("write");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		pid_t child = fork();

		if (child == 0)
			become(&all[i]);
		await_child();
	}
	close(self);
	close(memory);
	close(dir);
}

static void failed_images(void)
{
	char *argv[] = { "x", "arguments of nobody", NULL };

	begin("execve of nothing", "execve");
	end(syscall(SYS_execve, HOME "/missing", argv, argv));
	text("evt.abspath", HOME "/missing");
	partial();
	arg_res();
	arg("filename=" HOME "/missing");
	done();

	begin("execveat of a text", "execveat");
	end(syscall(SYS_execveat, AT_FDCWD, FILE_, argv, argv, 0));
	text("evt.abspath", FILE_);
	partial();
	arg_res();
	arg("filename=" FILE_);
	done();
}

void processes(void)
{
	tell_process();
	births();
	death("exit with a code", 0);
	death("killed", SIGKILL);
	images();
	failed_images();
}
