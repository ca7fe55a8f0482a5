/* SPDX-License-Identifier: Apache-2.0 */
/* The signal mask, which Node does not show. */
#include "saker.h"

#include <errno.h>
#include <signal.h>

int saker_signal_unblock(int signal)
{
	sigset_t set;

	if (sigemptyset(&set) || sigaddset(&set, signal))
		return -EINVAL;
	/* On Linux this is the calling thread's mask, as with pthread_sigmask, whose
	 * symbol moved to libc in 2.32 and would tie us to newer systems. */
	return sigprocmask(SIG_UNBLOCK, &set, NULL) ? -errno : 0;
}
