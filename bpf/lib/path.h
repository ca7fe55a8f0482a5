/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_PATH_H
#define SAKER_PATH_H
/*
 * The name of a file as the process sees it: from its dentry up through the
 * mounts to the root directory of the process, like d_path in fs/d_path.c.
 *
 * The state lies in a map value because the verifier forgets what it knew of
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

/* From walk.path, seen from walk.fs; leaves the text in walk.buf[pos .. WALK_MAX). */
__noinline int walk_path(u32 slot)
{
	struct workspace *ws = workspace_of(slot);
	struct dentry *dentry;
	struct fs_struct *fs;
	struct path *path;
	struct walk *w;

	if (!ws)
		return 0;
	w = &ws->walk;
	path = (void *)w->path;
	fs = (void *)w->fs;
	dentry = BPF_CORE_READ(path, dentry);
	w->pos = WALK_MAX;
	w->flags = 0;
	w->dentry = (u64)dentry;
	enter_mount(w, mount_of(BPF_CORE_READ(path, mnt)));
	w->root_dentry = (u64)BPF_CORE_READ(fs, root.dentry);
	w->root_mnt = mount_of(BPF_CORE_READ(fs, root.mnt));
	if (!dentry) {
		w->flags = SAKER_STR_FAULT;
		return 0;
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
	return 0;
}

#endif
