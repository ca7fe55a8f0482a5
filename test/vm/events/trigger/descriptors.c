/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors that are made, and those that the kernel does not make. */
#include "calls.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

static void of_kind(const char *kind)
{
	fd_other(action.ret, kind, "");
	if (action.ret < 0)
		number("fd.num", -1);
}

static void duplicates(void)
{
	int fd = open(FILE_, O_RDONLY);

	call("duplicate", "dup3", SYS_dup3, fd, 61, O_CLOEXEC), fd_file(61, NULL, NULL);
	arg_new_fd("res"), arg_fd("oldfd", fd), arg_fd("newfd", 61), arg("flags=4096(O_CLOEXEC)"), done();
	call("to the same", "dup3", SYS_dup3, fd, fd, 0), fd_file(fd, NULL, NULL);
	arg_new_fd("res"), arg_fd("oldfd", fd), arg_fd("newfd", fd), arg("flags=0(O_NONE)"), done();
	call("refused", "dup2", SYS_dup2, BAD, 60), number("fd.num", BAD), TOLD("oldfd=12345", "newfd=60");
	call("refused", "fcntl", SYS_fcntl, BAD, F_GETFD, 0L), number("fd.num", BAD);
	TOLD("fd=12345", "cmd=2(F_GETFD)", "arg=0");
	close(fd);
	close(61);
}

static void pair(const char *type, long number_, int flags)
{
	struct stat st = { 0 };
	int ends[2];

	begin("pair", type);
	end(syscall(number_, ends, flags));
	fstat(ends[0], &st);
	arg_res(), arg_fd("fd1", ends[0]), arg_fd("fd2", ends[1]), arg("ino=%lu", st.st_ino);
	if (number_ == SYS_pipe2)
		arg("flags=4096(O_CLOEXEC)");
	done();
	close(ends[0]);
	close(ends[1]);
}

static void pipes(void)
{
	/* label("pair", "pipe"), label("pair", "pipe2") */
	pair("pipe", SYS_pipe, 0);
	pair("pipe2", SYS_pipe2, O_CLOEXEC);
	call("refused", "pipe", SYS_pipe, NULL), TOLD("fd1=<NA>", "fd2=<NA>", "ino=<NA>");
	call("refused", "pipe2", SYS_pipe2, NULL, 0), TOLD("fd1=<NA>", "fd2=<NA>", "ino=<NA>", "flags=0(O_NONE)");
}

static void events(void)
{
	unsigned long mask = 1ul << (SIGUSR1 - 1);

	call("made", "eventfd", SYS_eventfd, 5), of_kind("event"), partial(), arg_new_fd("res"), arg("initval=5"), done();
	call("refused", "eventfd2", SYS_eventfd2, 5, 0xff), of_kind("event"), partial(), arg_new_fd("res"), done();
	call("made", "signalfd", SYS_signalfd, -1, &mask, 8L), of_kind("signalfd"), partial(), arg_new_fd("res"), done();
	call("made", "signalfd4", SYS_signalfd4, -1, &mask, 8L, O_CLOEXEC), of_kind("signalfd");
	partial(), arg_new_fd("res"), arg("flags=4096(O_CLOEXEC)"), done();
	call("refused", "signalfd4", SYS_signalfd4, -1, &mask, 8L, 0xff), of_kind("signalfd"), partial(), arg_new_fd("res"), done();
	call("made", "inotify_init", SYS_inotify_init), of_kind("inotify"), partial(), arg_new_fd("res"), done();
	call("refused", "inotify_init1", SYS_inotify_init1, 0xff), of_kind("inotify"), partial(), arg_new_fd("res"), done();
	call("refused", "timerfd_create", SYS_timerfd_create, 99, 0), of_kind("timerfd");
	arg_new_fd("res"), arg("clockid=99"), arg("flags=0"), done();
}

static void polls(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int set, file = open("/dev/null", O_RDONLY), ends[2];

	call("made", "epoll_create", SYS_epoll_create, 1), of_kind("eventpoll"), TOLD("size=1");
	call("refused", "epoll_create", SYS_epoll_create, 0), of_kind("eventpoll"), TOLD("size=0");
	call("refused", "epoll_create1", SYS_epoll_create1, 0xff), of_kind("eventpoll"), partial(), TOLD();
	set = epoll_create1(0);
	if (pipe(ends))
		die("pipe");
	call("added", "epoll_ctl", SYS_epoll_ctl, set, EPOLL_CTL_ADD, ends[0], &event);
	{
		struct stat st;
		char name[40];

		fstat(ends[0], &st);
		snprintf(name, sizeof(name), "pipe:[%lu]", st.st_ino);
		fd_other(ends[0], "pipe", name);
		number("fd.ino", (long)st.st_ino);
	}
	partial(), arg_res(), arg("epfd=%d", set), arg("op=1(EPOLL_CTL_ADD)"), arg_fd("fd", ends[0]), done();
	call("refused", "epoll_ctl", SYS_epoll_ctl, set, EPOLL_CTL_ADD, BAD, &event), number("fd.num", BAD);
	partial(), arg_res(), arg("epfd=%d", set), arg("op=1(EPOLL_CTL_ADD)"), arg("fd=12345"), done();
	close(set);
	close(file);
}

void more_descriptors(void)
{
	tell_process();
	duplicates();
	pipes();
	events();
	polls();
}
