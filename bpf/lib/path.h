/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_PATH_H
#define SAKER_PATH_H
/*
 * The name of a file as the process sees it: from its dentry up through the
 * mounts to the root directory of the process, like d_path in fs/d_path.c.
 *
 * There are two walks. collect_names reads through typed pointers, for a fraction of the other's cost; before 6.4 it
 * cannot cross a mount. walk_up reads through the helper and goes everywhere.
 *
 * Their state lies in a map value because the verifier forgets what it knew of
 * map memory: 64 rounds cost 12 thousand verified instructions, against more than
 * a million with the state on the stack. A global function is verified once for
 * each program, however often the program calls it; before 5.13 it takes nothing
 * but numbers, so the rest lies in the workspace.
 */
#include "maps.h"

/* d_parent and d_name are neighbours in every kernel so far: one read for both. */
static __always_inline void read_dentry(struct walk *w)
{
	struct dentry *d = (void *)w->dentry;

	if (bpf_core_field_offset(d->d_name) == bpf_core_field_offset(d->d_parent) + 8) {
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
	w->mnt_root = (u64)BPF_CORE_READ((struct mount *)mnt, mnt.mnt_root);
}

/* Puts "/NAME" before the text. Returns false when there is no room. */
static __always_inline bool prepend(struct walk *w, u32 len, u64 name)
{
	u32 pos = w->pos;

	if (len > 255 || pos > WALK_MAX || pos < len + 1) {
		w->flags |= SAKER_STR_CUT;
		return false;
	}
	pos -= len + 1;
	w->pos = pos;
	pos &= WALK_MAX - 1;
	w->buf[pos] = '/';
	opaque(len);
	len &= 255;
	bpf_probe_read_kernel(&w->buf[pos + 1], len, (void *)name);
	return true;
}

/* One level up. Returns false at the end. */
static __always_inline bool walk_step(struct walk *w)
{
	struct mount *m = (void *)w->mnt;
	u64 parent;

	if (w->dentry == w->root_dentry && w->mnt == w->root_mnt)
		return false;
	read_dentry(w);
	if (w->dentry != w->mnt_root && w->dentry != w->at.parent) {
		if (!prepend(w, w->at.len, w->at.name))
			return false;
		w->dentry = w->at.parent;
		return true;
	}
	parent = (u64)BPF_CORE_READ(m, mnt_parent);
	if (w->dentry == w->mnt_root && parent != w->mnt) {
		w->dentry = (u64)BPF_CORE_READ(m, mnt_mountpoint);
		enter_mount(w, parent);
		return true;
	}
	/* The top of a tree that is not the process's: another mount namespace, a
	 * detached mount, a file without a place such as a memfd (which has a name). */
	w->flags |= SAKER_STR_UNREACHABLE;
	if (w->dentry != w->mnt_root)
		prepend(w, w->at.len, w->at.name);
	return false;
}

/* Leaves the text in buf[pos .. WALK_MAX). */
static __always_inline void walk_up(struct walk *w)
{
	struct fs_struct *fs = (void *)w->fs;
	struct path *path = (void *)w->path;
	struct dentry *dentry = BPF_CORE_READ(path, dentry);

	w->pos = WALK_MAX;
	w->flags = 0;
	w->dentry = (u64)dentry;
	enter_mount(w, mount_of(BPF_CORE_READ(path, mnt)));
	w->root_dentry = (u64)BPF_CORE_READ(fs, root.dentry);
	w->root_mnt = mount_of(BPF_CORE_READ(fs, root.mnt));
	if (!dentry) {
		w->flags = SAKER_STR_FAULT;
		return;
	}
	if (!BPF_CORE_READ(dentry, d_hash.pprev) && BPF_CORE_READ(dentry, d_parent) != dentry)
		w->flags |= SAKER_STR_UNLINKED;
	for (int i = 0; i < SAKER_PATH_LEVELS; i++)
		if (!walk_step(w))
			goto done;
	w->flags |= SAKER_STR_CUT;
done:
	/* A cut name must not look absolute. */
	if ((w->flags & SAKER_STR_CUT) && w->pos < WALK_MAX)
		w->pos++;
	else if (w->pos == WALK_MAX)
		prepend(w, 0, 0);
}

static __always_inline bool collect_name(struct walk *w, u32 level, struct dentry *dentry)
{
	u32 len = READ(dentry, d_name.len);

	if (len > 255 || w->length + len + 1 > SAKER_STR_MAX)
		return false;
	w->names[level].text = (u64)READ(dentry, d_name.name);
	w->names[level].len = len;
	w->length += len + 1;
	return true;
}

/* Leaves names, levels and flags. False: walk_up must do it. */
static __always_inline bool collect_names(struct walk *w, struct path *path, struct fs_struct *fs, u32 max)
{
	struct dentry *dentry = READ(path, dentry), *root = READ(fs, root.dentry), *parent, *top;
	struct vfsmount *mnt = READ(path, mnt), *root_mnt = READ(fs, root.mnt);
	struct mount *m, *above;
	u32 level = 0;

	w->flags = 0;
	w->length = 0;
	w->levels = 0;
	if (!dentry) {
		w->flags = SAKER_STR_FAULT;
		return true;
	}
	if (!READ(dentry, d_hash.pprev) && READ(dentry, d_parent) != dentry)
		w->flags = SAKER_STR_UNLINKED;
	for (; level < max; level++) {
		/* The same kind of pointer in each round, whichever way it came: fewer states for the verifier. */
		if (CAN_CAST) {
			dentry = CAST(struct dentry, dentry);
			mnt = CAST(struct vfsmount, mnt);
		}
		if (dentry == root && mnt == root_mnt)
			goto done;
		top = READ(mnt, mnt_root);
		parent = READ(dentry, d_parent);
		if (dentry != top && dentry != parent) {
			if (!collect_name(w, level, dentry))
				break;
			dentry = parent;
			continue;
		}
		if (!CAN_CAST)
			return false;
		m = CAST(struct mount, (u64)mnt - bpf_core_field_offset(struct mount, mnt));
		above = READ(m, mnt_parent);
		if (dentry != top || above == m) {
			/* See walk_step. */
			w->flags |= SAKER_STR_UNREACHABLE;
			if (dentry != top && collect_name(w, level, dentry))
				level++;
			goto done;
		}
		w->names[level].text = 0;
		dentry = READ(m, mnt_mountpoint);
		mnt = &above->mnt;
	}
	if (!CAN_CAST)
		return false;
	w->flags |= SAKER_STR_CUT;
done:
	w->levels = level;
	return true;
}

/* Copies `len` bytes, at most 255, and perhaps some more. */
static __always_inline void copy_name(char *to, u64 text, u32 len)
{
	struct pt_regs *words;

	if (CAN_CAST && len <= 16) {
		/* As word_at, with one cast. Names lie in memory of 32 bytes at least. */
		words = CAST(struct pt_regs, text);
		((u64 *)to)[0] = READ(words, r15);
		((u64 *)to)[1] = READ(words, r14);
		return;
	}
	opaque(len);
	bpf_probe_read_kernel(to, len & 255, (void *)text);
}

/* The names from the top down, at the end of the record; `length` becomes that of the text. */
static __always_inline void join_names(struct workspace *ws, u32 max)
{
	struct walk *w = &ws->walk;
	u32 begin = ws->end, cut = w->flags & SAKER_STR_CUT;

	w->pos = begin;
	for (u32 i = 0; i < max; i++) {
		u32 level = w->levels - 1 - i, at = w->pos;
		char *to;

		if (level >= SAKER_PATH_LEVELS)
			break;
		level &= SAKER_PATH_LEVELS - 1;
		opaque(at);
		if (!w->names[level].text || at > sizeof(struct record) + SAKER_STR_MAX)
			continue;
		to = (char *)&ws->record + at;
		/* A cut name must not look absolute. */
		if (!cut)
			*to++ = '/';
		cut = 0;
		copy_name(to, w->names[level].text, w->names[level].len);
		w->pos = at + (to - (char *)&ws->record - at) + w->names[level].len;
	}
	if (w->pos == begin && begin <= sizeof(struct record) - 8) {
		((char *)&ws->record)[begin] = '/';
		w->pos++;
	}
	w->length = w->pos - begin;
}

/* The text of walk_up to the end of the record. */
static __always_inline void copy_walked(struct workspace *ws)
{
	u32 end = ws->end, pos = ws->walk.pos, len;

	ws->walk.length = 0;
	if (end > sizeof(struct record) - 8 || pos > WALK_MAX)
		return;
	len = WALK_MAX - pos;
	opaque(len);
	if (len > SAKER_STR_MAX)
		return;
	bpf_probe_read_kernel((char *)&ws->record + end, len, &ws->walk.buf[pos & (WALK_MAX - 1)]);
	ws->walk.length = len;
}

/* The name of walk.path, seen from walk.fs: text at the end of the record, walk.length and walk.flags. The caller has
 * seen that there is room. */
__noinline int walk_path(u32 slot)
{
	struct workspace *ws = workspace_of(slot);
	struct walk *w;

	if (!ws)
		return 0;
	w = &ws->walk;
	if (CAN_CAST) {
		collect_names(w, CAST(struct path, w->path), CAST(struct fs_struct, w->fs), SAKER_PATH_LEVELS);
		join_names(ws, SAKER_PATH_LEVELS);
	} else {
		walk_up(w);
		copy_walked(ws);
	}
	return 0;
}

#endif
