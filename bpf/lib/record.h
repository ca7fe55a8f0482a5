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
#ifdef SAKER_TYPED
	((u64 *)comm)[0] = *(u64 *)&task->comm[0];
	((u64 *)comm)[1] = *(u64 *)&task->comm[8];
#else
	bpf_core_read(comm, SAKER_COMM_LEN, &task->comm);
#endif
}

/* All but the length, which send_record knows. @tgid: of the task; a load that many have made already */
static __always_inline void fill_header(struct saker_header *h, struct task_struct *task, u32 tgid, u32 type, u32 layout,
					u32 nstr, s64 ret, u32 flags)
{
	const struct cred *cred = READ(task, cred);
	struct task_struct *leader = task;

	if (CAN_CAST)
		cred = CAST(const struct cred, cred); /* see own_task */
	h->type = type;
	h->layout = layout;
	h->nstr = nstr;
	h->ts = bpf_ktime_get_boot_ns();
	h->cgroup_id = cgroup_id_of(task);
	h->pid = tgid;
	h->tid = READ(task, pid);
	/* Most are their own leader; where loads are checked that is worth a look. */
	if (CAN_CAST || tgid != h->tid)
		leader = READ(task, group_leader);
	h->start = READ(leader, start_boottime);
	h->uid = READ(cred, euid.val);
	h->gid = READ(cred, egid.val);
	h->ret = ret;
	h->flags = flags;
	h->cpu = bpf_get_smp_processor_id();
	read_comm(h->comm, task);
}

static __always_inline void begin_record(struct workspace *ws, struct task_struct *task, u32 type, u32 layout,
					 u32 nstr, u32 size)
{
	fill_header(&ws->record.h, task, READ(task, tgid), type, layout, nstr, 0, 0);
	ws->end = size;
}

/* Where the next string goes. Behind the last possible place `slack` still has
 * room for one string, which is what lets the verifier accept a full-size read. */
_Static_assert(sizeof(struct record) <= 0xffff, "offsets in a record are 16 bits");

static __always_inline char *string_place(struct workspace *ws)
{
	u64 end = ws->end;

	opaque(end);
	if (end > sizeof(struct record) - 8)
		return NULL;
	return (char *)&ws->record + end;
}

static __always_inline void set_cell(struct saker_str *cell, u32 off, u32 len, u32 flags)
{
	*(u64 *)cell = off | (u64)len << 16 | (u64)flags << 32;
}

/* Describes `len` bytes written at string_place and pads them. */
static __always_inline void end_string(struct workspace *ws, struct saker_str *cell, u32 len, u32 flags)
{
	u32 begin = ws->end;
	u64 last = begin + len;

	set_cell(cell, begin, len, flags);
	ws->end = (last + 7) & ~7u;
	opaque(last);
	/* The padding, and what the next string overwrites. */
	if (last <= sizeof(struct record))
		*(u64 *)((char *)&ws->record + last) = 0;
}

static __always_inline void put_absent(struct workspace *ws, struct saker_str *cell, u32 flags)
{
	set_cell(cell, ws->end, 0, flags);
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

/* Most names are shorter. */
#define SHORT_NAME 96

/* A name in user memory. What the kernel copies to the stack it does not have to check against the heap. */
static __always_inline void put_user_name(struct workspace *ws, struct saker_str *cell, u64 from)
{
	u64 name[SHORT_NAME / 8], *to = (u64 *)string_place(ws);
	long n = bpf_probe_read_user_str(name, sizeof(name), (void *)from);

	if (!to || n <= 0 || n == sizeof(name))
		return put_string(ws, cell, (void *)from, SAKER_STR_MAX, true);
	for (u32 i = 0; i < 4; i++)
		to[i] = name[i];
	if (n > 32)
		for (u32 i = 4; i < SHORT_NAME / 8; i++)
			to[i] = name[i];
	end_string(ws, cell, n - 1, 0);
}

/* The beginning of a buffer in user memory, for rules that look at data. */
static __always_inline void put_data(struct workspace *ws, struct saker_str *cell, u64 from, u64 len)
{
	u32 flags = len > config.data_bytes ? SAKER_STR_CUT : 0;
	char *to = string_place(ws);

	if (!to || len == 0 || !part_wanted(SAKER_PART_DATA))
		return put_absent(ws, cell, 0);
	if (flags)
		len = config.data_bytes;
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

static __always_inline void end_walk(struct workspace *ws, struct saker_str *cell)
{
	end_string(ws, cell, ws->walk.pos - ws->end, ws->walk.flags);
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
	end_walk(ws, cell);
}

/* Deeper names are walked by the other means. */
#define TYPED_LEVELS 16

/* The same, much cheaper on 5.15 to 6.3 if no mount is crossed. The pointers must have kept their types; the price is
 * that every place of use is verified. */
static __always_inline void put_typed_path(struct workspace *ws, struct saker_str *cell, struct path *path,
					   struct fs_struct *fs)
{
	if (!TYPED || CAN_CAST || !string_place(ws) || !walk_typed(ws, path, fs, TYPED_LEVELS))
		return put_path(ws, cell, path, fs);
	end_walk(ws, cell);
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
	struct fs_struct *fs;
	struct file *dir;
	u64 off = name->off;

	opaque(off);
	if (off > sizeof(struct record) - 8 || (name->len && ((char *)&ws->record)[off] == '/'))
		return put_absent(ws, cell, 0);
	fs = READ(task, fs);
	if (dirfd == AT_FDCWD)
		return put_path(ws, cell, &fs->pwd, fs);
	dir = file_of(task, dirfd);
	if (!dir)
		return put_absent(ws, cell, SAKER_STR_FAULT);
	put_path(ws, cell, &dir->f_path, fs);
}

/*
 * Short records get a place of one of a few sizes in the ring and are copied by words, for half of what
 * bpf_ringbuf_output costs. What lies behind the last string is not looked at.
 */
#define SHORT_RECORD 288

static __always_inline u32 short_size(u32 len)
{
	return len <= 176 ? 176 : len <= 208 ? 208 : len <= 240 ? 240 : len <= 256 ? 256 : SHORT_RECORD;
}

#define COPY_WORDS(to, from, begin, end)                                                   \
	_Pragma("clang loop unroll(full)") for (u32 i = (begin) / 8; i < (end) / 8; i++) \
		(to)[i] = (from)[i]

/* A record from byte `begin` on. @size: what short_size() gave, and what was reserved */
static __always_inline void copy_short(u64 *to, const u64 *from, u32 begin, u64 size)
{
	COPY_WORDS(to, from, begin, 176);
	if (size > 176)
		COPY_WORDS(to, from, 176, 208);
	if (size > 208)
		COPY_WORDS(to, from, 208, 240);
	if (size > 240)
		COPY_WORDS(to, from, 240, 256);
	if (size > 256)
		COPY_WORDS(to, from, 256, SHORT_RECORD);
}

static __always_inline bool send_long(struct workspace *ws)
{
	u32 len = ws->end;

	ws->record.h.len = len;
	opaque(len);
	return len <= sizeof(struct record) && bpf_ringbuf_output(&ring, &ws->record, len, 0) == 0;
}

/* A place for the record, which is short. */
static __always_inline void *reserve_short(struct workspace *ws, u64 *size)
{
	*size = short_size(ws->end);
	/* Else clang compares with the length again, which the verifier does not relate to it. */
	opaque(*size);
	return bpf_ringbuf_reserve(&ring, *size, 0);
}

static __always_inline bool send_bytes(struct workspace *ws)
{
	u64 size, *to;

	if (ws->end > SHORT_RECORD)
		return send_long(ws);
	to = reserve_short(ws, &size);
	if (!to)
		return false;
	ws->record.h.len = size;
	copy_short(to, (u64 *)&ws->record, 0, size);
	bpf_ringbuf_submit(to, 0);
	return true;
}

/* Whether a record may have a place; those that are no bulk may have the last one. */
static __always_inline bool has_room(bool bulk)
{
	return !bulk || bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) <= config.bulk_limit;
}

static __always_inline void send_record_here(struct workspace *ws, bool bulk)
{
	count(ws->record.h.type, has_room(bulk) && send_bytes(ws));
}

/* Not inlined: one copy in the object, and the verifier sees it where it is called. */
static __noinline int send_record(struct workspace *ws, bool bulk)
{
	send_record_here(ws, bulk);
	return 0;
}

#endif
