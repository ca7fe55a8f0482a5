/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the return of a system call to its record, the same for all calls: the registers of user space say which call it
 * is, its row says what its arguments are. One function for each kind of call; they are global, so that the object has
 * them once and each program is three instructions (programs.bpf.h).
 */
#include "../lib/call.h"
#include "../lib/carrier.h"
#include "../lib/inode.h"
#include "../lib/socket.h"
#include "compat.bpf.h"
#include "control.bpf.h"
#include "descriptor.bpf.h"
#include "file.bpf.h"
#include "network.bpf.h"
#include "other.bpf.h"

#define ALL_CALLS(X) FILE_CALLS(X) NETWORK_CALLS(X) CONTROL_CALLS(X) DESCRIPTOR_CALLS(X) OTHER_CALLS(X)

/* Calls with programs of their own (open.bpf.h, process.bpf.h), for the dispatcher: numbers in both ABIs. */
#define ENTRY_CALLS(X)                                                                                                \
	X(OPEN, open, 2, open) X(OPENAT, openat, 257, open) X(OPENAT2, openat2, 437, open) X(CREAT, creat, 85, open)  \
	X(EXECVE, execve, 59, exec) X(EXECVEAT, execveat, 322, exec)
#define COMPAT_ENTRY_CALLS(Y)                                                                                         \
	Y(OPEN, open, 5) Y(OPENAT, openat, 295) Y(OPENAT2, openat2, 437) Y(CREAT, creat, 8) Y(EXECVE, execve, 11)     \
	Y(EXECVEAT, execveat, 358)

#define ROW(type_, symbol, nr, kind_, ...) [SAKER_TYPE_##type_] = { .kind = SAKER_KIND_##kind_, ##__VA_ARGS__ },
static const volatile struct call_row rows[SAKER_TYPES_MAX] = {
	ALL_CALLS(ROW)
	ENTRY_CALLS(ROW)
	[SAKER_TYPE_UMOUNT] = { .kind = SAKER_KIND_call, .name = 1, .flags = CALL_LIFE },
	[SAKER_TYPE_SOCKETCALL] = { .kind = SAKER_KIND_socket },
};

/* Types by number, in both ABIs. */
#define TYPE64(type_, symbol, nr, ...) [nr] = SAKER_TYPE_##type_,
static const volatile u16 types64[CALL_TABLE_SIZE] = { ALL_CALLS(TYPE64) ENTRY_CALLS(TYPE64) };
#define TYPE32(type_, symbol, nr, ...) [nr] = SAKER_TYPE_##type_,
#define TYPE32_ONLY(type_, nr) [nr] = SAKER_TYPE_##type_,
static const volatile u16 types32[CALL_TABLE_SIZE] = { COMPAT_CALLS(TYPE32) COMPAT_NUMBERS(TYPE32_ONLY)
						      COMPAT_ENTRY_CALLS(TYPE32) };

/* Sub-calls of socketcall(2); send and recv are sendto and recvfrom without an address. */
#define SOCKETCALLS 21
static const volatile u16 socketcalls[32] = {
	[1] = SAKER_TYPE_SOCKET, SAKER_TYPE_BIND, SAKER_TYPE_CONNECT, SAKER_TYPE_LISTEN, SAKER_TYPE_ACCEPT,
	SAKER_TYPE_GETSOCKNAME, SAKER_TYPE_GETPEERNAME, SAKER_TYPE_SOCKETPAIR, SAKER_TYPE_SENDTO, SAKER_TYPE_RECVFROM,
	SAKER_TYPE_SENDTO, SAKER_TYPE_RECVFROM, SAKER_TYPE_SHUTDOWN, SAKER_TYPE_SETSOCKOPT, SAKER_TYPE_GETSOCKOPT,
	SAKER_TYPE_SENDMSG, SAKER_TYPE_RECVMSG, SAKER_TYPE_ACCEPT4, SAKER_TYPE_RECVMMSG, SAKER_TYPE_SENDMMSG,
};
static const volatile u8 socketcall_args[32] = {
	[1] = 3, 3, 3, 2, 3, 3, 3, 4, 4, 4, 6, 6, 2, 5, 5, 3, 3, 4, 5, 4,
};
#define NR32_SOCKETCALL 102
#define MESSAGES_MAX 16
#define EBADF 9
#define PR_SET_NAME 15

/* The current call. */
struct current_call {
	u32 type; /* enum saker_type */
	u32 nr;
	bool compat;
};

/* False if it has no type. */
static __always_inline bool find_call(struct current_call *call, struct pt_regs *regs)
{
	u32 sub;

	call->nr = READ(regs, orig_ax);
	call->compat = is_compat(current_task());
	if (call->nr >= CALL_TABLE_SIZE)
		return false;
	call->type = call->compat ? types32[call->nr] : types64[call->nr];
	if (call->compat && call->nr == NR32_SOCKETCALL) {
		sub = READ(regs, bx);
		if (sub > 0 && sub < SOCKETCALLS)
			call->type = socketcalls[sub & 31];
	}
	return call->type != SAKER_TYPE_NONE;
}

/* False if it is not wanted from the tier that works in `slot`. */
static __always_inline bool take_call(struct current_call *call, u32 slot)
{
	if (!find_call(call, user_regs()) || !type_enabled(call->type))
		return false;
	if (bpf_get_current_pid_tgid() >> 32 == config.own_tgid)
		return false;
	return slot == SLOT_DISPATCH || program_carries(call->type, call->compat);
}

static __always_inline const volatile struct call_row *row_of(u32 type)
{
	return &rows[type & (SAKER_TYPES_MAX - 1)];
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

static __always_inline void fill_file(struct saker_call *c, struct inode *inode)
{
	c->ino = LOOSE(inode, i_ino);
	c->dev = encode_dev(LOOSE(inode, i_sb, s_dev));
	c->file_mode = LOOSE(inode, i_mode);
	c->h.flags |= overlay_flags(inode, LOOSE(inode, i_sb, s_magic));
}

static __always_inline void put_resolved(struct workspace *ws, const volatile struct call_row *row,
					 struct task_struct *task)
{
	struct saker_call *c = &ws->record.call;
	struct fs_struct *fs = READ(task, fs);
	struct saker_str *cell = &c->str[SAKER_CALL_PATH];
	struct path *path = NULL;
	struct file *file;

	if ((row->flags & CALL_CWD) && c->h.ret >= 0)
		path = &fs->pwd;
	if (row->fd != ARG_NONE) {
		c->fd = row->fd == ARG_RET ? c->h.ret : arg_at(c->args, row->fd);
		file = file_of(task, c->fd);
		if (file) {
			path = &file->f_path;
			fill_file(c, LOOSE(file, f_inode));
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
	s32 pair[2];

	c->out[0] = c->out[1] = c->out[2] = 0;
	if ((row->flags & CALL_PIPE) && c->h.ret == 0 &&
	    bpf_probe_read_user(pair, sizeof(pair), (void *)c->args[0]) == 0) {
		c->out[0] = pair[0];
		c->out[1] = pair[1];
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

	return take_call(&call, slot) ? emit_call(call.type, call.nr, ret, slot) : 0;
}

__noinline int bare_event(s64 ret, u32 slot)
{
	struct current_call call;

	return take_call(&call, slot) ? emit_bare(call.type, call.nr, ret, slot) : 0;
}

/* One event for each message of sendmmsg and recvmmsg, with its bytes as result; a failure is one event. */
static __always_inline int message_events(struct current_call *call, s64 ret, u32 slot)
{
	struct pt_regs *regs = user_regs();
	u64 args[6] = {}, base;
	u32 length;

	read_registers(args, regs, call->compat, call->nr);
	if (call->compat && call->nr == NR32_SOCKETCALL)
		read_socketcall(args);
	base = args[1] + (call->compat ? MMSG32_LENGTH : MMSG_LENGTH);
	for (u32 i = 0; i < MESSAGES_MAX && i < ret; i++) {
		length = 0;
		bpf_probe_read_user(&length, 4, (void *)(base + i * (call->compat ? MMSG32_SIZE : MMSG_SIZE)));
		emit_socket(call->type, call->nr, length, i, slot);
	}
	return 0;
}

__noinline int socket_event(s64 ret, u32 slot)
{
	struct current_call call;

	if (!take_call(&call, slot))
		return 0;
	if ((row_of(call.type)->flags & CALL_MESSAGES) && ret > 0)
		return message_events(&call, ret, slot);
	return emit_socket(call.type, call.nr, ret, 0, slot);
}

static __always_inline struct file *file_of_call(struct current_call *call, s64 ret)
{
	const volatile struct call_row *row = row_of(call->type);
	u64 args[6] = {};

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

	return take_call(&call, slot) ? emit_fd(&call, file_of_call(&call, ret), ret, slot) : 0;
}

/* When close begins. It closes whatever it is given; errors of the last write-back are not told. */
__noinline int close_event(u32 slot)
{
	struct current_call call;
	struct file *file;

	if (!take_call(&call, slot))
		return 0;
	file = file_of_call(&call, 0);
	return emit_fd(&call, file, file ? 0 : -EBADF, slot);
}
