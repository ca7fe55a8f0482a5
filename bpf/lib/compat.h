/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_COMPAT_H
#define SAKER_COMPAT_H
/* Every difference between kernels, one function each. CO-RE decides at load
 * time; the verifier removes the branches that do not apply. */
#include "base.h"

/* x86: set while the current syscall uses the 32-bit ABI. */
#define TS_COMPAT 0x2
#define THREAD_SIZE 16384
/* 6.13 notes in the ns of ctime that somebody asked for it; stat(2) shows the rest. */
#define I_CTIME_QUERIED (1u << 31)

static __always_inline u64 timespec_ns(const struct timespec64 *t)
{
	return (u64)t->tv_sec * 1000000000ull + (u64)t->tv_nsec;
}

/* 6.6 renamed i_ctime, 6.7 the other times, 6.11 split them into two members. */
static __always_inline u64 inode_ctime(struct inode *inode)
{
	struct timespec64 t = {};

	if (bpf_core_field_exists(inode->i_ctime_sec))
		return (u64)BPF_CORE_READ(inode, i_ctime_sec) * 1000000000ull +
		       (BPF_CORE_READ(inode, i_ctime_nsec) & ~I_CTIME_QUERIED);
	if (bpf_core_field_exists(((struct inode___6_6 *)0)->__i_ctime))
		bpf_core_read(&t, sizeof(t), &((struct inode___6_6 *)inode)->__i_ctime);
	else
		bpf_core_read(&t, sizeof(t), &((struct inode___5_10 *)inode)->i_ctime);
	return timespec_ns(&t);
}

static __always_inline u64 inode_mtime(struct inode *inode)
{
	struct timespec64 t = {};

	if (bpf_core_field_exists(inode->i_mtime_sec))
		return (u64)BPF_CORE_READ(inode, i_mtime_sec) * 1000000000ull + BPF_CORE_READ(inode, i_mtime_nsec);
	if (bpf_core_field_exists(((struct inode___6_7 *)0)->__i_mtime))
		bpf_core_read(&t, sizeof(t), &((struct inode___6_7 *)inode)->__i_mtime);
	else
		bpf_core_read(&t, sizeof(t), &((struct inode___5_10 *)inode)->i_mtime);
	return timespec_ns(&t);
}

/* 6.15 renamed kernfs_node.parent. */
static __always_inline u64 kernfs_parent(u64 node)
{
	struct kernfs_node___5_10 *old = (void *)node;

	if (bpf_core_field_exists(((struct kernfs_node *)0)->__parent))
		return (u64)BPF_CORE_READ((struct kernfs_node *)node, __parent);
	return (u64)BPF_CORE_READ(old, parent);
}

/* The registers user space entered the kernel with. Only for the current task:
 * 5.15 has a helper; before, they lie at the top of the kernel stack. */
static __always_inline struct pt_regs *user_regs(void)
{
	struct task_struct *task;

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	task = (struct task_struct *)bpf_get_current_task();
	return (struct pt_regs *)((u64)BPF_CORE_READ(task, stack) + THREAD_SIZE -
				  bpf_core_type_size(struct pt_regs));
}

/* The struct filename of an io_uring open; 7.0 wrapped the pointer. */
static __always_inline u64 uring_filename(struct io_open *command)
{
	struct io_open___7_0 *new = (void *)command;

	if (bpf_core_type_exists(struct delayed_filename))
		return (u64)BPF_CORE_READ(new, filename.__incomplete_filename);
	return (u64)BPF_CORE_READ(command, filename);
}

static __always_inline bool is_compat(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
}

/* The first arguments of the current syscall, by the ABI it came through. */
struct args {
	u64 a, b, c, d, e;
};

static __always_inline void read_args(struct args *args, bool compat)
{
	struct pt_regs *regs = user_regs();

	if (compat) {
		args->a = (u32)BPF_CORE_READ(regs, bx);
		args->b = (u32)BPF_CORE_READ(regs, cx);
		args->c = (u32)BPF_CORE_READ(regs, dx);
		args->d = (u32)BPF_CORE_READ(regs, si);
		args->e = (u32)BPF_CORE_READ(regs, di);
		return;
	}
	args->a = BPF_CORE_READ(regs, di);
	args->b = BPF_CORE_READ(regs, si);
	args->c = BPF_CORE_READ(regs, dx);
	args->d = BPF_CORE_READ(regs, r10);
	args->e = BPF_CORE_READ(regs, r8);
}

#endif
