/* SPDX-License-Identifier: Apache-2.0 */
/* What threads do, and where they are: current directories may be shared by processes and differ between threads. */
#include "calls.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

static void *second_thread(void *unused)
{
	(void)unused;
	begin("by a second thread", "openat");
	end(syscall(SYS_openat, AT_FDCWD, FILE_, O_RDONLY, 0));
	fd_file(action.ret, FILE_, FILE_);
	text("evt.abspath", FILE_);
	path_name(FILE_, FILE_);
	flag("evt.is_open_read", true);
	flag("evt.is_open_write", false);
	flag("evt.is_open_create", false);
	partial();
	arg("name=" FILE_);
	done();
	return NULL;
}

/* Any event will do: it tells where the process is. */
static void somewhere(const char *what, const char *directory)
{
	begin(what, "personality");
	end(syscall(SYS_personality, 0xffffffff));
	text("proc.cwd", directory);
	arg_res();
	arg("persona=FFFFFFFF");
	done();
}

static volatile bool is_apart;

/* It lives on, so that its directory can be looked at. */
static void *thread_apart(void *unused)
{
	(void)unused;
	if (unshare(CLONE_FS))
		die("unshare");
	call("by a thread apart", "chdir", SYS_chdir, "/tmp");
	path_name("/tmp", "/tmp");
	text("evt.abspath", "/tmp");
	text("proc.cwd", "/tmp/");
	TOLD("path=/tmp");
	somewhere("as a thread apart", "/tmp/");
	is_apart = true;
	pause();
	return NULL;
}

static void moved_by_child(long flags)
{
	long child = syscall(SYS_clone, flags, 0, 0, 0, 0);

	if (child == 0) {
		syscall(SYS_chdir, "/");
		_exit(0);
	}
	waitpid((pid_t)child, NULL, 0);
}

void threads(void)
{
	pthread_t thread;

	tell_process();
	if (pthread_create(&thread, NULL, second_thread, NULL))
		die("pthread_create");
	pthread_join(thread, NULL);
	somewhere("with a second thread", NULL);
	if (pthread_create(&thread, NULL, thread_apart, NULL))
		die("pthread_create");
	while (!is_apart)
		usleep(1000);
	somewhere("beside a thread apart", NULL);
	moved_by_child(SIGCHLD);
	somewhere("after a child's chdir", NULL);
	moved_by_child(SIGCHLD | CLONE_FS);
	somewhere("after the chdir of a child with CLONE_FS", "/");
}
