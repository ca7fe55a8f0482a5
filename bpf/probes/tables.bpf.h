/* SPDX-License-Identifier: GPL-2.0 */
/* All rows by type, types by number in both ABIs, and which call the registers of user space say is being made. */
#include "../lib/call.h"
#include "../lib/carrier.h"
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
#define TYPE64(type_, symbol, nr, ...) [NR_OF(symbol, nr)] = SAKER_TYPE_##type_,
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
#define MESSAGES_MAX 64
#define EBADF 9

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

	call->nr = READ(regs, REG_NR);
	call->compat = is_compat(current_task());
	if (call->nr >= CALL_TABLE_SIZE || (call->compat && !HAS_TABLE32))
		return false;
	call->type = call->compat ? types32[call->nr] : types64[call->nr];
	if (call->compat && call->nr == NR32_SOCKETCALL) {
		sub = READ(regs, REG32_ARG0);
		if (sub > 0 && sub < SOCKETCALLS)
			call->type = socketcalls[sub & 31];
	}
	return call->type != SAKER_TYPE_NONE;
}

/* False if it is not wanted from the tier that works in `slot`. */
static __always_inline bool take_call(struct current_call *call, s64 ret, u32 slot)
{
	if (!find_call(call, user_regs()) || !type_enabled(call->type) || is_repeated(call->type, ret))
		return false;
	if (bpf_get_current_pid_tgid() >> 32 == config.own_tgid)
		return false;
	return slot == SLOT_DISPATCH || program_carries(call->type, call->compat);
}

static __always_inline const volatile struct call_row *row_of(u32 type)
{
	return &rows[type & (SAKER_TYPES_MAX - 1)];
}
