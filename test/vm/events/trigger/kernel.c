/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that change the kernel, most of them refused; descriptors of all kinds. */
#include "truth.h"

#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/timerfd.h>

static void modules(void)
{
	int fd = open(FILE_, O_RDONLY);

	begin("init_module", "init_module");
	end(syscall(SYS_init_module, "no module", 9L, "a=b"));
	partial();
	arg_res();
	arg("length=9");
	arg("uargs=a=b");
	done();
	begin("finit_module", "finit_module");
	end(syscall(SYS_finit_module, fd, "c=d", 0));
	fd_file(fd, NULL, NULL);
	arg_res();
	arg_fd("fd", fd);
	arg("uargs=c=d");
	arg("flags=0");
	done();
	begin("delete_module", "delete_module");
	end(syscall(SYS_delete_module, "no_such_module", O_NONBLOCK));
	arg_res();
	arg("name=no_such_module");
	arg("flags=2(O_NONBLOCK)");
	done();
	close(fd);
}

static void objects(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_CPU_CLOCK };

	begin("bpf", "bpf");
	end(syscall(SYS_bpf, 99, NULL, 0));
	partial();
	arg("fd=-22(EINVAL)");
	done();
	begin("keyctl", "keyctl");
	end(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3L, 0L, 0L, 0L));
	partial();
	arg("res=%ld", action.ret);
	arg("operation=0(KEYCTL_GET_KEYRING_ID)");
	arg("arg2=-3");
	done();
	begin("perf_event_open", "perf_event_open");
	end(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0L));
	fd_other(action.ret, "<NA>", "");
	partial();
	done();
	begin("userfaultfd", "userfaultfd");
	end(syscall(SYS_userfaultfd, O_CLOEXEC));
	fd_other(action.ret, "userfaultfd", "");
	partial();
	arg("flags=4096(O_CLOEXEC)");
	done();
	begin("io_uring_setup", "io_uring_setup");
	end(syscall(SYS_io_uring_setup, 0, NULL));
	number("fd.num", -1);
	partial();
	arg_res();
	arg("entries=0");
	done();
	begin("kexec_load", "kexec_load");
	end(syscall(SYS_kexec_load, 0L, 99L, NULL, 0L));
	partial();
	arg_res();
	arg("nr_segments=99");
	done();
}

void kernel_calls(void)
{
	tell_process();
	modules();
	objects();
}

static void duplicates(void)
{
	int fd = open(FILE_, O_RDONLY);

	begin("dup", "dup");
	end(syscall(SYS_dup, fd));
	fd_file(action.ret, NULL, NULL);
	arg_new_fd("res");
	arg_fd("oldfd", fd);
	done();
	begin("dup2", "dup2");
	end(syscall(SYS_dup2, fd, 60));
	fd_file(60, NULL, NULL);
	arg_new_fd("res");
	arg_fd("oldfd", fd);
	arg_fd("newfd", 60);
	done();
	begin("dup of nothing", "dup");
	end(syscall(SYS_dup, 12345));
	number("fd.num", 12345);
	partial();
	arg("res=-9(EBADF)");
	done();
	begin("fcntl", "fcntl");
	end(syscall(SYS_fcntl, fd, F_DUPFD, 70L));
	fd_file(action.ret, NULL, NULL);
	arg_new_fd("res");
	arg_fd("fd", fd);
	arg("cmd=1(F_DUPFD)");
	arg("arg=46");
	done();
	close(fd);
}

static void makers(void)
{
	int pair[2];

	begin("pipe", "pipe");
	end(syscall(SYS_pipe, pair));
	partial();
	arg_res();
	done();
	begin("eventfd", "eventfd2");
	end(syscall(SYS_eventfd2, 3, O_CLOEXEC));
	fd_other(action.ret, "event", "");
	partial();
	arg("flags=4096(O_CLOEXEC)");
	arg("initval=3");
	done();
	begin("inotify", "inotify_init1");
	end(syscall(SYS_inotify_init1, IN_NONBLOCK));
	fd_other(action.ret, "inotify", "");
	partial();
	arg("flags=64(O_NONBLOCK)");
	done();
	begin("timerfd", "timerfd_create");
	end(syscall(SYS_timerfd_create, 1, 0));
	fd_other(action.ret, "timerfd", "");
	partial();
	arg("clockid=1");
	done();
	begin("epoll", "epoll_create1");
	end(syscall(SYS_epoll_create1, O_CLOEXEC));
	fd_other(action.ret, "eventpoll", "");
	partial();
	arg("flags=1(EPOLL_CLOEXEC)");
	done();
	begin("memfd", "memfd_create");
	end(syscall(SYS_memfd_create, "memory", 1));
	fd_other(action.ret, "memfd", "memory");
	partial();
	arg("name=memory");
	arg("flags=1(MFD_CLOEXEC)");
	done();
}

static void memory(void)
{
	int fd = open(FILE_, O_RDONLY);
	void *at;

	begin("mmap", "mmap");
	at = (void *)end(syscall(SYS_mmap, NULL, 4096L, PROT_READ, MAP_PRIVATE, fd, 0L));
	action.ret = (long)at;
	fd_file(fd, NULL, NULL);
	partial();
	arg("length=4096");
	arg("prot=1(PROT_READ)");
	arg("flags=2(MAP_PRIVATE)");
	arg_fd("fd", fd);
	done();
	begin("mprotect", "mprotect");
	end(syscall(SYS_mprotect, at, 4096L, PROT_READ | PROT_EXEC));
	partial();
	arg_res();
	arg("length=4096");
	arg("prot=5(PROT_READ|PROT_EXEC)");
	done();
	close(fd);
}

void descriptors(void)
{
	tell_process();
	duplicates();
	makers();
	memory();
}
