/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the calls of the tables are caught: one program for each where fexit is used (a fexit program has one function),
 * one for all of a kind where fprobe is.
 */
#include "calls.bpf.h"

#define SHARED_PROGRAM(kind)                                                          \
	SEC("kretprobe.multi")                                                        \
	int kind##_fprobe(struct pt_regs *ctx)                                        \
	{                                                                             \
		return kind##_event((s64)ctx->FUNC_RET, SLOT_CALL);    \
	}
SHARED_PROGRAM(call) SHARED_PROGRAM(fd) SHARED_PROGRAM(socket) SHARED_PROGRAM(bare)

SEC("kprobe.multi")
int close_fprobe(struct pt_regs *ctx)
{
	return close_event(SLOT_CALL);
}

/* ctx[0] is the kernel's pt_regs, ctx[1] the result; without arguments the result comes first. */
#define FEXIT_PROGRAM(symbol, event)                                                  \
	SEC("fexit/__" #symbol)                                                       \
	int on_##symbol(unsigned long long *ctx)                                      \
	{                                                                             \
		return event((s64)ctx[1], SLOT_CALL);                                 \
	}
#define PROGRAM_call(symbol) FEXIT_PROGRAM(symbol, call_event)
#define PROGRAM_fd(symbol) FEXIT_PROGRAM(symbol, fd_event)
#define PROGRAM_socket(symbol) FEXIT_PROGRAM(symbol, socket_event)
#define PROGRAM_bare(symbol) FEXIT_PROGRAM(symbol, bare_event)
#define PROGRAM_close(symbol)                                                         \
	SEC("fentry/__" #symbol)                                                      \
	int on_##symbol(unsigned long long *ctx)                                      \
	{                                                                             \
		return close_event(SLOT_CALL);                                        \
	}
#define PROGRAM(type, symbol, nr, kind, ...) PROGRAM_##kind(symbol)

ALL_CALLS(PROGRAM)
COMPAT_CALLS(PROGRAM)
