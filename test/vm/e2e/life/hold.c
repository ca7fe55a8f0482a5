/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds one thread of a process, as a debugger does, until it is gone; the other threads go on.
 * usage: hold TID
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	pid_t tid = argc == 2 ? atoi(argv[1]) : 0;
	int status;

	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) || ptrace(PTRACE_INTERRUPT, tid, NULL, NULL)) {
		perror("hold");
		return 1;
	}
	while (waitpid(tid, &status, __WALL) == tid && WIFSTOPPED(status))
		;
	return 0;
}
