/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The return of every system call, for calls whose own program is not there: at start, until it is attached, and when
 * the kernel refuses it. It costs every system call of the host something, so it is detached when no call needs it
 * (src/kernel/carriers.ts).
 *
 *   sys_exit ─▶ dispatch ─▶ by the kind of call ─▶ the very function that the call's own program runs
 *
 * The tracepoint's arguments are never dereferenced: kernels have forbidden that for some and may for others.
 *
 * Where the kernel may preempt a program of a tracepoint, which silences it for all others on that processor, the same
 * hangs as an fprobe on the function that calls the tracepoint. It is called only while the tracepoint has a program:
 * dispatch_wake.
 */
#define DISPATCHED(kind, event)                                         \
	SEC("tp_btf/sys_exit")                                          \
	int dispatched_##kind(unsigned long long *ctx)                  \
	{                                                               \
		return event((s64)ctx[1], SLOT_DISPATCH);               \
	}                                                               \
	SEC("kprobe.multi/trace_syscall_exit")                          \
	int dispatched_##kind##_fprobe(struct pt_regs *ctx)             \
	{                                                               \
		return event((s64)ctx->FUNC_ARG1, SLOT_DISPATCH);              \
	}

static __always_inline int exec_returned(s64 ret, u32 slot)
{
	struct current_call call;

	return find_call(&call, user_regs()) ? exec_failed(call.type, call.compat, ret, slot) : 0;
}

DISPATCHED(call, call_event)
DISPATCHED(fd, fd_event)
DISPATCHED(socket, socket_event)
DISPATCHED(bare, bare_event)
/* What was closed is gone: the number of the descriptor is all there is. */
DISPATCHED(close, bare_event)
DISPATCHED(open, open_from_registers)
DISPATCHED(exec, exec_returned)

/* By enum saker_kind; user space fills it, since not every program is loaded in every object. */
struct dispatched {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, SAKER_KIND_max);
	__type(key, u32);
	__type(value, u32);
};
struct dispatched dispatched SEC(".maps");
struct dispatched dispatched_fprobe SEC(".maps");

static __always_inline int go_on(void *ctx, struct pt_regs *regs, struct dispatched *programs)
{
	struct current_call call;
	u32 kind;

	/* The same registers; with their type where it is to be had. */
	if (!find_call(&call, TYPED ? user_regs() : regs))
		return 0;
	kind = row_of(call.type)->kind;
	/* Of the agent's own calls the opens go on, for the canary, wanted or not. */
	if (!type_enabled(call.type) && kind != SAKER_KIND_open)
		return 0;
	if (!dispatcher_carries(call.type, call.compat))
		return 0;
	bpf_tail_call(ctx, programs, kind);
	count(call.type, false);
	return 0;
}

SEC("tp_btf/sys_exit")
int dispatch(unsigned long long *ctx)
{
	return go_on(ctx, (struct pt_regs *)ctx[0], &dispatched);
}

SEC("kprobe.multi/trace_syscall_exit")
int dispatch_fprobe(struct pt_regs *ctx)
{
	return go_on(ctx, (struct pt_regs *)ctx->FUNC_ARG0, &dispatched_fprobe);
}

SEC("tp_btf/sys_exit")
int dispatch_wake(unsigned long long *ctx)
{
	return 0;
}
