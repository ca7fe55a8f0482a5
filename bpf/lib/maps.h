/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_MAPS_H
#define SAKER_MAPS_H
/*
 * Configuration, the ring, the counters and the per-CPU workspaces.
 *
 * A workspace belongs to one program. The kernel does not enter a program again
 * on a CPU where it was preempted (it counts the missed run, see
 * saker_bpf_program_facts), so one workspace per program and CPU is never shared;
 * before kernel 5.12 programs are not preempted at all. Programs that must share
 * a workspace take it with `busy`. What the dispatcher goes on with shares one: it
 * is one program for the kernel.
 */
#include "base.h"

/* Room for five strings of full length; no call has more, and a sixth would be marked as cut. A per-CPU value is 32 KiB
 * at most. */
#define STRINGS_MAX (5 * (SAKER_STR_MAX + 8))

#define NAME_MAX 255

struct walk {
	u64 path, fs; /* struct path to name, struct fs_struct of the process */
	u64 dentry, mnt, mnt_root; /* where we are */
	u64 root_dentry, root_mnt; /* where the process's world ends */
	struct {
		u64 parent;
		u32 hash, len;
		u64 name, inode;
		u64 iname[4]; /* short names lie here; since 4.16 of this length on 64-bit machines */
	} at; /* copy of `dentry` from d_parent on */
	u64 nodes[SAKER_CGROUP_LEVELS]; /* names of cgroups */
	u32 pos, limit; /* where the text ends now, and may end at most */
	u32 flags; /* enum saker_str_flag */
	u32 ended;
};

struct record {
	union {
		struct saker_header h;
		struct saker_open open;
		struct saker_exec exec;
		struct saker_exec_failed failed;
		struct saker_call call;
		struct saker_socket socket;
	};
	char strings[STRINGS_MAX];
};

/* What the guard works on (bpf/guard). Here, not in registers: the verifier forgets what it knew of map memory, and each
 * of the ways to get there is not looked at on its own. */
struct guarding {
	u64 head[6]; /* how a name begins, and what a component may write behind it */
	u64 first, second; /* of the name given */
	u64 nodes[4]; /* the last directories on the way up, one after the other */
	u64 dentry, mnt; /* where we are */
	u32 at; /* where the next component goes */
	u32 levels;
	u32 relative;
	u32 pad;
};

struct workspace {
	u32 end; /* bytes of `record` in use, multiple of 8 */
	u32 busy;
	u32 slot; /* its own place */
	u32 pad;
	u64 task; /* SLOT_OPENED: the thread that left a file here */
	u64 switches; /* of that thread */
	u64 dropped; /* that file is one that no rule asks for */
	struct guarding guarding;
	struct walk walk;
	struct record record;
	char slack[SAKER_STR_MAX + 272]; /* so that a masked offset plus one string and one name fit */
};

enum slot { SLOT_OPEN, SLOT_OPEN_URING, SLOT_EXEC, SLOT_EXEC_FAILED, SLOT_TASK, SLOT_OPENED, SLOT_CALL, SLOT_DISPATCH, SLOT_MAX };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLOT_MAX);
	__type(key, u32);
	__type(value, struct workspace);
} workspaces SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SAKER_TYPE_MAX);
	__type(key, u32);
	__type(value, struct saker_count);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20); /* default; the loader may resize it */
} ring SEC(".maps");

const volatile struct saker_config config = {
	.bulk_limit = 7 << 20,
	.data_bytes = 80,
};

/* A map of its own, so that user space replaces its value in one step. */
volatile struct saker_enabled enabled SEC(".data.enabled") = {};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2); /* see enum saker_asked */
	__type(key, u32);
	__type(value, struct saker_guard);
} guards SEC(".maps");

static __always_inline bool type_enabled(u32 type)
{
	return enabled.types[type & (SAKER_TYPES_MAX - 1)];
}

static __always_inline bool part_wanted(enum saker_part part)
{
	return enabled.parts[part];
}

static __always_inline struct workspace *workspace_of(u32 slot)
{
	struct workspace *ws = bpf_map_lookup_elem(&workspaces, &slot);

	if (ws)
		ws->slot = slot;
	return ws;
}

static __always_inline void count_many(u32 type, bool sent, u64 many)
{
	struct saker_count *c = bpf_map_lookup_elem(&counts, &type);

	if (!c)
		return;
	if (sent)
		__sync_fetch_and_add(&c->sent, many);
	else
		__sync_fetch_and_add(&c->lost, many);
}

/* No rule can match it. */
static __always_inline void count_dropped(u32 type)
{
	struct saker_count *c = bpf_map_lookup_elem(&counts, &type);

	if (c)
		__sync_fetch_and_add(&c->dropped, 1);
}

static __always_inline void count(u32 type, bool sent)
{
	count_many(type, sent, 1);
}

#endif
