/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that the other files only do with success, refused. */
#include "calls.h"

#include <linux/capability.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define NO HOME "/no/x"
#define NO2 HOME "/no/y"
#define CWD "-100(AT_FDCWD)"
#define READ_WRITE "0600(S_IWUSR|S_IRUSR)"

static void path(void)
{
	text("evt.abspath", NO);
}

static void paths(void)
{
	path();
	text("evt.abspath.dst", NO2);
}

static void second_path(void)
{
	text("evt.abspath.dst", NO);
}

static void bad(void)
{
	number("fd.num", BAD);
}

static void names(void)
{
	call("refused", "mkdirat", SYS_mkdirat, AT_FDCWD, NO, 0700), path(), TOLD("dirfd=" CWD, "path=" NO, "mode=1C0");
	call("refused", "mknod", SYS_mknod, NO, S_IFIFO | 0600, 0), path();
	TOLD("path=" NO, "mode=010600(S_IWUSR|S_IRUSR|S_IFIFO)", "dev=0");
	call("refused", "mknodat", SYS_mknodat, AT_FDCWD, NO, S_IFIFO | 0600, 0), path();
	TOLD("dirfd=" CWD, "path=" NO, "mode=010600(S_IWUSR|S_IRUSR|S_IFIFO)", "dev=0");
	call("refused", "linkat", SYS_linkat, AT_FDCWD, NO, AT_FDCWD, NO2, 0), paths();
	TOLD("olddir=" CWD, "oldpath=" NO, "newdir=" CWD, "newpath=" NO2, "flags=0");
	call("refused", "symlink", SYS_symlink, "a text", NO), second_path(), TOLD("target=a text", "linkpath=" NO);
	call("refused", "symlinkat", SYS_symlinkat, "a text", AT_FDCWD, NO), second_path();
	TOLD("target=a text", "linkdirfd=" CWD, "linkpath=" NO);
	call("refused", "rename", SYS_rename, NO, NO2), paths(), TOLD("oldpath=" NO, "newpath=" NO2);
	call("refused", "renameat", SYS_renameat, AT_FDCWD, NO, AT_FDCWD, NO2), paths();
	TOLD("olddirfd=" CWD, "oldpath=" NO, "newdirfd=" CWD, "newpath=" NO2);
	call("refused", "umount2", SYS_umount2, NO, 0), path(), TOLD("name=" NO, "flags=0");
	call("refused", "chroot", SYS_chroot, NO), path(), TOLD("path=" NO);
	call("refused", "fchdir", SYS_fchdir, BAD), bad(), TOLD("fd=12345");
}

static void attributes(void)
{
	call("refused", "fchmod", SYS_fchmod, BAD, 0600), bad(), TOLD("fd=12345", "mode=" READ_WRITE);
	call("refused", "fchmodat", SYS_fchmodat, AT_FDCWD, NO, 0600), path();
	TOLD("dirfd=" CWD, "filename=" NO, "mode=" READ_WRITE);
	call("refused", "fchmodat2", 452, AT_FDCWD, NO, 0600, 0), path();
	if (action.ret != -ENOSYS) /* before 6.6 */
		TOLD("dirfd=" CWD, "filename=" NO, "mode=" READ_WRITE, "flags=0");
	call("refused", "chown", SYS_chown, NO, 1, 2), path(), TOLD("path=" NO, "uid=1", "gid=2");
	call("refused", "lchown", SYS_lchown, NO, 1, 2), path(), TOLD("path=" NO, "uid=1", "gid=2");
	call("refused", "fchown", SYS_fchown, BAD, 1, 2), bad(), TOLD("fd=12345", "uid=1", "gid=2");
	call("refused", "fchownat", SYS_fchownat, AT_FDCWD, NO, 1, 2, 0), path();
	TOLD("dirfd=" CWD, "pathname=" NO, "uid=1", "gid=2", "flags=0");
	call("refused", "truncate", SYS_truncate, NO, 1L), path(), TOLD("path=" NO, "length=1");
	call("refused", "ftruncate", SYS_ftruncate, BAD, 1L), bad(), TOLD("fd=12345", "length=1");
	call("refused", "setxattr", SYS_setxattr, NO, "user.x", "v", 1L, 0), path();
	TOLD("path=" NO, "name=user.x", "size=1", "flags=0");
	call("refused", "lsetxattr", SYS_lsetxattr, NO, "user.x", "v", 1L, 0), path();
	TOLD("path=" NO, "name=user.x", "size=1", "flags=0");
	call("refused", "fsetxattr", SYS_fsetxattr, BAD, "user.x", "v", 1L, 0), bad();
	TOLD("fd=12345", "name=user.x", "size=1", "flags=0");
}

static void sockets(void)
{
	struct msghdr message = { 0 };
	int one = 1, pair[2];

	call("refused", "setsockopt", SYS_setsockopt, BAD, SOL_SOCKET, SO_REUSEADDR, &one, 4), bad();
	partial(), TOLD("level=1(SOL_SOCKET)", "optname=2(SO_REUSEADDR)", "optlen=4");
	call("refused", "listen", SYS_listen, BAD, 7), bad(), TOLD("fd=12345", "backlog=7");
	call("refused", "accept4", SYS_accept4, BAD, NULL, NULL, 0), bad(), partial(), arg_new_fd("fd"), done();
	call("refused", "shutdown", SYS_shutdown, BAD, SHUT_WR), bad(), TOLD("fd=12345", "how=1(SHUT_WR)");
	call("refused", "sendto", SYS_sendto, BAD, "x", 1L, 0, NULL, 0), bad(), text("buffer", "x");
	partial(), TOLD("fd=12345", "size=1");
	call("refused", "recvfrom", SYS_recvfrom, BAD, &one, 4L, 0, NULL, NULL), bad(), text("buffer", "");
	partial(), TOLD("fd=12345", "size=4");
	call("refused", "sendmsg", SYS_sendmsg, BAD, &message, 0), bad(), text("buffer", "");
	partial(), TOLD("fd=12345", "size=0");
	call("refused", "recvmsg", SYS_recvmsg, BAD, &message, 0), bad(), text("buffer", "");
	partial(), TOLD("size=0");
	call("refused", "socketpair", SYS_socketpair, 99, SOCK_STREAM, 0, pair), number("fd.num", -1);
	partial(), TOLD("domain=99");
}

static void processes_of_others(void)
{
	struct iovec part = { (char[4]){ 0 }, 4 };

	call("refused", "tkill", SYS_tkill, NOBODY, 18), TOLD("tid=134217727", "sig=18(SIGCONT)");
	call("refused", "tgkill", SYS_tgkill, NOBODY, NOBODY, 0), TOLD("pid=134217727", "tid=134217727", "sig=0");
	call("refused", "process_vm_readv", SYS_process_vm_readv, NOBODY, &part, 1L, &part, 1L, 0L);
	partial(), TOLD("pid=134217727");
	call("refused", "process_vm_writev", SYS_process_vm_writev, NOBODY, &part, 1L, &part, 1L, 0L);
	partial(), TOLD("pid=134217727");
	call("refused", "pidfd_open", SYS_pidfd_open, NOBODY, 0), number("fd.num", -1);
	arg_new_fd("fd"), arg("pid=134217727"), arg("flags=0"), done();
	call("refused", "pidfd_getfd", SYS_pidfd_getfd, BAD, 0, 0), partial(), arg_new_fd("fd"), arg("pid_fd=12345"), done();
	call("refused", "pidfd_send_signal", SYS_pidfd_send_signal, BAD, 0, NULL, 0);
	partial(), TOLD("pidfd=12345", "sig=0", "flags=0");
	call("refused", "memfd_create", SYS_memfd_create, "memory", 0x8000), number("fd.num", -1);
	arg_new_fd("fd"), arg("name=memory"), arg("flags=0"), done();
	call("refused", "prctl", SYS_prctl, 4, 99L, 0, 0, 0), partial(), TOLD("option=4(PR_SET_DUMPABLE)", "arg2_int=99");
	call("refused", "keyctl", SYS_keyctl, 9999, 1L, 2L, 3L, 4L), partial(), TOLD("arg2=1", "arg3=2", "arg4=3", "arg5=4");
}

static void kernel(void)
{
	call("refused", "perf_event_open", SYS_perf_event_open, NULL, 0, -1, -1, 0L), number("fd.num", -1);
	partial(), arg_new_fd("fd"), done();
	call("refused", "userfaultfd", SYS_userfaultfd, 0xff), number("fd.num", -1), partial(), TOLD();
	call("refused", "io_uring_enter", SYS_io_uring_enter, BAD, 1, 0, 0, NULL, 0);
	partial(), TOLD("fd=12345", "to_submit=1", "min_complete=0", "flags=0");
	call("refused", "io_uring_register", SYS_io_uring_register, BAD, 2, NULL, 4);
	partial(), TOLD("fd=12345", "opcode=2(IORING_REGISTER_FILES)", "nr_args=4");
}

/* An ordinary user may do little. */
static void of_a_user(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = 1, .permitted = 1 } };

	if (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000))
		die("setresuid");
	tell_process();
	call("refused", "setuid", SYS_setuid, 0), TOLD("uid=0(root)");
	call("refused", "setgid", SYS_setgid, 0), TOLD("gid=0(root)");
	call("refused", "setreuid", SYS_setreuid, 0, 0), TOLD("ruid=0(root)", "euid=0(root)");
	call("refused", "setregid", SYS_setregid, 0, 0), TOLD("rgid=0(root)", "egid=0(root)");
	call("refused", "setresuid", SYS_setresuid, 0, 0, 0), TOLD("ruid=0(root)", "euid=0(root)", "suid=0(root)");
	call("refused", "setresgid", SYS_setresgid, 0, 0, 0), TOLD("rgid=0(root)", "egid=0(root)", "sgid=0(root)");
	call("refused", "unshare", SYS_unshare, 0x04000000), TOLD("flags=128(CLONE_NEWUTS)");
	call("refused", "capset", SYS_capset, &head, data);
	TOLD("cap_inheritable=0", "cap_permitted=0", "cap_effective=0");
	call("refused", "ptrace", SYS_ptrace, PTRACE_ATTACH, 1, 0L, 0L), partial(), TOLD("request=11(PTRACE_ATTACH)");
}

static void of_a_leader(void)
{
	if (setpgid(0, 0))
		die("setpgid");
	tell_process();
	call("refused", "setsid", SYS_setsid), arg("res=-1"), done();
}

void refused_calls(void)
{
	tell_process();
	names();
	attributes();
	sockets();
	processes_of_others();
	kernel();
	in_child(of_a_user);
	in_child(of_a_leader);
}
