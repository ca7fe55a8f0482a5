/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef SAKER_ABI_GUARD_H
#define SAKER_ABI_GUARD_H
/*
 * Which names of files some rule may match, in tables that user space writes (src/kernel/guard-tables.ts) and
 * bpf/guard reads. Includers provide __u32 and __u64.
 *
 * A name is looked up by how it begins: its first 4, 8 and 16 bytes, missing ones zero. A place of a table has the sets
 * of cases of all beginnings that fall on it, so two that fall together let names through, and never keep one back.
 *
 *   cases of a name = starts[0][place of 4 bytes] | starts[1][place of 8 bytes] | starts[2][place of 16 bytes]
 *
 * All of them are in first[place of 4 bytes], too: nearly every name that no rule asks for ends there.
 *
 * The place of a beginning: h = 0; for each 32-bit word, lowest first: h = (h + word) * SAKER_GUARD_FACTOR; the highest
 * SAKER_GUARD_BITS bits of h.
 */
enum saker_guard_limit {
	SAKER_GUARD_FACTOR = 0x5bd1e995, /* an odd number with bits all over */
	SAKER_GUARD_BITS = 11,
	SAKER_GUARD_PLACES = 1 << SAKER_GUARD_BITS,
	SAKER_GUARD_CASES = 64, /* bits of a set; more cases share them */
};

struct saker_guard {
	__u64 kinds[8]; /* by enum saker_open_kind: the cases that an open of the kind may satisfy */
	__u64 first[SAKER_GUARD_PLACES]; /* the cases of all names that begin so */
	__u64 starts[3][SAKER_GUARD_PLACES]; /* the cases of a beginning */
};

/* What becomes of an open of a kind: values of saker_enabled.opens. */
enum saker_asked {
	SAKER_ASKED_NONE = 0, /* no rule can match it */
	SAKER_ASKED_ALL = 1, /* it is told */
	SAKER_ASKED_FIRST = 2, /* it is told if its names are in the first saker_guard */
	SAKER_ASKED_SECOND = 3, /* in the second: a reload fills the one that is not asked */
};

_Static_assert(sizeof(struct saker_guard) == 8 * 8 + 4 * 8 * SAKER_GUARD_PLACES, "saker_guard changed size");

#endif
