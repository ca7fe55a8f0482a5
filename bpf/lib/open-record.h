/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_OPEN_RECORD_H
#define SAKER_OPEN_RECORD_H
/* The parts of a SAKER_LAYOUT_OPEN record. */
#include "../guard/opens.h"
#include "inode.h"
#include "record.h"

#define FMODE_CREATED 0x100000
/* The kernel adds it to every 64-bit open; programs on x86-64 never ask for it. */
#define O_LARGEFILE 0100000
#define S_IALLUGO 07777
/* 5.15 to 6.3: what is found by its descriptor has no type there, see leave_file. */
#define LEAVES_FILES (TYPED && !CAN_CAST)

#define O_WRONLY 01

static __always_inline void fill_asked(struct saker_open *o, s32 dirfd, struct asked *asked, bool compat)
{
	o->dirfd = dirfd;
	o->open_flags = compat ? asked->flags : asked->flags & ~O_LARGEFILE;
	o->mode = asked->mode & S_IALLUGO;
	o->resolve = asked->resolve;
}

/* All but the file and the strings. */
static __always_inline void begin_open(struct saker_open *o, struct task_struct *task, u32 tgid, u32 type,
				       s32 dirfd, s64 ret, struct asked *asked, u32 flags)
{
	fill_header(&o->h, task, tgid, type, SAKER_LAYOUT_OPEN, SAKER_OPEN_NSTR, ret, flags);
	fill_asked(o, dirfd, asked, flags & SAKER_FLAG_COMPAT);
}

static __always_inline void fill_opened(struct saker_open *o, struct file *file, struct inode *inode, bool typed)
{
	struct super_block *sb = GET(typed, inode, i_sb);
	u32 dev = GET(typed, sb, s_dev);

	o->dev = encode_dev(dev);
	o->ino = GET(typed, inode, i_ino);
	o->file_mode = GET(typed, inode, i_mode);
	o->nlink = GET(typed, inode, i_nlink);
	if (GET(typed, file, f_mode) & FMODE_CREATED)
		o->h.flags |= SAKER_FLAG_CREATED;
	/* overlayfs has no block device: its major number is 0. */
	if (dev >> 20 == 0)
		o->h.flags |= overlay_flags(inode, GET(typed, sb, s_magic));
}

/* A number that is another one when the thread has given up its processor: how often it has got one, where the kernel
 * counts that (CONFIG_SCHED_INFO), else how often it gave one up. */
static __always_inline u64 switches_of(struct task_struct *task)
{
	if (bpf_core_field_exists(task->sched_info.pcount))
		return READ(task, sched_info.pcount);
	return (u64)READ(task, nvcsw) + (u64)READ(task, nivcsw);
}

/*
 * The name that the kernel took from the caller, if it is short; else the cell is 0. Word by word: each load that the
 * verifier knows costs a tenth of a helper call.
 */
static __always_inline void leave_name(struct workspace *ws, struct saker_str *cell, struct filename *name)
{
	u64 *to = (u64 *)string_place(ws), word, zeros;

	*(u64 *)cell = 0;
	/* Nearly always it lies behind the struct. */
	if (!READS_TEXT || !to || (u64)READ(name, name) != (u64)name + bpf_core_field_offset(name->iname))
		return;
	_Pragma("clang loop unroll(full)") for (u32 i = 0; i < SHORT_NAME / 8; i++) {
		word = ((u64 *)&name->iname[0])[i];
		to[i] = word;
		/* Of ASCII this is 0 unless a byte is zero; other bytes may look like zero. */
		zeros = (word - ONES) & (ONES << 7);
		if (!zeros)
			continue;
		/* The lowest bit that is set is the highest of the first byte that is zero; counted are the ones below. */
		zeros &= ~word;
		if (zeros)
			return end_string(ws, cell, i * 8 - 1 + ((((zeros - 1) & ~zeros & ONES) * ONES) >> 56), 0);
	}
}

/*
 * 5.15 to 6.3: what is found by its descriptor has no type, so facts and name cost 3,000 instructions. The file that
 * do_filp_open returns has one. That program leaves here what it knows of the file, with the name given, where the
 * program of the system call completes it to the record if the thread has not been switched out in between: then
 * nobody else has run on this processor, and no run of either program was skipped. Of a file that no rule asks for only
 * that is left.
 */
static __always_inline void leave_file(struct task_struct *task, s32 dirfd, struct filename *name, struct file *file)
{
	struct workspace *ws = workspace_of(SLOT_OPENED);
	struct saker_open *o;

	if (!ws || ws->busy)
		return;
	o = &ws->record.open;
	ws->busy = 1;
	ws->task = 0;
	ws->end = sizeof(*o);
	o->h.flags = 0;
	ws->dropped = file_is_unwanted(ws, task, dirfd, name, file);
	if (ws->dropped) {
		ws->switches = switches_of(task);
		ws->task = (u64)task;
	} else if (walk_typed(ws, &file->f_path, READ(task, fs), TYPED_LEVELS)) {
		end_walk(ws, &o->str[SAKER_OPEN_PATH]);
		leave_name(ws, &o->str[SAKER_OPEN_NAME], name);
		fill_opened(o, file, READ(file, f_inode), true);
		ws->switches = switches_of(task);
		ws->task = (u64)task;
	}
	ws->busy = 0;
}

/* Whether the file that the task opened was left. In other workspaces than SLOT_OPENED nobody leaves one. */
static __always_inline bool is_left(struct workspace *ws, struct task_struct *task)
{
	return ws->task == (u64)task && ws->switches == switches_of(task);
}

/* Whether it is there for a record; only once. */
static __always_inline bool take_file(struct workspace *ws, struct task_struct *task)
{
	bool left = is_left(ws, task) && !ws->dropped;

	ws->task = 0;
	return left;
}

/* `file` is without its type; NULL: there is none. */
static __always_inline void put_file(struct workspace *ws, struct task_struct *task, struct file *file)
{
	struct saker_open *o = &ws->record.open;
	struct inode *inode;

	if (CAN_CAST)
		file = CAST(struct file, file);
	inode = GET(CAN_CAST, file, f_inode);
	if (!inode) {
		o->h.flags |= SAKER_FLAG_FILE_ABSENT;
		o->dev = o->file_mode = o->nlink = 0;
		o->ino = 0;
		return put_absent(ws, &o->str[SAKER_OPEN_PATH], 0);
	}
	fill_opened(o, file, inode, CAN_CAST);
	/* Here, not in walk_path: nearly every open comes this way. */
	if (FIRST || !CAN_CAST || !string_place(ws))
		return put_path(ws, &o->str[SAKER_OPEN_PATH], &file->f_path, READ(task, fs));
	walk_typed(ws, &file->f_path, READ(task, fs), SAKER_PATH_LEVELS);
	end_walk(ws, &o->str[SAKER_OPEN_PATH]);
}

/* Sends what is there but for the header, which is filled where it will be read. In its place lie the flags that tell of
 * the file. */
static __always_inline bool send_opened(struct workspace *ws, struct task_struct *task, u32 tgid, u32 type, s32 ret,
					u32 flags)
{
	struct saker_open *o = &ws->record.open, *to;
	u64 size;

	flags |= o->h.flags;
	if (ws->end > SHORT_RECORD) {
		fill_header(&o->h, task, tgid, type, SAKER_LAYOUT_OPEN, SAKER_OPEN_NSTR, ret, flags);
		return send_long(ws);
	}
	to = reserve_short(ws, &size);
	if (!to)
		return false;
	fill_header(&to->h, task, tgid, type, SAKER_LAYOUT_OPEN, SAKER_OPEN_NSTR, ret, flags);
	to->h.len = size;
	copy_short((u64 *)to, (u64 *)o, sizeof(o->h), size);
	bpf_ringbuf_submit(to, 0);
	return true;
}

#endif
