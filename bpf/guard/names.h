/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_GUARD_NAMES_H
#define SAKER_GUARD_NAMES_H
/*
 * How the names of a file begin, and whether a rule asks for names that begin so (abi/guard.h). Rules see a file under
 * the name given, without `.` and `..`, and under the one that the kernel resolved, so a file is of no interest only if
 * neither is. What cannot be told cheaply is of interest.
 *
 * Only where pointers have types (lib/base.h): elsewhere a look costs as much as the record.
 */
#include "../lib/path.h"

#define HEAD 16 /* bytes of a name that are looked at */
#define ONES 0x0101010101010101ull
#define SLASHES 0x2f2f2f2f2f2f2f2full

/* The highest bit of each byte that is zero; it may be set in a byte of 1 that follows one, too. */
static __always_inline u64 zero_bytes(u64 word)
{
	return (word - ONES) & ~word & (ONES << 7);
}

static __always_inline u64 place_of(u32 hash)
{
	u64 place = hash >> (32 - SAKER_GUARD_BITS);

	/* Else clang shifts twice, and the verifier loses the bound. */
	opaque(place);
	return place & (SAKER_GUARD_PLACES - 1);
}

/* Whether names may be asked for that begin with these four bytes. */
static __always_inline bool may_be_asked(struct saker_guard *guard, u32 first, u64 cases)
{
	return guard->first[place_of(first * SAKER_GUARD_FACTOR)] & cases;
}

/* Whether names are asked for that begin with these bytes; zeros follow the end of the name. */
static __always_inline bool is_asked(struct saker_guard *guard, u64 first, u64 second, u64 cases)
{
	u32 h4 = (u32)first * SAKER_GUARD_FACTOR;
	u32 h8 = (h4 + (u32)(first >> 32)) * SAKER_GUARD_FACTOR;
	u32 h16 = ((h8 + (u32)second) * SAKER_GUARD_FACTOR + (u32)(second >> 32)) * SAKER_GUARD_FACTOR;

	return (guard->starts[0][place_of(h4)] | guard->starts[1][place_of(h8)] | guard->starts[2][place_of(h16)]) & cases;
}

static __always_inline bool head_is_asked(struct saker_guard *guard, struct workspace *ws, u64 cases)
{
	return is_asked(guard, ws->guarding.head[0], ws->guarding.head[1], cases);
}

/* Puts `/` and up to HEAD bytes behind what is there, and zeros behind them. There is room: `at` is less than HEAD. */
static __always_inline void add_to_head(struct workspace *ws, u64 first, u64 second, u32 len)
{
	char *to = (char *)ws->guarding.head;
	u64 at = ws->guarding.at;

	ws->guarding.at = at + 1 + len;
	opaque(at);
	at &= HEAD - 1;
	to[at] = '/';
	*(u64 *)(to + at + 1) = first;
	*(u64 *)(to + at + 9) = second;
	opaque(len);
	if (len > HEAD)
		return;
	*(u64 *)(to + at + 1 + len) = 0;
	*(u64 *)(to + at + 9 + len) = 0;
}

/* One component, if there is need of one. False: it is not known. */
static __always_inline bool add_dentry(struct workspace *ws, struct dentry *dentry, bool renamed)
{
	u32 len;

	if (!dentry || ws->guarding.at >= HEAD)
		return true;
	len = READ(dentry, d_name.len);
	if (len > SHORT_COMPONENT)
		return false;
	add_to_head(ws, SHORT_NAME_WORD(dentry, 0, renamed), SHORT_NAME_WORD(dentry, 1, renamed), len);
	return true;
}

#define HEAD_LEVELS 16

/* The first component of the name of `dentry`, where no mount lies between it and the process's root directory `top`;
 * NULL: it is not found. */
static __always_inline struct dentry *first_component(struct dentry *dentry, struct dentry *top)
{
	struct dentry *first = NULL;

	/* clang would compare with what it keeps on the stack. */
	opaque(top);
	_Pragma("clang loop unroll_count(8)") for (u32 level = 0; level < HEAD_LEVELS; level++) {
		if (dentry == top)
			return first;
		first = dentry;
		dentry = READ(dentry, d_parent);
	}
	return NULL;
}

/* The last four directories on the way up are the first of the name. Without casts, where `top` is its mount's root. */
static __always_inline bool head_up_to(struct workspace *ws, struct dentry *dentry, struct dentry *top, bool renamed)
{
	struct dentry *first = NULL, *second = NULL, *third = NULL, *fourth = NULL;
	u32 level;

	opaque(top);
	_Pragma("clang loop unroll_count(8)") for (level = 0; level < HEAD_LEVELS && dentry != top; level++) {
		fourth = third;
		third = second;
		second = first;
		first = dentry;
		dentry = READ(dentry, d_parent);
	}
	ws->guarding.levels = level;
	return dentry == top && add_dentry(ws, first, renamed) && add_dentry(ws, second, renamed) &&
	       add_dentry(ws, third, renamed) && add_dentry(ws, fourth, renamed);
}

#define FAR_LEVELS 32

/* The same with casts, across mounts, to the process's root directory. */
static __always_inline bool climb_far(struct guarding *g, u64 root, u64 root_mnt)
{
	struct mount *mount;
	u64 above;

	_Pragma("clang loop unroll(disable)") for (u32 i = 0; i < FAR_LEVELS; i++) {
		if (g->dentry == root && g->mnt == root_mnt)
			return true;
		above = (u64)READ(CAST(struct dentry, g->dentry), d_parent);
		if (g->dentry == (u64)READ(CAST(struct vfsmount, g->mnt), mnt_root)) {
			mount = CAST(struct mount, g->mnt - bpf_core_field_offset(struct mount, mnt));
			above = (u64)READ(mount, mnt_parent);
			/* Not below the root directory. */
			if (above == (u64)mount)
				return false;
			g->dentry = (u64)READ(mount, mnt_mountpoint);
			g->mnt = above + bpf_core_field_offset(struct mount, mnt);
			continue;
		}
		if (above == g->dentry)
			return false;
		g->nodes[g->levels++ & 3] = g->dentry;
		g->dentry = above;
	}
	return false;
}

static __always_inline bool head_from_far(struct workspace *ws, u64 root, u64 root_mnt, bool renamed)
{
	struct guarding *g = &ws->guarding;

	g->levels = 0;
	if (!climb_far(g, root, root_mnt))
		return false;
	_Pragma("clang loop unroll(full)") for (u32 i = 1; i <= 4; i++) {
		if (g->levels < i)
			break;
		if (!add_dentry(ws, CAST(struct dentry, g->nodes[(g->levels - i) & 3]), renamed))
			return false;
	}
	return true;
}

/* How the name of a file begins as the process with `fs` sees it, in guarding.head. False: not known. */
static __always_inline bool head_of_path(struct workspace *ws, struct path *path, struct fs_struct *fs)
{
	struct dentry *root = READ(fs, root.dentry), *dentry = READ(path, dentry);
	struct vfsmount *mnt = READ(path, mnt), *root_mnt = READ(fs, root.mnt);
	struct guarding *g = &ws->guarding;
	bool known;

	/* All of the root directory's own name; behind it goes what is in it. */
	g->head[0] = '/';
	g->head[1] = 0;
	g->at = 0;
	g->dentry = (u64)dentry;
	g->mnt = (u64)mnt;
	if (CAN_CAST)
		known = SHORT_NAME_RENAMED ? head_from_far(ws, (u64)root, (u64)root_mnt, true)
					   : head_from_far(ws, (u64)root, (u64)root_mnt, false);
	else
		known = dentry && mnt == root_mnt && READ(mnt, mnt_root) == root &&
			head_up_to(ws, dentry, root, false);
	return known && (g->at >= HEAD || g->levels <= 4);
}

/* Whether no name is asked for that begins as that of the file: the short way, which says no when it cannot tell. */
static __always_inline bool begins_unasked(struct saker_guard *guard, struct path *path, struct fs_struct *fs, u64 cases)
{
	struct dentry *root = READ(fs, root.dentry), *first;
	struct vfsmount *mnt = READ(path, mnt);
	u64 word;

	if (READ(mnt, mnt_root) != root || mnt != READ(fs, root.mnt))
		return false;
	first = first_component(READ(path, dentry), root);
	/* The slash and three bytes are what is looked up. */
	if (!first || READ(first, d_name.len) < 3 || READ(first, d_name.len) > SHORT_COMPONENT)
		return false;
	word = SHORT_NAME_RENAMED ? SHORT_NAME_WORD(first, 0, true) : SHORT_NAME_WORD(first, 0, false);
	return !may_be_asked(guard, '/' | (u32)word << 8, cases);
}

#endif
