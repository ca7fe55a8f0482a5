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

/* The same call in the 64-bit table, by its number in the 32-bit one; 0 (read) has no row. */
#define NUMBER(type_, symbol, nr64, nr32, ...) [nr32] = nr64,
static const volatile u16 number64[CALL_TABLE_SIZE] = {
	FILE_CALLS(NUMBER) NETWORK_CALLS(NUMBER) CONTROL_CALLS(NUMBER) BARE_CALLS(NUMBER)
};

#define PR_SET_NAME 15

/* The row of the current call, or NULL if it is not wanted. */
static __always_inline const volatile struct call_row *wanted_row(u32 nr, bool compat)
{
	const volatile struct call_row *row;

	if (nr >= CALL_TABLE_SIZE)
		return NULL;
	if (compat)
		nr = number64[nr];
	row = &calls64[nr & (CALL_TABLE_SIZE - 1)];
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
	bool compat = is_compat(task);

	begin_record(ws, task, row->type, SAKER_LAYOUT_CALL, SAKER_CALL_NSTR, sizeof(*c));
	c->h.ret = ret;
	c->h.flags = compat ? SAKER_FLAG_COMPAT : 0;
	c->nr = nr;
	c->fd = -1;
	read_registers(c->args, user_regs(), compat);
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
	put_data(ws, &c->str[SAKER_CALL_DATA], arg_at(c->args, row->buffer),
		 row->buffer ? data_length(ret, arg_at(c->args, row->size), row->flags & CALL_FILLS) : 0);
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
	bool compat = is_compat(task);
	const volatile struct call_row *row = wanted_row(nr, compat);
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
	s->h.flags = compat ? SAKER_FLAG_COMPAT : 0;
	s->nr = nr;
	read_registers(s->args, regs, compat);
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
#define FEXIT_PROGRAM(prefix, symbol, event, name)                                    \
	SEC("fexit/" prefix #symbol) int name##symbol(unsigned long long *ctx)        \
	{                                                                             \
		return event((s64)ctx[1]);                                            \
	}
#define CALL_PROGRAM(type_, symbol, ...) FEXIT_PROGRAM("__x64_sys_", symbol, call_event, call_)
#define SOCKET_PROGRAM(type_, symbol, ...) FEXIT_PROGRAM("__x64_sys_", symbol, socket_event, call_)
#define BARE_PROGRAM(type_, symbol, ...) FEXIT_PROGRAM("__do_sys_", symbol, bare_event, call_)

FILE_CALLS(CALL_PROGRAM)
CONTROL_CALLS(CALL_PROGRAM)
NETWORK_CALLS(SOCKET_PROGRAM)
BARE_CALLS(BARE_PROGRAM)

/* 32-bit calls that have the shape of the 64-bit ones (COMPAT_CALLS in src/kernel/hooks.ts). */
#define COMPAT_CALL(symbol) FEXIT_PROGRAM("__ia32_sys_", symbol, call_event, compat_)
#define COMPAT_SOCKET(symbol) FEXIT_PROGRAM("__ia32_sys_", symbol, socket_event, compat_)

COMPAT_CALL(unlink) COMPAT_CALL(unlinkat) COMPAT_CALL(rmdir) COMPAT_CALL(rename) COMPAT_CALL(renameat)
COMPAT_CALL(renameat2) COMPAT_CALL(link) COMPAT_CALL(linkat) COMPAT_CALL(symlink) COMPAT_CALL(symlinkat)
COMPAT_CALL(mkdir) COMPAT_CALL(mkdirat) COMPAT_CALL(mknod) COMPAT_CALL(mknodat) COMPAT_CALL(chmod)
COMPAT_CALL(fchmod) COMPAT_CALL(fchmodat) COMPAT_CALL(chown) COMPAT_CALL(lchown) COMPAT_CALL(fchown)
COMPAT_CALL(fchownat) COMPAT_CALL(setxattr) COMPAT_CALL(mount) COMPAT_CALL(umount) COMPAT_CALL(chroot)
COMPAT_CALL(chdir) COMPAT_CALL(fchdir) COMPAT_CALL(setuid) COMPAT_CALL(setgid) COMPAT_CALL(setreuid)
COMPAT_CALL(setregid) COMPAT_CALL(setresuid) COMPAT_CALL(setresgid) COMPAT_CALL(setns) COMPAT_CALL(unshare)
COMPAT_CALL(prctl) COMPAT_CALL(kill) COMPAT_CALL(tkill) COMPAT_CALL(tgkill) COMPAT_CALL(memfd_create)
COMPAT_CALL(init_module) COMPAT_CALL(finit_module) COMPAT_CALL(delete_module) COMPAT_CALL(bpf)
COMPAT_CALL(dup2)
COMPAT_SOCKET(socket) COMPAT_SOCKET(bind) COMPAT_SOCKET(listen) COMPAT_SOCKET(connect) COMPAT_SOCKET(accept4)
COMPAT_SOCKET(sendto)
