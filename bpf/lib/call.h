/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_CALL_H
#define SAKER_CALL_H
/*
 * System calls as rows of a table: which argument is a path, a directory, a descriptor, a text. The code that
 * builds the record (probes/calls.bpf.h) is the same for all.
 *
 * Columns hold places of arguments from 1 on; 0 means that the call has none.
 */
#include "record.h"

enum {
	ARG_NONE = 0,
	ARG_RET = 7, /* the result, a descriptor, instead of an argument */
};

enum call_flag {
	CALL_AS_GIVEN = 1, /* `name` is not looked up from the working directory (mount source, symlink text) */
	CALL_CWD = 2, /* on success `path` is the working directory */
	CALL_PIPE = 4, /* args[0] receives two descriptors */
	CALL_CAPS = 8, /* the capabilities after the call are of interest */
	CALL_PRCTL = 16, /* args[1] is a text for one of the options */
	CALL_LIFE = 32, /* rare and important: never given up for the ring's bulk limit */
	CALL_FILLS = 64, /* the kernel writes to `buffer`, `parts` or `message`, the caller reads */
	CALL_MESSAGES = 128, /* `message` points to an array of struct mmsghdr; the result is how many were moved */
	CALL_FSCONFIG = 256, /* `name` is a text for some commands only */
};

struct call_row {
	u16 flags; /* enum call_flag */
	u8 kind; /* enum saker_kind */
	u8 name, base; /* base: descriptor of the directory; none: the working directory */
	u8 name2, base2;
	u8 fd;
	u8 text, text_size; /* text_size: its length; none: it ends with a zero byte */
	u8 pair; /* two numbers in memory, of 64 bits or of the ABI's size: limits, a time */
	/* Data: */
	u8 buffer, size; /* size: bytes to send or receive */
	u8 parts; /* struct iovec; their number is the next argument */
	/* Calls on sockets: */
	u8 address, length; /* sockaddr and its length (recvfrom: pointer to it) */
	u8 message; /* struct msghdr */
};

#define CALL_TABLE_SIZE 512

#define ERESTARTSYS 512
#define ERESTARTNOINTR 513

/*
 * A signal came before the call did anything: it is made again, and has its result then. Only connect has begun
 * something that goes on meanwhile. A handler without SA_RESTART ends the call with EINTR instead, which nobody can
 * know yet; that failure is not told.
 */
static __always_inline bool is_repeated(u32 type, s64 ret)
{
	return ret == -ERESTARTNOINTR || (ret == -ERESTARTSYS && type != SAKER_TYPE_CONNECT);
}

static __always_inline u64 arg_at(const u64 *args, u32 place)
{
	return place ? args[(place - 1) & 7] : 0;
}

/* The 32-bit ABI passes 64-bit numbers as two halves, and six arguments of mmap in memory. */
static __always_inline void join_halves(u64 *args, u32 nr)
{
	u32 memory[6];

	if (nr == 193 || nr == 194) { /* truncate64, ftruncate64 */
		args[1] |= args[2] << 32;
	} else if (nr == 180 || nr == 181 || nr == 333 || nr == 334) { /* pread64, pwrite64, preadv, pwritev */
		args[3] |= args[4] << 32;
	} else if (nr == 324) { /* fallocate */
		args[2] |= args[3] << 32;
		args[3] = args[4] | args[5] << 32;
	} else if (nr == 140) { /* _llseek: high half first, result, whence */
		args[1] = args[1] << 32 | args[2];
		args[2] = args[4];
	} else if (nr == 90 && bpf_probe_read_user(memory, sizeof(memory), (void *)args[0]) == 0) { /* old mmap */
		for (int i = 0; i < 6; i++)
			args[i] = memory[i];
	}
}

/* All six arguments of the current call. */
static __always_inline void read_registers(u64 *args, struct pt_regs *regs, bool compat, u32 nr)
{
	if (compat) {
		args[0] = (u32)READ(regs, REG32_ARG0);
		args[1] = (u32)READ(regs, REG32_ARG1);
		args[2] = (u32)READ(regs, REG32_ARG2);
		args[3] = (u32)READ(regs, REG32_ARG3);
		args[4] = (u32)READ(regs, REG32_ARG4);
		args[5] = (u32)READ(regs, REG32_ARG5);
		join_halves(args, nr);
		return;
	}
	args[0] = READ(regs, REG_ARG0);
	args[1] = READ(regs, REG_ARG1);
	args[2] = READ(regs, REG_ARG2);
	args[3] = READ(regs, REG_ARG3);
	args[4] = READ(regs, REG_ARG4);
	args[5] = READ(regs, REG_ARG5);
}

#endif
