/* SPDX-License-Identifier: GPL-2.0 */
/*
 * open, openat, openat2, creat: the return of do_sys_openat2. The file is looked up by its new descriptor. Their io_uring
 * forms: uring-open.bpf.h, uring-open-old.bpf.h.
 */
#include "../lib/call.h"
#include "../lib/carrier.h"
#include "../lib/open-record.h"

#define O_CREAT 0100
#define O_TRUNC 01000
#define O_TMPFILE_BIT 020000000

static __always_inline u32 open_type(struct task_struct *task, bool *compat)
{
	struct pt_regs *regs = user_regs_of(task);
	/* The kernel looks at these bits only (from 5.14 on); a program may set the others. */
	u32 nr = READ(regs, REG_NR);

	*compat = is_compat(task);
	if (nr == 437)
		return SAKER_TYPE_OPENAT2;
	if (*compat)
		return nr == 5 ? SAKER_TYPE_OPEN : nr == 8 ? SAKER_TYPE_CREAT : SAKER_TYPE_OPENAT;
	return nr == NR_OPEN ? SAKER_TYPE_OPEN : nr == NR_CREAT ? SAKER_TYPE_CREAT : SAKER_TYPE_OPENAT;
}

/* Where the file may have been left; or, if another thread was interrupted while it used that, a place of its own. */
static __always_inline struct workspace *open_workspace(u32 slot)
{
	struct workspace *ws;

	if (LEAVES_FILES && slot == SLOT_OPEN) {
		ws = workspace_of(SLOT_OPENED);
		if (ws && !ws->busy)
			return ws;
	}
	return workspace_of(slot);
}

/* All but the header, whose flags tell of the file. */
static __always_inline void put_open(struct workspace *ws, struct task_struct *task, bool compat, s32 dirfd, u64 name,
				     struct asked *asked, s32 ret)
{
	struct saker_open *o = &ws->record.open;
	bool left = LEAVES_FILES && ret >= 0 && take_file(ws, task);

	fill_asked(o, dirfd, asked, compat);
	if (!left) {
		o->h.flags = 0;
		ws->end = sizeof(*o);
		put_file(ws, task, ret < 0 ? NULL : file_of(task, ret));
	}
	if (!left || !o->str[SAKER_OPEN_NAME].off)
		put_user_name(ws, &o->str[SAKER_OPEN_NAME], name);
	put_base(ws, &o->str[SAKER_OPEN_BASE], &o->str[SAKER_OPEN_NAME], task, dirfd);
}

static __always_inline int open_syscall_event(struct task_struct *task, u32 type, bool compat, s32 dirfd, u64 name,
					      struct asked *asked, s32 ret, u32 slot)
{
	u32 tgid = READ(task, tgid);
	bool own = tgid == config.own_tgid;
	u32 kind = kind_of_open(asked->flags, ret < 0);
	struct workspace *ws;

	/* Of the agent's own opens the canary, wanted or not. */
	if (own) {
		if ((asked->flags & SAKER_CANARY_OPEN_FLAGS) != SAKER_CANARY_OPEN_FLAGS)
			return 0;
	} else if (!type_enabled(type) || (ret < 0 && is_repeated(type, ret))) {
		return 0;
	}
	if (slot != SLOT_DISPATCH && !program_carries(type, compat))
		return 0;
	if (!own && asked_of_kind(kind) == SAKER_ASKED_NONE)
		goto drop;
	ws = open_workspace(slot);
	if (!ws)
		return 0;
	if (LEAVES_FILES && !own && ret >= 0 && slot == SLOT_OPEN && ws->dropped && is_left(ws, task)) {
		ws->task = 0; /* said once */
		goto drop;
	}
	ws->busy = 1;
	if (CAN_CAST && !FIRST && !own && asks_for_names(kind) && open_is_unasked(ws->slot, kind, dirfd, name, ret)) {
		ws->busy = 0;
		goto drop;
	}
	put_open(ws, task, compat, dirfd, name, asked, ret);
	/* The canary asks whether the agent sees, not whether the ring has room. */
	count(type, has_room(!own) && send_opened(ws, task, tgid, type, ret, compat ? SAKER_FLAG_COMPAT : 0));
	ws->busy = 0;
	return 0;
drop:
	count_dropped(type);
	return 0;
}

SEC("fexit/do_sys_openat2")
int BPF_PROG(open_syscall, int dirfd, const char *name, struct open_how *how, long ret)
{
	struct task_struct *task = own_task();
	struct asked asked = {};
	bool compat;
	u32 type = open_type(task, &compat);

	asked.flags = READ(how, flags);
	/* build_open_how in fs/open.c leaves the others 0. */
	if (type == SAKER_TYPE_OPENAT2 || (asked.flags & (O_CREAT | O_TMPFILE_BIT)))
		asked.mode = READ(how, mode);
	if (type == SAKER_TYPE_OPENAT2)
		asked.resolve = READ(how, resolve);
	return open_syscall_event(task, type, compat, dirfd, (u64)name, &asked, ret, SLOT_OPEN);
}

/* Where there are no arguments: they are still in the registers of user space. */
static __always_inline int open_from_registers(s32 ret, u32 slot)
{
	struct task_struct *task = own_task();
	struct asked asked = {};
	struct args args;
	s32 dirfd = AT_FDCWD;
	bool compat;
	u32 type = open_type(task, &compat);
	u64 name;

	read_args(&args, compat);
	if (type == SAKER_TYPE_OPEN || type == SAKER_TYPE_CREAT) {
		name = args.a;
		asked.flags = type == SAKER_TYPE_OPEN ? args.b : O_CREAT | O_WRONLY | O_TRUNC;
		asked.mode = type == SAKER_TYPE_OPEN ? args.c : args.b;
	} else {
		dirfd = args.a;
		name = args.b;
		asked.flags = (u32)args.c;
		asked.mode = args.d;
	}
	if (type == SAKER_TYPE_OPENAT2)
		bpf_probe_read_user(&asked, sizeof(asked), (void *)args.c);
	else if (!(asked.flags & (O_CREAT | O_TMPFILE_BIT)))
		asked.mode = 0; /* the kernel does not look at it either */
	return open_syscall_event(task, type, compat, dirfd, name, &asked, ret, slot);
}

SEC("kretprobe.multi/do_sys_openat2")
int open_syscall_fprobe(struct pt_regs *ctx)
{
	return open_from_registers(ctx->FUNC_RET, SLOT_OPEN);
}
