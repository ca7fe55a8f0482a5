/* SPDX-License-Identifier: Apache-2.0 */
/* Programs started in other ways than by their name. */
#include "evasion.h"

#include <pthread.h>
#include <sys/mman.h>

#define EVADER PLACE "/evader"

static char *argv_[] = { "image", "nothing", NULL }, *envp_[] = { NULL };

/* What follows does not return, so the row is told before. */
static void told(const char *exepath, bool memfd)
{
	text("proc.exepath", exepath);
	text("proc.args", "nothing");
	flag("proc.is_exe_from_memfd", memfd);
	number("proc.pid", getpid());
	done();
}

static int copy_to(int to)
{
	char buf[1 << 16];
	ssize_t n;
	int from = open(EVADER, O_RDONLY);

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, (size_t)n) != n)
			_exit(1);
	close(from);
	return to;
}

static void run(int fd, const char *name, int flags)
{
	syscall(SYS_execveat, fd, name, argv_, envp_, flags);
	perror(row_name);
	_exit(1);
}

static void memfd(void)
{
	int fd = copy_to(memfd_create("evil", 0));

	start();
	told("memfd:evil", true);
	run(fd, "", AT_EMPTY_PATH);
}

static void empty_path(void)
{
	int fd = open(EVADER, O_RDONLY);

	start();
	told(EVADER, false);
	run(fd, "", AT_EMPTY_PATH);
}

static void by_proc_fd(void)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", open(EVADER, O_RDONLY));
	start();
	told(EVADER, false);
	run(AT_FDCWD, name, 0);
}

static void by_symlink(void)
{
	start();
	told(EVADER, false);
	run(AT_FDCWD, PLACE "/innocent", 0);
}

static void removed(void)
{
	int fd;

	close(copy_to(open(PLACE "/copy", O_CREAT | O_WRONLY, 0755)));
	fd = open(PLACE "/copy", O_RDONLY);
	unlink(PLACE "/copy");
	start();
	told(PLACE "/copy", false);
	run(fd, "", AT_EMPTY_PATH);
}

static void script(void)
{
	start();
	text("proc.exepath", EVADER);
	text("proc.args", "nothing " PLACE "/script nothing");
	done();
	run(AT_FDCWD, PLACE "/script", 0);
}

static void in_vfork(void)
{
	start();
	if (vfork() == 0) {
		action.pid = action.tid = getpid();
		told(EVADER, false);
		run(AT_FDCWD, EVADER, 0);
	}
	_exit(0);
}

static void *exec_in_thread(void *unused)
{
	(void)unused;
	run(AT_FDCWD, EVADER, 0);
	return NULL;
}

static void by_thread(void)
{
	pthread_t thread;

	start();
	number("thread.tid", getpid());
	told(EVADER, false);
	pthread_create(&thread, NULL, exec_in_thread, NULL);
	pthread_join(thread, NULL);
}

void image_rows(void)
{
	row("program from a memfd (fexecve)", "execveat", memfd);
	row("program by descriptor (AT_EMPTY_PATH)", "execveat", empty_path);
	row("program through /proc/self/fd", "execveat", by_proc_fd);
	row("program through a symbolic link", "execveat", by_symlink);
	row("program whose file was removed", "execveat", removed);
	row("script with an interpreter", "execveat", script);
	row("program in a vfork child", "execveat", in_vfork);
	row("program started by a second thread", "execveat", by_thread);
}
