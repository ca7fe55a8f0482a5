/* SPDX-License-Identifier: GPL-2.0 */
/* Registers of x86-64: arch/x86/include/asm/ptrace.h, syscall(2), and the calling convention of the kernel. */
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax, ip, cs, flags, sp, ss;
} __attribute__((preserve_access_index));

/* Members of struct pt_regs: what user space asked for … */
#define REG_NR orig_ax
#define REG_ARG0 di
#define REG_ARG1 si
#define REG_ARG2 dx
#define REG_ARG3 r10
#define REG_ARG4 r8
#define REG_ARG5 r9
/* … by the 32-bit ABI … */
#define REG32_ARG0 bx
#define REG32_ARG1 cx
#define REG32_ARG2 dx
#define REG32_ARG3 si
#define REG32_ARG4 di
#define REG32_ARG5 bp
/* … and where it was; what a function got and gave. */
#define REG_IP ip
#define FUNC_ARG0 di
#define FUNC_ARG1 si
#define FUNC_ARG2 dx
#define FUNC_RET ax
#define REG_FIRST r15

#define THREAD_SIZE 16384

/* Set while the current system call uses the 32-bit ABI. */
#define TS_COMPAT 0x2
#define IS_COMPAT(task) (READ(task, thread_info.status) & TS_COMPAT)

/* Numbers that programs compare with, apart from the tables. */
#define NR_OPEN 2
#define NR_CREAT 85
#define NR_FORK 57
#define NR_VFORK 58

/* compat.bpf.h has the 32-bit ABI. */
#define HAS_TABLE32 1

/* The tables (probes/) hold the numbers of x86-64. */
#define NR_OF(symbol, nr) nr
