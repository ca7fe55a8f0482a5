/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_PATH_H
#define SAKER_PATH_H
/*
 * The name of a file as the process sees it: from its dentry up through the
 * mounts to the root directory of the process, like d_path in fs/d_path.c.
 *
 * A name is written in the order of the walk, the last component first, each behind a byte with its length
 * (SAKER_STR_UPWARD); user space turns it around once for each name it has not seen before.
 *
 * There are two walks. walk_typed reads through typed pointers, for a fraction of the other's cost; before 6.4 it
 * cannot cross a mount. walk_probing reads through the helper and goes everywhere.
 *
 * Their state lies in a map value because the verifier forgets what it knew of
 * map memory: 64 rounds cost 12 thousand verified instructions, against more than
 * a million with the state on the stack. A global function is verified once for
 * each program, however often the program calls it; before 5.13 it takes nothing
 * but numbers, so the rest lies in the workspace.
 */
#include "compat.h"
#include "maps.h"

/* Room for the name of a component behind its length, or NULL: the text is cut. */
static __always_inline char *add_component(struct workspace *ws, u32 len)
{
	struct walk *w = &ws->walk;
	u32 at = w->pos;
	char *to;

	/* Behind the last possible place `slack` has room for the longest name. */
	if (len > NAME_MAX || at + len >= w->limit || at > sizeof(struct record) + SAKER_STR_MAX) {
		w->flags |= SAKER_STR_CUT;
		return NULL;
	}
	w->pos = at + len + 1;
	to = (char *)&ws->record + at;
	*to = len;
	return to + 1;
}

static __always_inline void begin_walk(struct workspace *ws)
{
	ws->walk.pos = ws->end;
	ws->walk.limit = ws->end + SAKER_STR_MAX;
	ws->walk.flags = SAKER_STR_UPWARD;
}

/* walk_probing serves all kernels in the first object, and only those before 6.4 in the others. */
#if FIRST
#define FAR LOOSE
#else
#define FAR BPF_CORE_READ
#endif

/* From d_parent on, members of struct dentry are the same in every kernel so far: one read for all. */
static __always_inline bool is_usual_dentry(void)
{
	struct dentry *d = NULL;
	u64 parent = bpf_core_field_offset(d->d_parent);

	return bpf_core_field_offset(d->d_name) == parent + 8 && bpf_core_field_offset(d->d_inode) == parent + 24 &&
	       bpf_core_field_offset(d->d_iname) == parent + 32;
}

static __always_inline void read_dentry(struct walk *w)
{
	struct dentry *d = (void *)w->dentry;

	if (FIRST && CAN_CAST) {
		w->at.parent = (u64)FAR(d, d_parent);
		return;
	}
	if (is_usual_dentry()) {
		bpf_probe_read_kernel(&w->at, sizeof(w->at), &d->d_parent);
		return;
	}
	bpf_core_read(&w->at.parent, 8, &d->d_parent);
	bpf_core_read(&w->at.hash, 16, &d->d_name);
}

static __always_inline u64 mount_of(struct vfsmount *mnt)
{
	return (u64)mnt - bpf_core_field_offset(struct mount, mnt);
}

static __always_inline void enter_mount(struct walk *w, u64 mnt)
{
	w->mnt = mnt;
	w->mnt_root = (u64)FAR((struct mount *)mnt, mnt.mnt_root);
}

static __always_inline bool put_typed_component(struct workspace *ws, struct dentry *dentry);

/* The component that read_dentry found. Returns false when there is no room. */
static __always_inline bool put_component(struct workspace *ws)
{
	struct walk *w = &ws->walk;
	struct dentry *d = (void *)w->dentry;
	u32 len = w->at.len;
	char *to;

	if (FIRST && CAN_CAST)
		return put_typed_component(ws, CAST(struct dentry, w->dentry));
	to = add_component(ws, len);
	if (!to)
		return false;
	if (is_usual_dentry() && w->at.name == (u64)&d->d_iname && len <= sizeof(w->at.iname)) {
		for (u32 i = 0; i < sizeof(w->at.iname) / 8; i++)
			((u64 *)to)[i] = w->at.iname[i];
		return true;
	}
	opaque(len);
	bpf_probe_read_kernel(to, len & NAME_MAX, (void *)w->at.name);
	return true;
}

/* One level up. Returns false at the end. */
static __always_inline bool walk_step(struct workspace *ws)
{
	struct walk *w = &ws->walk;
	struct mount *m = (void *)w->mnt;
	u64 parent;

	if (w->dentry == w->root_dentry && w->mnt == w->root_mnt)
		return false;
	read_dentry(w);
	if (w->dentry != w->mnt_root && w->dentry != w->at.parent) {
		if (!put_component(ws))
			return false;
		w->dentry = w->at.parent;
		return true;
	}
	parent = (u64)FAR(m, mnt_parent);
	if (w->dentry == w->mnt_root && parent != w->mnt) {
		w->dentry = (u64)FAR(m, mnt_mountpoint);
		enter_mount(w, parent);
		return true;
	}
	/* The top of a tree that is not the process's: another mount namespace, a
	 * detached mount, a file without a place such as a memfd (which has a name). */
	w->flags |= SAKER_STR_UNREACHABLE;
	if (w->dentry != w->mnt_root)
		put_component(ws);
	return false;
}

struct climb {
	struct workspace *ws;
};

static long climb_one(u32 level, struct climb *climb)
{
	struct walk *w = &climb->ws->walk;

	w->ended = !walk_step(climb->ws);
	return w->ended;
}

/* False if there are levels left. */
static __always_inline bool climb(struct workspace *ws)
{
	struct climb climb = { ws };

	if (CAN_LOOP) {
		bpf_loop(SAKER_PATH_LEVELS, climb_one, &climb, 0);
		return ws->walk.ended;
	}
	for (int i = 0; i < SAKER_PATH_LEVELS; i++)
		if (!walk_step(ws))
			return true;
	return false;
}

static __always_inline void walk_probing(struct workspace *ws)
{
	struct walk *w = &ws->walk;
	struct fs_struct *fs = (void *)w->fs;
	struct path *path = (void *)w->path;
	struct dentry *dentry = FAR(path, dentry);

	begin_walk(ws);
	w->dentry = (u64)dentry;
	enter_mount(w, mount_of(FAR(path, mnt)));
	w->root_dentry = (u64)FAR(fs, root.dentry);
	w->root_mnt = mount_of(FAR(fs, root.mnt));
	if (!dentry) {
		w->flags = SAKER_STR_FAULT;
		return;
	}
	if (!FAR(dentry, d_hash.pprev) && FAR(dentry, d_parent) != dentry)
		w->flags |= SAKER_STR_UNLINKED;
	if (!climb(ws))
		w->flags |= SAKER_STR_CUT;
}

#define SHORT_COMPONENT 24
_Static_assert(SHORT_COMPONENT < sizeof(struct saker_header), "a short name behind SAKER_STR_MAX is below the limit");

/*
 * Copies `len` bytes of a name, at most 24, and perhaps some more. Names of less than DNAME_INLINE_LEN bytes (32 at
 * least) lie in the dentry: __d_alloc and swap_names in fs/dcache.c put longer ones elsewhere, and only those.
 */
static __always_inline void put_short_component(struct workspace *ws, struct dentry *dentry, u64 at, u32 len,
						bool renamed)
{
	char *to = (char *)&ws->record + at;

	*to = len;
	*(u64 *)(to + 1) = SHORT_NAME_WORD(dentry, 0, renamed);
	if (len <= 8)
		return;
	*(u64 *)(to + 9) = SHORT_NAME_WORD(dentry, 1, renamed);
	if (len > 16)
		*(u64 *)(to + 17) = SHORT_NAME_WORD(dentry, 2, renamed);
}

static __always_inline bool put_typed_component(struct workspace *ws, struct dentry *dentry)
{
	u32 len = READ(dentry, d_name.len), at = ws->walk.pos;
	char *to;

	/* There is room: a limit lies SAKER_STR_MAX and a header from the start. */
	if (len <= SHORT_COMPONENT && at <= SAKER_STR_MAX) {
		ws->walk.pos = at + len + 1;
		put_short_component(ws, dentry, at, len, SHORT_NAME_RENAMED);
		return true;
	}
	to = add_component(ws, len);
	if (!to)
		return false;
	opaque(len);
	bpf_probe_read_kernel(to, len & NAME_MAX, (void *)READ(dentry, d_name.name));
	return true;
}

#define USUAL_LEVELS 16
_Static_assert(USUAL_LEVELS * (SHORT_COMPONENT + 1) < SAKER_STR_MAX, "the usual way needs no look at the limit");

/*
 * Up to the process's root directory, `top` of its file system, where no mount and no long name lies between, as nearly
 * always: the way ends there, and nothing else has to be asked on it. False: it is another way, walked from its
 * beginning. @renamed: see SHORT_NAME_WORD
 */
static __always_inline bool walk_usual(struct workspace *ws, struct dentry *dentry, struct dentry *top, bool renamed)
{
	u64 at = ws->walk.pos;
	u32 len;

	if (at > SAKER_STR_MAX)
		return false;
	/* clang would compare with the root directory, which it keeps on the stack. */
	opaque(top);
	_Pragma("clang loop unroll_count(8)") for (u32 level = 0; level < USUAL_LEVELS; level++) {
		if (dentry == top) {
			ws->walk.pos = at;
			return true;
		}
		len = READ(dentry, d_name.len);
		if (len > SHORT_COMPONENT)
			return false;
		put_short_component(ws, dentry, at, len, renamed);
		at += len + 1;
		/* Changes nothing, and the verifier forgets which of the lengths it was. */
		opaque(at);
		at &= 2 * SAKER_STR_MAX - 1;
		dentry = READ(dentry, d_parent);
	}
	return false;
}

/* False: walk_probing must do it. */
static __always_inline bool walk_typed(struct workspace *ws, struct path *path, struct fs_struct *fs, u32 max)
{
	struct dentry *dentry = READ(path, dentry), *root = READ(fs, root.dentry), *parent, *top;
	struct vfsmount *mnt = READ(path, mnt);
	struct mount *m, *above;

	begin_walk(ws);
	if (!dentry) {
		ws->walk.flags = SAKER_STR_FAULT;
		return true;
	}
	if (!READ(dentry, d_hash.pprev) && READ(dentry, d_parent) != dentry)
		ws->walk.flags |= SAKER_STR_UNLINKED;
	top = READ(mnt, mnt_root);
	if (top == root && mnt == READ(fs, root.mnt) &&
	    (SHORT_NAME_RENAMED ? walk_usual(ws, dentry, top, true) : walk_usual(ws, dentry, top, false)))
		return true;
	for (u32 level = 0; level < max; level++) {
		if (dentry == root && mnt == READ(fs, root.mnt))
			return true;
		parent = READ(dentry, d_parent);
		if (dentry != top && dentry != parent) {
			if (!put_typed_component(ws, dentry))
				return true;
			dentry = parent;
			continue;
		}
		if (!CAN_CAST)
			return false;
		m = CAST(struct mount, (u64)mnt - bpf_core_field_offset(struct mount, mnt));
		above = READ(m, mnt_parent);
		if (dentry != top || above == m) {
			/* See walk_step. */
			ws->walk.flags |= SAKER_STR_UNREACHABLE;
			if (dentry != top)
				put_typed_component(ws, dentry);
			return true;
		}
		dentry = READ(m, mnt_mountpoint);
		/* The same kind of pointer as in the rounds before: fewer states for the verifier. */
		mnt = CAST(struct vfsmount, &above->mnt);
		top = READ(mnt, mnt_root);
	}
	if (!CAN_CAST)
		return false;
	ws->walk.flags |= SAKER_STR_CUT;
	return true;
}

/* The name of walk.path, seen from walk.fs: text at the end of the record up to walk.pos, and walk.flags. The caller
 * has seen that there is room. */
__noinline int walk_path(u32 slot)
{
	struct workspace *ws = workspace_of(slot);

	if (!ws)
		return 0;
	if (CAN_CAST && !FIRST)
		walk_typed(ws, CAST(struct path, ws->walk.path), CAST(struct fs_struct, ws->walk.fs), SAKER_PATH_LEVELS);
	else
		walk_probing(ws);
	return 0;
}

#endif
