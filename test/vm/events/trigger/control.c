/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials, namespaces, signals, and what one process does to another. */
#include "calls.h"

#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

static void set_uid(void)
{
	begin("setuid", "setuid");
	end(syscall(SYS_setuid, 1000));
	told_again();
	arg_res();
	arg("uid=1000(tester)");
	done();
	begin("setuid back", "setuid");
	end(syscall(SYS_setuid, 0));
	told_again();
	arg_res();
	arg("uid=0(root)");
	done();
}

static void set_gid(void)
{
	begin("setgid", "setgid");
	end(syscall(SYS_setgid, 1000));
	told_again();
	arg_res();
	arg("gid=1000(tester)");
	done();
}

static void set_resuid(void)
{
	begin("setresuid", "setresuid");
	end(syscall(SYS_setresuid, -1, 1000, 0));
	told_again();
	arg_res();
	arg("ruid=-1(<NONE>)");
	arg("euid=1000(tester)");
	arg("suid=0(root)");
	done();
}

static void set_reuid(void)
{
	begin("setreuid", "setreuid");
	end(syscall(SYS_setreuid, 0, 65534));
	told_again();
	arg_res();
	arg("ruid=0(root)");
	arg("euid=65534(nobody)");
	done();
}

static void set_caps(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = 1, .permitted = 3, .inheritable = 0 } };

	begin("capset", "capset");
	end(syscall(SYS_capset, &head, data));
	told_again();
	arg_res();
	arg("cap_inheritable=0");
	arg("cap_permitted=3");
	arg("cap_effective=1");
	done();
}

static long inode(int fd)
{
	struct stat st;

	fstat(fd, &st);
	return (long)st.st_ino;
}

static void namespaces(void)
{
	int ns = open("/proc/self/ns/uts", O_RDONLY);

	begin("unshare", "unshare");
	end(syscall(SYS_unshare, CLONE_NEWUTS | CLONE_NEWNET));
	arg_res();
	arg("flags=144(CLONE_NEWNET|CLONE_NEWUTS)");
	done();
	begin("setns", "setns");
	end(syscall(SYS_setns, ns, CLONE_NEWUTS));
	fd_other(ns, "<NA>", "");
	number("fd.ino", inode(ns));
	partial();
	arg_res();
	arg("nstype=128(CLONE_NEWUTS)");
	done();
	begin("setns of nothing", "setns");
	end(syscall(SYS_setns, 12345, 0));
	number("fd.num", 12345);
	arg_res();
	arg("fd=12345");
	arg("nstype=0");
	done();
}

static void session(void)
{
	begin("setpgid", "setpgid");
	end(syscall(SYS_setpgid, 0, 0));
	told_again();
	arg_res();
	arg("pid=0");
	arg("pgid=0");
	done();
	begin("setpgid refused", "setpgid");
	end(syscall(SYS_setpgid, NOBODY, 0));
	told_again();
	arg_res();
	arg("pid=%d", NOBODY);
	arg("pgid=0");
	done();
}

static void new_session(void)
{
	begin("setsid", "setsid");
	end(syscall(SYS_setsid));
	told_again();
	arg("res=%ld(trigger)", action.ret);
	done();
}

void credentials(void)
{
	void (*all[])(void) = { set_uid, set_gid, set_resuid, set_reuid, set_caps, namespaces, session, new_session };

	tell_process();
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		in_child(all[i]);
}

static void signals(void)
{
	begin("kill", "kill");
	end(syscall(SYS_kill, getpid(), 0));
	arg_res();
	arg("pid=%d(trigger)", getpid());
	arg("sig=0");
	done();
	begin("kill nobody", "kill");
	end(syscall(SYS_kill, NOBODY, SIGTERM));
	arg_res();
	arg("pid=%d", NOBODY);
	arg("sig=15(SIGTERM)");
	done();
	begin("tkill", "tkill");
	end(syscall(SYS_tkill, gettid(), SIGCONT));
	arg_res();
	arg("tid=%d(trigger)", gettid());
	arg("sig=18(SIGCONT)");
	done();
	begin("tgkill", "tgkill");
	end(syscall(SYS_tgkill, getpid(), gettid(), 0));
	arg_res();
	arg("pid=%d(trigger)", getpid());
	arg("tid=%d(trigger)", gettid());
	arg("sig=0");
	done();
}

static void others(void)
{
	int child = fork(), status;
	char here[4];
	struct iovec local = { here, 4 }, remote = { here, 4 };

	if (child == 0) {
		pause();
		_exit(0);
	}
	begin("attach", "ptrace");
	end(ptrace(PTRACE_ATTACH, child, 0, 0));
	arg_res();
	arg("addr=0");
	arg("data=0");
	arg("request=11(PTRACE_ATTACH)");
	arg("pid=%d(trigger)", child);
	done();
	waitpid(child, &status, 0);
	begin("attach to nobody", "ptrace");
	end(ptrace(PTRACE_SEIZE, NOBODY, 0, 0));
	arg_res();
	arg("addr=0");
	arg("data=0");
	arg("request=20(PTRACE_SEIZE)");
	arg("pid=%d", NOBODY);
	done();
	begin("read memory", "process_vm_readv");
	end(syscall(SYS_process_vm_readv, child, &local, 1L, &remote, 1L, 0L));
	partial();
	arg_res();
	arg("pid=%d(trigger)", child);
	done();
	begin("pidfd", "pidfd_open");
	end(syscall(SYS_pidfd_open, child, 0));
	fd_other(action.ret, "pidfd", "");
	partial();
	arg("pid=%d(trigger)", child);
	arg("flags=0");
	done();
	close((int)action.ret);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void renamed(void)
{
	begin("prctl of a name", "prctl");
	end(syscall(SYS_prctl, PR_SET_NAME, "another name", 0, 0, 0));
	told_again();
	arg_res();
	arg("option=15(PR_SET_NAME)");
	arg("arg2_str=another name");
	arg("arg2_int=0");
	done();
}

void control(void)
{
	tell_process();
	signals();
	others();
	in_child(renamed);
	begin("personality", "personality");
	end(syscall(SYS_personality, 0xffffffff));
	arg_res();
	arg("persona=FFFFFFFF");
	done();
	begin("seccomp", "seccomp");
	end(syscall(SYS_seccomp, 99, 0, NULL));
	arg_res();
	arg("op=99");
	arg("flags=0");
	done();
}
