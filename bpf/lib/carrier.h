/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_CARRIER_H
#define SAKER_CARRIER_H
/*
 * Who reports a system call: its own program or the dispatcher (probes/dispatch.bpf.h). Both see every call, the
 * program first. A call type goes from one to the other with neither a gap nor a duplicate:
 *
 *   DISPATCHER   the program, if it is there, is silent
 *   BOTH         the program reports and leaves a mark; the dispatcher takes the mark away, and reports what has
 *                none: calls that were in the kernel already when the program was attached
 *   PROGRAM      the dispatcher is silent, and detached when that holds for all
 *
 * User space changes one value of the map at a time. A call on its way while it does is seen under two values that
 * follow one another in this list, and under each pair exactly one of the two reports it; only PROGRAM loses what
 * came in before the program and comes out later, which is why BOTH lasts a while.
 */
#include "maps.h"

/* One for each thread that is between the two places; more threads than this are never there at once. */
#define HANDOVERS_MAX 16384

struct handover {
	u32 call; /* type and ABI */
	u32 round;
};

/* By thread id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, HANDOVERS_MAX);
	__type(key, u32);
	__type(value, struct handover);
} handovers SEC(".maps");

volatile struct saker_carriers carriers SEC(".data.carriers") = {};

static __always_inline u32 carrier_of(u32 type, bool compat)
{
	u32 abi = compat;

	/* 5.10 forgets the bounds of what was kept on the stack. */
	opaque(abi);
	return carriers.of[abi & 1][type & (SAKER_TYPES_MAX - 1)];
}

static __always_inline bool leave_mark(u32 type, bool compat)
{
	struct handover mark = { .call = type << 1 | compat, .round = carriers.round };
	u32 tid = bpf_get_current_pid_tgid();

	return bpf_map_update_elem(&handovers, &tid, &mark, BPF_ANY) == 0;
}

/* True if the program of the call reported it; the mark is gone then. */
static __always_inline bool take_mark(u32 type, bool compat)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct handover *mark = bpf_map_lookup_elem(&handovers, &tid);
	bool found;

	if (!mark)
		return false;
	found = mark->call == (type << 1 | compat) && mark->round == carriers.round;
	bpf_map_delete_elem(&handovers, &tid);
	return found;
}

/* Whether a call's own program reports it. To be asked last: true is a promise. */
static __always_inline bool program_carries(u32 type, bool compat)
{
	u32 carrier = carrier_of(type, compat);

	/* Without room for a mark the dispatcher reports. */
	return carrier == SAKER_CARRIER_PROGRAM || (carrier == SAKER_CARRIER_BOTH && leave_mark(type, compat));
}

static __always_inline bool dispatcher_carries(u32 type, bool compat)
{
	u32 carrier = carrier_of(type, compat);

	return carrier == SAKER_CARRIER_DISPATCHER || (carrier == SAKER_CARRIER_BOTH && !take_mark(type, compat));
}

#endif
