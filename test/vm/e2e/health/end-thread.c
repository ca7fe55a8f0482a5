/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes one thread of a process call exit(2): it is gone without a word to the others. The thread has to wait in a
 * system call.
 * usage: end-thread TID
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

/* Of the syscall instruction. */
#define SYSCALL_BYTES 2

int main(int argc, char **argv)
{
	pid_t tid = argc == 2 ? atoi(argv[1]) : 0;
	struct user_regs_struct regs;
	int status;

	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) || ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) ||
	    waitpid(tid, &status, __WALL) != tid || ptrace(PTRACE_GETREGS, tid, NULL, &regs)) {
		perror("end-thread");
		return 1;
	}
	if ((long)regs.orig_rax < 0) {
		fprintf(stderr, "end-thread: it waits in no system call\n");
		return 1;
	}
	regs.rip -= SYSCALL_BYTES;
	regs.rax = SYS_exit;
	regs.rdi = 0;
	/* No system call is to be restarted. */
	regs.orig_rax = -1;
	if (ptrace(PTRACE_SETREGS, tid, NULL, &regs) || ptrace(PTRACE_CONT, tid, NULL, NULL)) {
		perror("end-thread");
		return 1;
	}
	waitpid(tid, &status, __WALL);
	return 0;
}
