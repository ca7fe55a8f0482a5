/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the return of a system call to its record, the same for all calls: the registers of user space say which call it
 * is, its row says what its arguments are. One function for each kind of call; they are global, so that the object has
 * them once and each program is three instructions (programs.bpf.h).
 */
#include "../lib/call-record.h"
#include "../lib/socket.h"
#include "tables.bpf.h"

static __always_inline int make_call(u32 type, u32 nr, s64 ret, u32 slot, bool with_data)
{
	struct task_struct *task = current_task();
	const volatile struct call_row *row = row_of(type);
	struct workspace *ws = take_workspace(slot, type);
	struct saker_call *c;
	bool looked_up;

	if (!ws)
		return 0;
	c = &ws->record.call;
	begin_call(ws, task, row, type, nr, ret);
	if (with_data && row->parts)
		c->out[0] = parts_size(arg_at(c->args, row->parts), arg_at(c->args, row->parts + 1),
				       c->h.flags & SAKER_FLAG_COMPAT);
	/* After a chdir the directory it started from is gone. */
	looked_up = !(row->flags & CALL_AS_GIVEN) && !((row->flags & CALL_CWD) && ret == 0);
	put_name(ws, &c->str[SAKER_CALL_NAME], &c->str[SAKER_CALL_BASE], arg_at(c->args, row->name), !has_name(c, row),
		 looked_up, row->base ? (s32)arg_at(c->args, row->base) : AT_FDCWD, task);
	put_name(ws, &c->str[SAKER_CALL_NAME2], &c->str[SAKER_CALL_BASE2], arg_at(c->args, row->name2),
		 row->name2 == ARG_NONE, true, row->base2 ? (s32)arg_at(c->args, row->base2) : AT_FDCWD, task);
	put_resolved(ws, row, task);
	put_text(ws, row);
	if (with_data)
		put_call_data(ws, row);
	else
		put_absent(ws, &c->str[SAKER_CALL_DATA], 0);
	send_record(ws, !(row->flags & CALL_LIFE));
	ws->busy = 0;
	return 0;
}

/* Names, descriptor, text. */
__noinline int emit_call(u32 type, u32 nr, s64 ret, u32 slot)
{
	return make_call(type, nr, ret, slot, false);
}

/* A descriptor and data: two functions, because each program is verified with all that it may call. */
__noinline int emit_file(u32 type, u32 nr, s64 ret, u32 slot)
{
	return make_call(type, nr, ret, slot, true);
}

/* Registers. */
__noinline int emit_bare(u32 type, u32 nr, s64 ret, u32 slot)
{
	struct task_struct *task = current_task();
	const volatile struct call_row *row = row_of(type);
	struct workspace *ws = take_workspace(slot, type);

	if (!ws)
		return 0;
	begin_call(ws, task, row, type, nr, ret);
	for (int i = 0; i < SAKER_CALL_NSTR; i++)
		put_absent(ws, &ws->record.call.str[i], 0);
	send_record(ws, !(row->flags & CALL_LIFE));
	ws->busy = 0;
	return 0;
}

static __always_inline void read_socketcall(u64 *args)
{
	u32 count = socketcall_args[args[0] & 31], pointer = args[1], values[6] = {};

	if (count > 6)
		return;
	bpf_probe_read_user(values, count * 4, (void *)(u64)pointer);
	for (int i = 0; i < 6; i++)
		args[i] = values[i];
}

/* A socket, found by its descriptor. @index: which message of sendmmsg or recvmmsg */
__noinline int emit_socket(u32 type, u32 nr, s64 ret, u32 index, u32 slot)
{
	struct task_struct *task = current_task();
	bool compat = is_compat(task);
	struct workspace *ws = take_workspace(slot, type);
	struct saker_socket *s;

	if (!ws)
		return 0;
	s = &ws->record.socket;
	begin_record(ws, task, type, SAKER_LAYOUT_SOCKET, SAKER_SOCKET_NSTR, sizeof(*s));
	s->h.ret = ret;
	s->h.flags = compat ? SAKER_FLAG_COMPAT : 0;
	s->nr = nr;
	read_registers(s->args, user_regs(), compat, nr);
	if (compat && nr == NR32_SOCKETCALL && type != SAKER_TYPE_SOCKETCALL)
		read_socketcall(s->args);
	put_socket(ws, row_of(type), task, index & (MESSAGES_MAX - 1), compat);
	send_record(ws, true);
	ws->busy = 0;
	return 0;
}

__noinline int call_event(s64 ret, u32 slot)
{
	struct current_call call;

	return take_call(&call, ret, slot) ? emit_call(call.type, call.nr, ret, slot) : 0;
}

__noinline int bare_event(s64 ret, u32 slot)
{
	struct current_call call;

	return take_call(&call, ret, slot) ? emit_bare(call.type, call.nr, ret, slot) : 0;
}

struct messages {
	u64 base;
	u32 type, nr, compat, slot;
};

static long message_event(u32 index, struct messages *m)
{
	u32 length = 0;

	bpf_probe_read_user(&length, 4, (void *)(m->base + index * (m->compat ? MMSG32_SIZE : MMSG_SIZE)));
	emit_socket(m->type, m->nr, length, index, m->slot);
	return 0;
}

/* One event for each message of sendmmsg and recvmmsg, with its bytes as result; a failure is one event. What is
 * too many counts as lost. */
static __always_inline int message_events(struct current_call *call, s64 ret, u32 slot)
{
	struct messages m = { .type = call->type, .nr = call->nr, .compat = call->compat, .slot = slot };
	struct pt_regs *regs = user_regs();
	u64 args[6] = {};

	read_registers(args, regs, call->compat, call->nr);
	if (call->compat && call->nr == NR32_SOCKETCALL)
		read_socketcall(args);
	m.base = args[1] + (call->compat ? MMSG32_LENGTH : MMSG_LENGTH);
	if (ret > MESSAGES_MAX)
		count_many(call->type, false, ret - MESSAGES_MAX);
	if (CAN_LOOP)
		bpf_loop(ret < MESSAGES_MAX ? ret : MESSAGES_MAX, message_event, &m, 0);
	else
		for (u32 i = 0; i < MESSAGES_MAX && i < ret; i++)
			message_event(i, &m);
	return 0;
}

__noinline int socket_event(s64 ret, u32 slot)
{
	struct current_call call;

	if (!take_call(&call, ret, slot))
		return 0;
	if ((row_of(call.type)->flags & CALL_MESSAGES) && ret > 0)
		return message_events(&call, ret, slot);
	return emit_socket(call.type, call.nr, ret, 0, slot);
}

static __always_inline struct file *file_of_call(struct current_call *call, s64 ret)
{
	const volatile struct call_row *row = row_of(call->type);
	u64 args[8] = {}; /* as many as the verifier believes arg_at() to reach */

	if (row->fd == ARG_RET)
		return file_of(current_task(), ret);
	read_registers(args, user_regs(), call->compat, call->nr);
	return file_of(current_task(), arg_at(args, row->fd));
}

static __always_inline int emit_fd(struct current_call *call, struct file *file, s64 ret, u32 slot)
{
	u64 ino;

	if (file && sock_of(file, &ino))
		return emit_socket(call->type, call->nr, ret, 0, slot);
	return emit_file(call->type, call->nr, ret, slot);
}

__noinline int fd_event(s64 ret, u32 slot)
{
	struct current_call call;

	return take_call(&call, ret, slot) ? emit_fd(&call, file_of_call(&call, ret), ret, slot) : 0;
}

/* When close begins. It closes whatever it is given; errors of the last write-back are not told. */
__noinline int close_event(u32 slot)
{
	struct current_call call;
	struct file *file;

	if (!take_call(&call, 0, slot))
		return 0;
	file = file_of_call(&call, 0);
	return emit_fd(&call, file, file ? 0 : -EBADF, slot);
}
