/* SPDX-License-Identifier: Apache-2.0 */
/* Who did it: names, parents and ids that lie. */
#include "evasion.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>

static void open_secret(void)
{
	start();
	opened(end(syscall(SYS_openat, AT_FDCWD, SECRET, O_RDONLY, 0)), SECRET);
	text("proc.exepath", PLACE "/evader");
	number("proc.pid", getpid());
}

static void other_comm(void)
{
	prctl(PR_SET_NAME, "sshd");
	open_secret();
	text("proc.name", "sshd");
	text("proc.args", "identity of everybody");
}

/* The kernel shows this memory in /proc/PID/cmdline. */
static void other_argv(void)
{
	

	memset(program_invocation_name, 'x', strlen(program_invocation_name));
	open_secret();
	text("proc.exe", PLACE "/evader");
	text("proc.args", "identity of everybody");
}

static void dead_parent(void)
{
	if (fork() > 0)
		_exit(0);
	while (getppid() != 1)
		usleep(1000);
	open_secret();
	number("proc.ppid", 1);
	text("proc.pname", "systemd");
}

static void user_namespace(void)
{
	if (setgid(1000) || setuid(1000) || unshare(CLONE_NEWUSER))
		unavailable("no user namespaces");
	start();
	opened(end(syscall(SYS_openat, AT_FDCWD, PLACE "/readable", O_RDONLY, 0)), PLACE "/readable");
	number("user.uid", 1000);
	text("user.name", "tester");
}

static void pid_namespace(void)
{
	int told[2], pid;
	pid_t child;

	if (pipe(told) || unshare(CLONE_NEWPID))
		_exit(1);
	child = fork();
	if (child > 0) {
		pid = child;
		if (write(told[1], &pid, sizeof(pid)) < 0)
			_exit(1);
		waitpid(child, NULL, 0);
		_exit(0);
	}
	if (read(told[0], &pid, sizeof(pid)) < 0)
		_exit(1);
	start();
	opened(end(syscall(SYS_openat, AT_FDCWD, SECRET, O_RDONLY, 0)), SECRET);
	action.pid = action.tid = pid;
	number("proc.pid", pid);
	number("proc.vpid", 1);
}

/* A pid that a process with other facts had a moment ago. */
static void reused_pid(void)
{
	pid_t pid, child = fork();
	struct clone_args how = { .exit_signal = SIGCHLD };

	if (child == 0) {
		prctl(PR_SET_NAME, "the first");
		close(open(SECRET, O_RDONLY));
		_exit(0);
	}
	waitpid(child, NULL, 0);
	how.set_tid = (uintptr_t)&child;
	how.set_tid_size = 1;
	pid = (pid_t)syscall(SYS_clone3, &how, sizeof(how));
	if (pid < 0) {
		start();
		unavailable("pids cannot be chosen");
	}
	if (pid == 0) {
		prctl(PR_SET_NAME, "the second");
		open_secret();
		text("proc.name", "the second");
		number("proc.ppid", getppid());
		finish();
	}
	waitpid(pid, NULL, 0);
	_exit(0);
}

/* A tracer makes another process open the secret. */
static void injected(void)
{
	struct user_regs_struct regs, saved;
	int status;
	pid_t child = fork();
	static const char name[] = SECRET;

	if (child == 0) {
		ptrace(PTRACE_TRACEME);
		raise(SIGSTOP);
		syscall(SYS_getppid);
		_exit(0);
	}
	waitpid(child, &status, 0);
	start();
	ptrace(PTRACE_SYSCALL, child, 0, 0);
	waitpid(child, &status, 0);
	while (ptrace(PTRACE_GETREGS, child, 0, &regs) == 0 && regs.orig_rax != SYS_getppid) {
		ptrace(PTRACE_SYSCALL, child, 0, 0);
		waitpid(child, &status, 0);
	}
	saved = regs;
	saved.orig_rax = SYS_openat;
	saved.rdi = (unsigned long)AT_FDCWD;
	saved.rsi = (uintptr_t)name;
	saved.rdx = O_RDONLY;
	ptrace(PTRACE_SETREGS, child, 0, &saved);
	ptrace(PTRACE_DETACH, child, 0, 0);
	waitpid(child, &status, 0);
	end(0);
	action.pid = action.tid = child;
	text("fd.name", SECRET);
	number("proc.pid", child);
	text("proc.exepath", PLACE "/evader");
}

static void short_life(void)
{
	int told[2];
	pid_t child;

	if (pipe(told))
		_exit(1);
	start();
	child = fork();
	if (child == 0) {
		syscall(SYS_openat, AT_FDCWD, SECRET, O_RDONLY, 0);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	end(0);
	action.pid = action.tid = child;
	text("fd.name", SECRET);
	text("proc.exepath", PLACE "/evader");
	text("proc.args", "identity of everybody");
	number("proc.ppid", getpid());
	text("user.name", "root");
}

void identity_rows(void)
{
	row("comm changed by prctl", "openat", other_comm);
	row("argv overwritten in memory", "openat", other_argv);
	row("dead parent (double fork)", "openat", dead_parent);
	row("user namespace", "openat", user_namespace);
	row("pid namespace", "openat", pid_namespace);
	row("pid used again at once", "openat", reused_pid);
	row("call put into another process by ptrace", "openat", injected);
	row("process that lives for one call", "openat", short_life);
}
