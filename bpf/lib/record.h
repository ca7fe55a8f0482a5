/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_RECORD_H
#define SAKER_RECORD_H
/* Building a record in a workspace: header, strings, hand-over to the ring. */
#include "compat.h"
#include "path.h"

#define PF_KTHREAD 0x00200000

static __always_inline u64 cgroup_id_of(struct task_struct *task)
{
	return READ(task, cgroups, dfl_cgrp, kn, id);
}

static __always_inline void read_comm(char *comm, struct task_struct *task)
{
	if (CAN_CAST) {
		((u64 *)comm)[0] = word_at(&task->comm);
		((u64 *)comm)[1] = word_at(&task->comm[8]);
	} else {
		bpf_core_read(comm, SAKER_COMM_LEN, &task->comm);
	}
}

static __always_inline void fill_header(struct saker_header *h, struct task_struct *task, u32 type, u32 layout,
					u32 nstr, u32 size)
{
	const struct cred *cred = READ(task, cred);

	h->len = size;
	h->type = type;
	h->layout = layout;
	h->nstr = nstr;
	h->ts = bpf_ktime_get_boot_ns();
	h->cgroup_id = cgroup_id_of(task);
	h->start = READ(task, group_leader, start_boottime);
	h->pid = READ(task, tgid);
	h->tid = READ(task, pid);
	h->uid = READ(cred, euid.val);
	h->gid = READ(cred, egid.val);
	h->ret = 0;
	h->flags = 0;
	h->cpu = bpf_get_smp_processor_id();
	read_comm(h->comm, task);
}

static __always_inline void begin_record(struct workspace *ws, struct task_struct *task, u32 type, u32 layout,
					 u32 nstr, u32 size)
{
	fill_header(&ws->record.h, task, type, layout, nstr, size);
	ws->end = size;
}

/* Where the next string goes. Behind the last possible place `slack` still has
 * room for one string, which is what lets the verifier accept a full-size read. */
_Static_assert(sizeof(struct record) <= 0xffff, "offsets in a record are 16 bits");

static __always_inline char *string_place(struct workspace *ws)
{
	u32 end = ws->end;

	if (end > sizeof(struct record) - 8)
		return NULL;
	return (char *)&ws->record + end;
}

/* Describes `len` bytes written at string_place and pads them. */
static __always_inline void end_string(struct workspace *ws, struct saker_str *cell, u32 len, u32 flags)
{
	u32 begin = ws->end, last;

	cell->off = begin;
	cell->len = len;
	cell->flags = flags;
	cell->pad = 0;
	if (len & 7) {
		last = begin + (len & ~7u);
		opaque(last);
		if (last <= sizeof(struct record) - 8)
			*(u64 *)((char *)&ws->record + (last & ~7u)) &= (1ull << ((len & 7) * 8)) - 1;
	}
	ws->end = begin + ((len + 7) & ~7u);
}

static __always_inline void put_absent(struct workspace *ws, struct saker_str *cell, u32 flags)
{
	end_string(ws, cell, 0, flags);
}

/* A string ended by zero; `max` bytes are kept at most. */
static __always_inline void put_string(struct workspace *ws, struct saker_str *cell, const void *from, u32 max,
				       bool user)
{
	char *to = string_place(ws);
	long n;

	if (!to || !from)
		return put_absent(ws, cell, from ? SAKER_STR_CUT : user ? SAKER_STR_FAULT : 0);
	n = user ? bpf_probe_read_user_str(to, max + 8, from) : bpf_probe_read_kernel_str(to, max + 8, from);
	/* Of an empty string in user memory not even the zero byte is counted. */
	if (n <= 0)
		return put_absent(ws, cell, n < 0 ? SAKER_STR_FAULT : 0);
	if (n > max + 1)
		return end_string(ws, cell, max, SAKER_STR_CUT);
	end_string(ws, cell, n - 1, 0);
}

/* The beginning of a buffer in user memory, for rules that look at data. */
static __always_inline void put_data(struct workspace *ws, struct saker_str *cell, u64 from, u64 len)
{
	u32 flags = len > SAKER_DATA_MAX ? SAKER_STR_CUT : 0;
	char *to = string_place(ws);

	if (!to || len == 0 || !part_wanted(SAKER_PART_DATA))
		return put_absent(ws, cell, 0);
	if (flags)
		len = SAKER_DATA_MAX;
	opaque(len);
	if (len > SAKER_DATA_MAX)
		return;
	if (bpf_probe_read_user(to, len, (void *)from))
		return put_absent(ws, cell, SAKER_STR_FAULT);
	end_string(ws, cell, len, flags);
}

/* Bytes of the buffer that mean something: what was moved, or what a write that failed was given. */
static __always_inline u64 data_length(s64 ret, u64 size, bool filled)
{
	if (ret >= 0)
		return ret;
	return filled ? 0 : size;
}

/* The name of a file as the process with `fs` sees it. */
static __always_inline void put_path(struct workspace *ws, struct saker_str *cell, struct path *path,
				     struct fs_struct *fs)
{
	if (!string_place(ws))
		return put_absent(ws, cell, SAKER_STR_CUT);
	ws->walk.path = (u64)path;
	ws->walk.fs = (u64)fs;
	walk_path(ws->slot);
	end_string(ws, cell, ws->walk.length, ws->walk.flags);
}

/* Deeper names are walked by the other means. */
#define TYPED_LEVELS 16

/* The same, much cheaper on 5.15 to 6.3 if no mount is crossed. The pointers must have kept their types; the price is
 * that every place of use is verified. */
static __always_inline void put_typed_path(struct workspace *ws, struct saker_str *cell, struct path *path,
					   struct fs_struct *fs)
{
	if (!TYPED || CAN_CAST || !string_place(ws) || !collect_names(&ws->walk, path, fs, TYPED_LEVELS))
		return put_path(ws, cell, path, fs);
	join_names(ws, TYPED_LEVELS);
	end_string(ws, cell, ws->walk.length, ws->walk.flags);
}

/* Descriptor `fd` of the task, or NULL; without its type. */
static __always_inline struct file *file_of(struct task_struct *task, s32 fd)
{
	struct fdtable *fdt = READ(task, files, fdt);
	struct file **table = READ(fdt, fd);

	if (fd < 0 || (u32)fd >= READ(fdt, max_fds))
		return NULL;
	return (struct file *)word_at(&table[fd]);
}

#define AT_FDCWD -100

/* The directory that a relative name starts from; nothing for an absolute name. */
static __always_inline void put_base(struct workspace *ws, struct saker_str *cell, struct saker_str *name,
				     struct task_struct *task, s32 dirfd)
{
	struct fs_struct *fs = READ(task, fs);
	struct file *dir;
	u32 off = name->off;

	if (off > sizeof(struct record) - 8 || (name->len && ((char *)&ws->record)[off] == '/'))
		return put_absent(ws, cell, 0);
	if (dirfd == AT_FDCWD)
		return put_path(ws, cell, &fs->pwd, fs);
	dir = file_of(task, dirfd);
	if (!dir)
		return put_absent(ws, cell, SAKER_STR_FAULT);
	put_path(ws, cell, &dir->f_path, fs);
}

static __always_inline void send_record(struct workspace *ws, bool bulk)
{
	u32 len = ws->end, type = ws->record.h.type;
	bool sent = false;

	ws->record.h.len = len;
	opaque(len);
	if (len > sizeof(struct record))
		return count(type, false);
	if (!bulk || bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) <= config.bulk_limit)
		sent = bpf_ringbuf_output(&ring, &ws->record, len, 0) == 0;
	count(type, sent);
}

#endif
