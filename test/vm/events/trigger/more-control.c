/* SPDX-License-Identifier: Apache-2.0 */
/* Identities, other processes and the kernel: what control.c and kernel.c leave out. */
#include "calls.h"

#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>

static void group_ids(void)
{
	call("effective", "setregid", SYS_setregid, -1, 1000), told_again();
	TOLD("rgid=-1(<NONE>)", "egid=1000(tester)");
	call("all", "setresgid", SYS_setresgid, 0, 1000, 0), told_again();
	TOLD("rgid=0(root)", "egid=1000(tester)", "sgid=0(root)");
}

/* They never fail: the result is the id before. */
static void file_ids(void)
{
	call("of files", "setfsgid", SYS_setfsgid, 1000), told_again(), TOLD("gid=1000(tester)");
	call("of files", "setfsuid", SYS_setfsuid, 1000), told_again(), TOLD("uid=1000(tester)");
}

static void other_process(void)
{
	char here[4] = "abc";
	struct iovec part = { here, 4 };
	int child = fork(), file, pidfd;

	if (child == 0) {
		pause();
		_exit(0);
	}
	call("write memory", "process_vm_writev", SYS_process_vm_writev, child, &part, 1L, &part, 1L, 0L);
	partial(), arg_res(), arg("pid=%d(trigger)", child), done();
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	file = open(FILE_, O_RDONLY);
	call("of a child", "pidfd_getfd", SYS_pidfd_getfd, pidfd, TRUTH_FD, 0), fd_file(action.ret, NULL, NULL);
	partial(), arg_new_fd("fd"), arg("pid_fd=%d", pidfd), arg("target_fd=200"), arg("flags=0"), done();
	call("to a child", "pidfd_send_signal", SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	partial(), arg_res(), arg("pidfd=%d", pidfd), arg("sig=9(SIGKILL)"), arg("flags=0"), done();
	waitpid(child, NULL, 0);
	close(file);
	close(pidfd);
}

static void of_kernel(void)
{
	union bpf_attr map = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 };
	struct io_uring_params params = { 0 };
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	unsigned action_ = 0x7fff0000; /* SECCOMP_RET_ALLOW */
	int ring, none = -1;

	/* Before 5.11 maps count as locked memory. */
	setrlimit(RLIMIT_MEMLOCK, &all);
	call("a map", "bpf", SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map));
	arg("fd=%ld", action.ret), arg("cmd=0(BPF_MAP_CREATE)"), done();
	call("is allowed", "seccomp", SYS_seccomp, 2, 0, &action_), TOLD("op=2", "flags=0");
	call("a ring", "io_uring_setup", SYS_io_uring_setup, 4, &params), fd_other(action.ret, "io_uring", "");
	partial(), TOLD("entries=4");
	ring = (int)action.ret;
	call("a ring", "io_uring_enter", SYS_io_uring_enter, ring, 0, 0, 0, NULL, 0);
	partial(), arg_res(), arg("fd=%d", ring), arg("to_submit=0"), arg("min_complete=0"), arg("flags=0"), done();
	call("a ring", "io_uring_register", SYS_io_uring_register, ring, IORING_REGISTER_FILES, &none, 1);
	partial(), arg_res(), arg("fd=%d", ring), arg("opcode=2(IORING_REGISTER_FILES)"), arg("nr_args=1"), done();
	close(ring);
}

static void messages(void)
{
	int ends[2];
	char in[8];
	struct iovec part = { in, sizeof(in) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || write(ends[0], "hello", 5) != 5)
		die("socketpair");
	call("in parts", "recvmsg", SYS_recvmsg, ends[1], &message, 0), fd_socket(ends[1], false), text("buffer", "hello");
	partial(), TOLD("size=8", "data=hello");
	close(ends[0]);
	close(ends[1]);
}

static void connections(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(4751) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (void *)&here, sizeof(here)) || listen(listener, 1) ||
	    connect(client, (void *)&here, sizeof(here)))
		die("a connection");
	call("without flags", "accept", SYS_accept, listener, NULL, NULL), fd_socket(action.ret, true);
	partial(), arg("fd=%ld(<4t>{name})", action.ret), arg("tuple={tuple}"), done();
	close((int)action.ret);
	close(client);
	close(listener);
}

void more_control(void)
{
	tell_process();
	in_child(group_ids);
	in_child(file_ids);
	other_process();
	of_kernel();
	messages();
	connections();
}
