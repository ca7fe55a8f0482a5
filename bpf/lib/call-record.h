/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_CALL_RECORD_H
#define SAKER_CALL_RECORD_H
/* The parts of a SAKER_LAYOUT_CALL record, each as the call's row says. */
#include "inode.h"
#include "parts.h"

#define PR_SET_NAME 15

static __always_inline struct workspace *take_workspace(u32 slot, u32 type)
{
	struct workspace *ws = workspace_of(slot);

	if (!ws)
		return NULL;
	if (ws->busy) {
		count(type, false);
		return NULL;
	}
	ws->busy = 1;
	return ws;
}

static __always_inline void put_name(struct workspace *ws, struct saker_str *cell, struct saker_str *base, u64 name,
				     bool absent, bool with_base, s32 dirfd, struct task_struct *task)
{
	if (absent) {
		put_absent(ws, cell, 0);
		put_absent(ws, base, 0);
		return;
	}
	put_string(ws, cell, (void *)name, SAKER_STR_MAX, true);
	/* A null pointer is a fault of the caller, not an empty name. */
	if (!name)
		cell->flags = SAKER_STR_FAULT;
	if (with_base)
		put_base(ws, base, cell, task, dirfd);
	else
		put_absent(ws, base, 0);
}

static __always_inline void fill_file(struct saker_call *c, struct file *file)
{
	struct super_block *sb;
	struct inode *inode;

	if (CAN_CAST)
		file = CAST(struct file, file);
	inode = GET(CAN_CAST, file, f_inode);
	sb = GET(CAN_CAST, inode, i_sb);
	c->ino = GET(CAN_CAST, inode, i_ino);
	c->dev = encode_dev(GET(CAN_CAST, sb, s_dev));
	c->file_mode = GET(CAN_CAST, inode, i_mode);
	c->h.flags |= overlay_flags(inode, GET(CAN_CAST, sb, s_magic));
}

/* Who else is where chdir(2) went: directories belong to fs_struct, which clone(2) may share. */
static __always_inline u32 sharing(struct task_struct *task, struct fs_struct *fs)
{
	u32 flags = 0;

	if (fs != READ(task, group_leader, fs))
		flags |= SAKER_FLAG_CWD_THREAD;
	if (READ(fs, users) > READ(task, signal, nr_threads))
		flags |= SAKER_FLAG_CWD_SHARED;
	return flags;
}

static __always_inline void put_resolved(struct workspace *ws, const volatile struct call_row *row,
					 struct task_struct *task)
{
	struct saker_call *c = &ws->record.call;
	struct fs_struct *fs = READ(task, fs);
	struct saker_str *cell = &c->str[SAKER_CALL_PATH];
	struct path *path = NULL;
	struct file *file;

	if ((row->flags & CALL_CWD) && c->h.ret >= 0) {
		path = &fs->pwd;
		c->h.flags |= sharing(task, fs);
	}
	if (row->fd != ARG_NONE) {
		c->fd = row->fd == ARG_RET ? c->h.ret : arg_at(c->args, row->fd);
		file = file_of(task, c->fd);
		if (file) {
			path = &file->f_path;
			fill_file(c, file);
		}
	}
	if (path)
		put_path(ws, cell, path, fs);
	else
		put_absent(ws, cell, 0);
}

static __always_inline u64 text_pointer(struct saker_call *c, const volatile struct call_row *row)
{
	if (row->flags & CALL_PRCTL)
		return c->args[0] == PR_SET_NAME ? c->args[1] : 0;
	return arg_at(c->args, row->text);
}

/* `len` bytes of user memory, whatever they are. */
static __always_inline void put_bytes(struct workspace *ws, struct saker_str *cell, u64 from, u64 len)
{
	char *to = string_place(ws);

	opaque(len);
	if (!to || len > SAKER_STR_MAX)
		return put_absent(ws, cell, SAKER_STR_CUT);
	if (bpf_probe_read_user(to, len, (void *)from))
		return put_absent(ws, cell, SAKER_STR_FAULT);
	end_string(ws, cell, len, 0);
}

static __always_inline void put_text(struct workspace *ws, const volatile struct call_row *row)
{
	struct saker_call *c = &ws->record.call;
	struct saker_str *cell = &c->str[SAKER_CALL_TEXT];

	if (row->text_size)
		put_bytes(ws, cell, text_pointer(c, row), arg_at(c->args, row->text_size));
	else
		put_string(ws, cell, (void *)text_pointer(c, row), SAKER_STR_MAX, true);
}

/* fsconfig(2): the value is a text for these commands. */
static __always_inline bool has_name(struct saker_call *c, const volatile struct call_row *row)
{
	enum { SET_STRING = 1, SET_PATH = 3, SET_PATH_EMPTY = 4 };

	if (row->flags & CALL_FSCONFIG)
		return c->args[1] == SET_STRING || c->args[1] == SET_PATH || c->args[1] == SET_PATH_EMPTY;
	return row->name != ARG_NONE;
}

/* Two numbers in memory. In the 32-bit ABI they have 32 bits, but for prlimit64. */
static __always_inline void read_pair(struct saker_call *c, u64 pointer, bool compat)
{
	u32 small[2] = {};
	u64 wide[2] = {};

	if (compat && c->h.type != SAKER_TYPE_PRLIMIT) {
		bpf_probe_read_user(small, sizeof(small), (void *)pointer);
		wide[0] = small[0];
		wide[1] = small[1];
	} else {
		bpf_probe_read_user(wide, sizeof(wide), (void *)pointer);
	}
	c->out[0] = wide[0];
	c->out[1] = wide[1];
}

static __always_inline void fill_out(struct saker_call *c, const volatile struct call_row *row,
				     struct task_struct *task, bool compat)
{
	const struct cred *cred;
	struct file *file;
	s32 pair[2];

	c->out[0] = c->out[1] = c->out[2] = 0;
	if ((row->flags & CALL_PIPE) && c->h.ret == 0 &&
	    bpf_probe_read_user(pair, sizeof(pair), (void *)c->args[0]) == 0) {
		c->out[0] = pair[0];
		c->out[1] = pair[1];
		/* One inode for both. */
		file = file_of(task, pair[0]);
		if (file)
			c->ino = LOOSE(file, f_inode, i_ino);
	}
	if (row->pair)
		read_pair(c, arg_at(c->args, row->pair), compat);
	if (row->flags & CALL_CAPS) {
		cred = READ(task, cred);
		bpf_core_read(&c->out[0], 8, &cred->cap_permitted);
		bpf_core_read(&c->out[1], 8, &cred->cap_effective);
		bpf_core_read(&c->out[2], 8, &cred->cap_inheritable);
	}
}

static __always_inline void begin_call(struct workspace *ws, struct task_struct *task,
				       const volatile struct call_row *row, u32 type, u32 nr, s64 ret)
{
	struct saker_call *c = &ws->record.call;
	bool compat = is_compat(task);

	begin_record(ws, task, type, SAKER_LAYOUT_CALL, SAKER_CALL_NSTR, sizeof(*c));
	c->h.ret = ret;
	c->h.flags = compat ? SAKER_FLAG_COMPAT : 0;
	c->nr = nr;
	c->fd = -1;
	c->ino = 0;
	c->dev = c->file_mode = 0;
	read_registers(c->args, user_regs(), compat, nr);
	fill_out(c, row, task, compat);
}

static __always_inline void put_call_data(struct workspace *ws, const volatile struct call_row *row)
{
	struct saker_call *c = &ws->record.call;
	struct saker_str *cell = &c->str[SAKER_CALL_DATA];
	u64 size = row->parts ? c->out[0] : arg_at(c->args, row->size);
	u64 len = data_length(c->h.ret, size, row->flags & CALL_FILLS);

	if (row->parts && part_wanted(SAKER_PART_DATA))
		return put_parts(ws, cell, arg_at(c->args, row->parts), arg_at(c->args, row->parts + 1), len,
				 c->h.flags & SAKER_FLAG_COMPAT);
	put_data(ws, cell, arg_at(c->args, row->buffer), row->buffer ? len : 0);
}

#endif
