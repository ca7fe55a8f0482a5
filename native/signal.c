/* SPDX-License-Identifier: Apache-2.0 */
/* The signal mask, which Node does not show. */
#include "saker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

int saker_signal_unblock(int signal)
{
	sigset_t set;

	/* EINVAL is all that sigaddset can find wrong; pthread functions return errno. */
	if (sigemptyset(&set) || sigaddset(&set, signal))
		return -EINVAL;
	return -pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
