/* SPDX-License-Identifier: GPL-2.0 */
/* Registers of arm64: arch/arm64/include/asm/ptrace.h, syscall(2), and the procedure call standard (AAPCS64). */
struct pt_regs {
	u64 regs[31];
	u64 sp, pc, pstate;
	u64 orig_x0;
	s32 syscallno;
} __attribute__((preserve_access_index));

/* What user space asked for; the result takes the place of the first argument, so that one is kept apart. */
#define REG_NR syscallno
#define REG_ARG0 orig_x0
#define REG_ARG1 regs[1]
#define REG_ARG2 regs[2]
#define REG_ARG3 regs[3]
#define REG_ARG4 regs[4]
#define REG_ARG5 regs[5]
#define REG32_ARG0 orig_x0
#define REG32_ARG1 regs[1]
#define REG32_ARG2 regs[2]
#define REG32_ARG3 regs[3]
#define REG32_ARG4 regs[4]
#define REG32_ARG5 regs[5]
#define REG_IP pc
#define FUNC_ARG0 regs[0]
#define FUNC_ARG1 regs[1]
#define FUNC_ARG2 regs[2]
#define FUNC_RET regs[0]
#define REG_FIRST regs[0]

#define THREAD_SIZE 16384

/* Of the process, since all its calls use one ABI: arch/arm64/include/asm/thread_info.h. */
#define TIF_32BIT 22
struct task_struct___arm64 {
	struct {
		unsigned long flags;
	} thread_info;
} __attribute__((preserve_access_index));
#define IS_COMPAT(task) ((READ((struct task_struct___arm64 *)(task), thread_info.flags) >> TIF_32BIT) & 1)

/* Calls that arm64 does not have. */
#define NR_NONE (CALL_TABLE_SIZE - 1)
#define NR_OPEN NR_NONE
#define NR_CREAT NR_NONE
#define NR_FORK NR_NONE
#define NR_VFORK NR_NONE

/* 32-bit arm numbers its calls by itself; no table has them yet. */
#define HAS_TABLE32 0

#include "arm64-calls.h"
#define NR_OF(symbol, nr) NR_##symbol
