/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_TASK_H
#define SAKER_TASK_H
/* Facts of a process, the same for exec and for the iterator. */
#include "inode.h"
#include "record.h"

enum { PIDTYPE_PGID = 2, PIDTYPE_SID = 3 }; /* include/linux/pid_types.h */
#define PID_NS_LEVELS_MAX 32 /* MAX_PID_NS_LEVEL, include/linux/pid_namespace.h */

/* `pid` at one depth of the namespaces; most processes live in the outermost, 0. */
static __always_inline struct upid upid_at(struct pid *pid, u32 level)
{
	u64 at = (u64)level * bpf_core_type_size(struct upid);
	struct upid id = {};

	if (level == 0) {
		id.nr = READ(pid, numbers[0].nr);
		id.ns = READ(pid, numbers[0].ns);
		return id;
	}
	opaque(at);
	if (at <= PID_NS_LEVELS_MAX * sizeof(id))
		bpf_probe_read_kernel(&id, sizeof(id), (void *)&pid->numbers + at);
	return id;
}

/* Id of `pid` in its own, innermost namespace. */
static __always_inline struct upid innermost(struct pid *pid)
{
	return upid_at(pid, READ(pid, level));
}

/* Id of `pid` in the namespace of this depth; 0 where it is not seen, as getpgid(2) shows a group from outside. */
static __always_inline u32 id_at(struct pid *pid, u32 level)
{
	return READ(pid, level) >= level ? upid_at(pid, level).nr : 0;
}

static __always_inline u32 outermost(struct pid *pid)
{
	return READ(pid, numbers[0].nr);
}

static __always_inline void fill_ids(struct saker_exec *e, struct task_struct *task)
{
	struct task_struct *parent = READ(task, real_parent);
	struct signal_struct *signal = READ(task, signal);
	struct pid *pgid = READ(signal, pids[PIDTYPE_PGID]);
	struct pid *sid = READ(signal, pids[PIDTYPE_SID]);
	struct pid *pid = READ(task, group_leader, thread_pid);
	u32 level = READ(pid, level);
	struct upid own = innermost(pid);

	e->parent_start = READ(parent, group_leader, start_boottime);
	e->ppid = READ(parent, tgid);
	e->pgid = outermost(pgid);
	e->sid = outermost(sid);
	e->vpid = own.nr;
	e->vpgid = id_at(pgid, level);
	e->vsid = id_at(sid, level);
	e->pid_ns = LOOSE(own.ns, ns.inum);
	e->mnt_ns = READ(task, nsproxy, mnt_ns, ns.inum);
	e->mnt_user_ns = READ(task, nsproxy, mnt_ns, user_ns, ns.inum);
	e->net_ns = READ(task, nsproxy, net_ns, ns.inum);
}

static __always_inline void fill_credentials(struct saker_exec *e, struct task_struct *task)
{
	const struct cred *cred = READ(task, cred);

	e->uid = READ(cred, uid.val);
	e->gid = READ(cred, gid.val);
	e->suid = READ(cred, suid.val);
	e->sgid = READ(cred, sgid.val);
	/* One u64 since 6.3, two u32 before: the same eight bytes. */
	e->cap_permitted = word_at(&cred->cap_permitted);
	e->cap_effective = word_at(&cred->cap_effective);
	e->cap_inheritable = word_at(&cred->cap_inheritable);
	e->user_ns = READ(cred, user_ns, ns.inum);
	e->loginuid = 0xffffffff;
	if (bpf_core_field_exists(task->loginuid))
		e->loginuid = READ(task, loginuid.val);
}

static __always_inline void fill_executable(struct saker_exec *e, struct inode *inode)
{
	e->exe_dev = encode_dev(READ(inode, i_sb, s_dev));
	e->exe_ino = READ(inode, i_ino);
	e->exe_mode = READ(inode, i_mode);
	e->exe_nlink = READ(inode, i_nlink);
	e->exe_uid = READ(inode, i_uid.val);
	e->exe_gid = READ(inode, i_gid.val);
	e->exe_ctime = inode_ctime(inode);
	e->exe_mtime = inode_mtime(inode);
	e->h.flags |= inode ? overlay_flags(inode, READ(inode, i_sb, s_magic)) | readonly_flag(inode) : SAKER_FLAG_FILE_ABSENT;
}

/* Controlling terminal: number as in /proc/PID/stat, and its name. */
static __always_inline void put_tty(struct workspace *ws, struct task_struct *task)
{
	struct saker_exec *e = &ws->record.exec;
	struct tty_struct *tty = READ(task, signal, tty);
	u32 major, minor;

	e->tty = 0;
	if (!tty)
		return put_absent(ws, &e->str[SAKER_EXEC_TTY], 0);
	major = READ(tty, driver, major);
	minor = READ(tty, driver, minor_start) + READ(tty, index);
	e->tty = encode_dev(major << 20 | minor);
	put_string(ws, &e->str[SAKER_EXEC_TTY], &tty->name, SAKER_TTY_MAX, false);
}

struct cgroup_walk {
	struct workspace *ws;
	struct kernfs_node *node;
	u32 depth, len;
};

static long take_cgroup(u32 level, struct cgroup_walk *w)
{
	struct kernfs_node *node = w->node, *parent = kernfs_parent(node);

	if (!parent)
		return 1;
	if (level < SAKER_CGROUP_LEVELS)
		w->ws->walk.nodes[level] = (u64)READ(node, name);
	w->depth = level + 1;
	w->node = parent;
	return 0;
}

/* @step: 0 for the outermost */
static long put_cgroup_name(u32 step, struct cgroup_walk *w)
{
	u32 at = w->ws->end + w->len, level = w->depth - 1 - step;
	char *to;
	long n;

	opaque(at);
	opaque(level);
	if (level >= SAKER_CGROUP_LEVELS || at > sizeof(struct record) - 8)
		return 1;
	to = (char *)&w->ws->record + at;
	to[0] = '/';
	n = bpf_probe_read_kernel_str(to + 1, 256, (void *)w->ws->walk.nodes[level]);
	if (n <= 0 || w->len > 2048 - 257)
		return 1;
	w->len += n; /* the slash comes in, the ending zero goes out */
	return 0;
}

/* Names of the nodes are collected upwards and written downwards. */
static __noinline int put_cgroup(struct workspace *ws, struct task_struct *task)
{
	struct cgroup_walk w = { .ws = ws, .node = READ(task, cgroups, dfl_cgrp, kn) };
	u32 flags = 0;
	char *to;

	if (CAN_LOOP)
		bpf_loop(SAKER_CGROUP_LEVELS, take_cgroup, &w, 0);
	else
		for (u32 i = 0; i < SAKER_CGROUP_LEVELS && !take_cgroup(i, &w); i++)
			;
	if (w.depth == SAKER_CGROUP_LEVELS && kernfs_parent(w.node))
		flags = SAKER_STR_CUT;
	if (CAN_LOOP)
		bpf_loop(w.depth, put_cgroup_name, &w, 0);
	else
		for (u32 i = 0; i < SAKER_CGROUP_LEVELS && !put_cgroup_name(i, &w); i++)
			;
	to = string_place(ws);
	if (w.len == 0 && to) {
		to[0] = '/';
		w.len = 1;
	}
	end_string(ws, &ws->record.exec.str[SAKER_EXEC_CGROUP], w.len, flags);
	return 0;
}

/* Strings that lie one after another, each ended by zero; `max` bytes are kept at most. Only of the current task. */
static __always_inline void put_area(struct workspace *ws, struct saker_str *cell, u64 start, u64 end, u32 max)
{
	u64 len = end - start;
	u32 flags = len > max ? SAKER_STR_CUT : 0;
	char *to = string_place(ws);

	if (!to)
		return put_absent(ws, cell, SAKER_STR_CUT);
	if (flags)
		len = max;
	opaque(len);
	if (len > SAKER_STR_MAX)
		return;
	if (bpf_probe_read_user(to, len, (void *)start))
		return put_absent(ws, cell, SAKER_STR_FAULT);
	end_string(ws, cell, len, flags);
}

static __always_inline void put_argv(struct workspace *ws, struct mm_struct *mm)
{
	put_area(ws, &ws->record.exec.str[SAKER_EXEC_ARGV], READ(mm, arg_start), READ(mm, arg_end),
		 SAKER_STR_MAX);
}

/* The last string: it takes what longer names left, so that no length of them costs the whole record. */
static __always_inline void put_env(struct workspace *ws, struct mm_struct *mm)
{
	struct saker_str *cell = &ws->record.exec.str[SAKER_EXEC_ENV];
	u32 room = sizeof(struct record) - ws->end;

	if (!part_wanted(SAKER_PART_ENV))
		return put_absent(ws, cell, 0);
	put_area(ws, cell, READ(mm, env_start), READ(mm, env_end),
		 room < SAKER_STR_MAX ? room & ~7u : SAKER_STR_MAX);
}

static __always_inline void begin_exec(struct workspace *ws, struct task_struct *task, u32 type)
{
	struct saker_exec *e = &ws->record.exec;

	begin_record(ws, task, type, SAKER_LAYOUT_EXEC, SAKER_EXEC_NSTR, sizeof(*e));
	fill_ids(e, task);
	fill_credentials(e, task);
}

/* Executable and its name; the caller adds filename and argv, then put_surroundings. */
static __always_inline void put_executable(struct workspace *ws, struct task_struct *task, struct mm_struct *mm)
{
	struct saker_exec *e = &ws->record.exec;
	struct file *file = READ(mm, exe_file);

	fill_executable(e, READ(file, f_inode));
	if (file)
		put_typed_path(ws, &e->str[SAKER_EXEC_EXE], &file->f_path, READ(task, fs));
	else
		put_absent(ws, &e->str[SAKER_EXEC_EXE], 0);
}

static __always_inline void put_surroundings(struct workspace *ws, struct task_struct *task)
{
	struct fs_struct *fs = READ(task, fs);

	put_typed_path(ws, &ws->record.exec.str[SAKER_EXEC_CWD], &fs->pwd, fs);
	put_tty(ws, task);
	put_cgroup(ws, task);
}

#endif
