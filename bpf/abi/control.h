/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef SAKER_ABI_CONTROL_H
#define SAKER_ABI_CONTROL_H
/*
 * What user space tells the programs and reads of them, beside the records of event.h: values of maps and of the
 * object's data sections. Includers provide __u8 .. __u64.
 */
#include "event.h" /* limits */
#include "guard.h"

/* Set before the programs are loaded; the verifier removes what is off. */
struct saker_config {
	__u64 bulk_limit; /* bulk events are dropped (and counted) above this fill of the ring, bytes */
	__u32 own_tgid; /* the agent: what it does itself is not reported */
	__u32 threads; /* 1: report fork and exit of single threads too */
	__u32 data_bytes; /* most of what a call reads or writes that is kept; at most SAKER_DATA_MAX */
	__u32 pad;
};

/* Parts of records that cost more than they are worth to rules that do not ask for them. */
enum saker_part {
	SAKER_PART_ENV = 0, /* environment of an executed program */
	SAKER_PART_DATA = 1, /* beginning of what a call reads or writes */
	SAKER_PARTS_MAX = 8,
};

/* Opens as rules tell them apart before they ask for names. */
enum saker_open_kind {
	SAKER_OPENS_READ = 0, /* succeeded, without access for writing; O_PATH, too */
	SAKER_OPENS_WRITE = 1, /* succeeded, with access for writing */
	SAKER_OPENS_FAILED = 2,
	SAKER_OPENS_MAX = 8,
};

/* Which types are reported, with which parts; may change while the programs run. */
struct saker_enabled {
	__u8 types[SAKER_TYPES_MAX]; /* 0 or 1, by enum saker_type */
	__u8 parts[SAKER_PARTS_MAX]; /* 0 or 1, by enum saker_part */
	__u8 opens[SAKER_OPENS_MAX]; /* enum saker_asked, by enum saker_open_kind */
};

/*
 * Who reports a system call, by its type and ABI (0: 64-bit, 1: 32-bit): its own program (fexit or fprobe), or the
 * dispatcher at the return of all system calls. See bpf/probes/dispatch.bpf.h.
 */
enum saker_carrier {
	SAKER_CARRIER_PROGRAM = 0,
	SAKER_CARRIER_DISPATCHER = 1, /* the program stays silent */
	SAKER_CARRIER_BOTH = 2, /* hand-over: the program, and what it did not see the dispatcher */
};

struct saker_carriers {
	__u32 round; /* of hand-overs; marks of earlier ones do not count */
	__u32 pad;
	__u8 of[2][SAKER_TYPES_MAX]; /* enum saker_carrier */
};

/* Which function makes the event: the fourth column of the tables in bpf/probes. */
enum saker_kind {
	SAKER_KIND_none = 0, /* no such call */
	SAKER_KIND_call = 1, /* names and texts */
	SAKER_KIND_fd = 2, /* a descriptor of any kind: if it is a socket, a SAKER_LAYOUT_SOCKET record */
	SAKER_KIND_close = 3, /* the same, told when the call begins: afterwards the file is gone */
	SAKER_KIND_socket = 4,
	SAKER_KIND_bare = 5, /* registers only */
	SAKER_KIND_open = 6,
	SAKER_KIND_exec = 7, /* that failed */
	SAKER_KIND_max = 8,
};

/* Value of the per-CPU map `counts`, indexed by enum saker_type. */
struct saker_count {
	__u64 sent;
	__u64 lost; /* the ring had no place */
	__u64 dropped; /* no rule can match it */
};

#define SAKER_SIZE_IS(t, n) _Static_assert(sizeof(struct t) == (n), #t " changed size")
SAKER_SIZE_IS(saker_config, 24);
SAKER_SIZE_IS(saker_enabled, SAKER_TYPES_MAX + SAKER_PARTS_MAX + SAKER_OPENS_MAX);
SAKER_SIZE_IS(saker_carriers, 8 + 2 * SAKER_TYPES_MAX);
#undef SAKER_SIZE_IS

#endif
