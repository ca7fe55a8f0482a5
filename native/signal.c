/* SPDX-License-Identifier: Apache-2.0 */
/* The signal mask and the senders of signals, which Node does not show. */
#include "saker.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

int saker_signal_unblock(int signal)
{
	sigset_t set;

	if (sigemptyset(&set) || sigaddset(&set, signal))
		return -EINVAL;
	/* On Linux this is the calling thread's mask, as with pthread_sigmask, whose
	 * symbol moved to libc in 2.32 and would tie us to newer systems. */
	return sigprocmask(SIG_UNBLOCK, &set, NULL) ? -errno : 0;
}

/* The handlers before ours, and the last senders; -ENOENT in place of a process id: none. */
static struct sigaction handlers[NSIG];
static atomic_int senders[NSIG];

static void note(int signal, siginfo_t *info, void *context)
{
	const struct sigaction *next = &handlers[signal];

	/* Of a kernel's signal (SI_KERNEL) the field holds 0. */
	atomic_store(&senders[signal], info->si_pid);
	if (next->sa_flags & SA_SIGINFO)
		next->sa_sigaction(signal, info, context);
	else
		next->sa_handler(signal);
}

int saker_signal_note(int signal)
{
	struct sigaction action;

	if (signal <= 0 || signal >= NSIG)
		return -EINVAL;
	if (sigaction(signal, NULL, &action))
		return -errno;
	if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN)
		return -ENOENT;
	if (action.sa_flags & SA_SIGINFO && action.sa_sigaction == note)
		return 0;
	atomic_store(&senders[signal], -ENOENT);
	handlers[signal] = action;
	action.sa_flags |= SA_SIGINFO;
	action.sa_sigaction = note;
	return sigaction(signal, &action, NULL) ? -errno : 0;
}

int saker_signal_sender(int signal)
{
	return signal > 0 && signal < NSIG ? atomic_load(&senders[signal]) : -EINVAL;
}
