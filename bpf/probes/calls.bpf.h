/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all calls of the tables share, and their programs: one for each call where fexit is used (a fexit program has
 * one function), one for all where fprobe is. The event asks the registers of user space which call it is.
 */
#include "../lib/call.h"
#include "../lib/socket.h"
#include "control.bpf.h"
#include "file.bpf.h"
#include "network.bpf.h"

#define ROW(type_, symbol, nr64, nr32, ...) [nr64] = { .type = SAKER_TYPE_##type_, ##__VA_ARGS__ },

static const volatile struct call_row calls64[CALL_TABLE_SIZE] = {
	FILE_CALLS(ROW) NETWORK_CALLS(ROW) CONTROL_CALLS(ROW) BARE_CALLS(ROW)
};

#define PR_SET_NAME 15

/* The row of the current call, or NULL if it is not wanted. */
static __always_inline const volatile struct call_row *wanted_row(u32 nr, bool compat)
{
	const volatile struct call_row *row;

	if (compat || nr >= CALL_TABLE_SIZE)
		return NULL;
	row = &calls64[nr];
	if (row->type == SAKER_TYPE_NONE || !type_enabled(row->type))
		return NULL;
	if (bpf_get_current_pid_tgid() >> 32 == config.own_tgid)
		return NULL;
	return row;
}

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

static __always_inline void put_resolved(struct workspace *ws, const volatile struct call_row *row,
					 struct task_struct *task)
{
	struct saker_call *c = &ws->record.call;
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct saker_str *cell = &c->str[SAKER_CALL_PATH];
	struct path *path = NULL;
	struct file *file;

	if ((row->flags & CALL_CWD) && c->h.ret == 0)
		path = &fs->pwd;
	if (row->fd != ARG_NONE) {
		c->fd = row->fd == ARG_RET ? c->h.ret : arg_at(c->args, row->fd);
		file = file_of(task, c->fd);
		if (file)
			path = &file->f_path;
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

static __always_inline void fill_out(struct saker_call *c, const volatile struct call_row *row,
				     struct task_struct *task)
{
	const struct cred *cred;
	s32 pair[2];

	c->out[0] = c->out[1] = c->out[2] = 0;
	if ((row->flags & CALL_PIPE) && c->h.ret == 0 &&
	    bpf_probe_read_user(pair, sizeof(pair), (void *)c->args[0]) == 0) {
		c->out[0] = pair[0];
		c->out[1] = pair[1];
	}
	if (row->flags & CALL_CAPS) {
		cred = BPF_CORE_READ(task, cred);
		bpf_core_read(&c->out[0], 8, &cred->cap_permitted);
		bpf_core_read(&c->out[1], 8, &cred->cap_effective);
		bpf_core_read(&c->out[2], 8, &cred->cap_inheritable);
	}
}

static __always_inline void begin_call(struct workspace *ws, struct task_struct *task,
				       const volatile struct call_row *row, u32 nr, s64 ret)
{
	struct saker_call *c = &ws->record.call;

	begin_record(ws, task, row->type, SAKER_LAYOUT_CALL, SAKER_CALL_NSTR, sizeof(*c));
	c->h.ret = ret;
	c->nr = nr;
	c->fd = -1;
	read_registers(c->args, user_regs(), false);
	fill_out(c, row, task);
}

static __always_inline int call_event(s64 ret)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct pt_regs *regs = user_regs();
	u32 nr = BPF_CORE_READ(regs, orig_ax);
	const volatile struct call_row *row = wanted_row(nr, is_compat(task));
	struct workspace *ws;
	struct saker_call *c;
	bool looked_up;

	if (!row)
		return 0;
	ws = take_workspace(SLOT_CALL, row->type);
	if (!ws)
		return 0;
	c = &ws->record.call;
	begin_call(ws, task, row, nr, ret);
	/* After a chdir the directory it started from is gone. */
	looked_up = !(row->flags & CALL_AS_GIVEN) && !((row->flags & CALL_CWD) && ret == 0);
	put_name(ws, &c->str[SAKER_CALL_NAME], &c->str[SAKER_CALL_BASE], arg_at(c->args, row->name), row->name == ARG_NONE,
		 looked_up, row->base ? (s32)arg_at(c->args, row->base) : AT_FDCWD, task);
	put_name(ws, &c->str[SAKER_CALL_NAME2], &c->str[SAKER_CALL_BASE2], arg_at(c->args, row->name2),
		 row->name2 == ARG_NONE, true, row->base2 ? (s32)arg_at(c->args, row->base2) : AT_FDCWD, task);
	put_resolved(ws, row, task);
	put_string(ws, &c->str[SAKER_CALL_TEXT], (void *)text_pointer(c, row), SAKER_STR_MAX, true);
	send_record(ws, !(row->flags & CALL_LIFE));
	ws->busy = 0;
	return 0;
}

static __always_inline int bare_event(s64 ret)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct pt_regs *regs = user_regs();
	u32 nr = BPF_CORE_READ(regs, orig_ax);
	const volatile struct call_row *row = wanted_row(nr, is_compat(task));
	struct workspace *ws;

	if (!row)
		return 0;
	ws = take_workspace(SLOT_CALL, row->type);
	if (!ws)
		return 0;
	begin_call(ws, task, row, nr, ret);
	for (int i = 0; i < SAKER_CALL_NSTR; i++)
		put_absent(ws, &ws->record.call.str[i], 0);
	send_record(ws, !(row->flags & CALL_LIFE));
	ws->busy = 0;
	return 0;
}

static __always_inline int socket_event(s64 ret)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct pt_regs *regs = user_regs();
	u32 nr = BPF_CORE_READ(regs, orig_ax);
	const volatile struct call_row *row = wanted_row(nr, is_compat(task));
	struct workspace *ws;
	struct saker_socket *s;

	if (!row)
		return 0;
	ws = take_workspace(SLOT_CALL, row->type);
	if (!ws)
		return 0;
	s = &ws->record.socket;
	begin_record(ws, task, row->type, SAKER_LAYOUT_SOCKET, SAKER_SOCKET_NSTR, sizeof(*s));
	s->h.ret = ret;
	s->nr = nr;
	read_registers(s->args, regs, false);
	put_socket(ws, row, task);
	send_record(ws, true);
	ws->busy = 0;
	return 0;
}

/* One program serves many functions; user space says which. */
SEC("kretprobe.multi")
int call_fprobe(struct pt_regs *ctx)
{
	return call_event((s64)BPF_CORE_READ(ctx, ax));
}

SEC("kretprobe.multi")
int socket_fprobe(struct pt_regs *ctx)
{
	return socket_event((s64)BPF_CORE_READ(ctx, ax));
}

/* ctx[0] is the kernel's pt_regs, ctx[1] the result. */
#define FEXIT_PROGRAM(prefix, symbol, event)                                          \
	SEC("fexit/" prefix #symbol) int call_##symbol(unsigned long long *ctx)       \
	{                                                                             \
		return event((s64)ctx[1]);                                            \
	}
#define CALL_PROGRAM(type_, symbol, ...) FEXIT_PROGRAM("__x64_sys_", symbol, call_event)
#define SOCKET_PROGRAM(type_, symbol, ...) FEXIT_PROGRAM("__x64_sys_", symbol, socket_event)
#define BARE_PROGRAM(type_, symbol, ...) FEXIT_PROGRAM("__do_sys_", symbol, bare_event)

FILE_CALLS(CALL_PROGRAM)
CONTROL_CALLS(CALL_PROGRAM)
NETWORK_CALLS(SOCKET_PROGRAM)
BARE_CALLS(BARE_PROGRAM)
