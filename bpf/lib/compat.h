/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_COMPAT_H
#define SAKER_COMPAT_H
/* Every difference between kernels, one function each. CO-RE decides at load
 * time; the verifier removes the branches that do not apply. */
#include "base.h"

/* 6.13 notes in the ns of ctime that somebody asked for it; stat(2) shows the rest. */
#define I_CTIME_QUERIED (1u << 31)

static __always_inline u64 in_ns(u64 seconds, u64 nanoseconds)
{
	return seconds * 1000000000ull + nanoseconds;
}

/* 6.6 renamed i_ctime, 6.7 the other times, 6.11 split them into two members. */
static __always_inline u64 inode_ctime(struct inode *inode)
{
	struct inode___6_6 *v6_6 = (void *)inode;
	struct inode___5_10 *v5_10 = (void *)inode;

	if (bpf_core_field_exists(inode->i_ctime_sec))
		return in_ns(READ(inode, i_ctime_sec), READ(inode, i_ctime_nsec) & ~I_CTIME_QUERIED);
	if (bpf_core_field_exists(v6_6->__i_ctime))
		return in_ns(READ(v6_6, __i_ctime.tv_sec), READ(v6_6, __i_ctime.tv_nsec));
	return in_ns(READ(v5_10, i_ctime.tv_sec), READ(v5_10, i_ctime.tv_nsec));
}

static __always_inline u64 inode_mtime(struct inode *inode)
{
	struct inode___6_7 *v6_7 = (void *)inode;
	struct inode___5_10 *v5_10 = (void *)inode;

	if (bpf_core_field_exists(inode->i_mtime_sec))
		return in_ns(READ(inode, i_mtime_sec), READ(inode, i_mtime_nsec));
	if (bpf_core_field_exists(v6_7->__i_mtime))
		return in_ns(READ(v6_7, __i_mtime.tv_sec), READ(v6_7, __i_mtime.tv_nsec));
	return in_ns(READ(v5_10, i_mtime.tv_sec), READ(v5_10, i_mtime.tv_nsec));
}

/* 6.15 renamed kernfs_node.parent. */
static __always_inline struct kernfs_node *kernfs_parent(struct kernfs_node *node)
{
	struct kernfs_node___5_10 *v5_10 = (void *)node;
	struct kernfs_node *parent;

	if (!bpf_core_field_exists(node->__parent))
		return (void *)READ(v5_10, parent);
	parent = READ(node, __parent);
	/* Else clang makes one load of both, at one of two offsets, of which one does not exist. */
	opaque(parent);
	return parent;
}

/* 6.14 renamed the member with a name that lies in the dentry. */
#define SHORT_NAME_RENAMED (!bpf_core_field_exists(((struct dentry *)0)->d_iname))

/*
 * Word `n`, a constant, of such a name; `renamed` is SHORT_NAME_RENAMED. 6.12 made the member longer, which is why it is
 * an element that is read and not the start of the whole.
 */
#define SHORT_NAME_WORD(dentry, n, renamed)                                        \
	({                                                                         \
		struct dentry___6_14 *v6_14_ = (void *)(dentry);                   \
		u64 word_;                                                         \
		if (renamed) {                                                     \
			word_ = v6_14_->d_shortname.words[n];                      \
		} else {                                                           \
			word_ = *(u64 *)&(dentry)->d_iname[(n) * 8];               \
			/* As in kernfs_parent. */                                 \
			opaque(word_);                                             \
		}                                                                  \
		word_;                                                             \
	})

/* The registers user space entered the kernel with. `own`: own_task(), no other:
 * 5.15 has a helper; before, they lie at the top of the kernel stack. */
static __always_inline struct pt_regs *user_regs_of(struct task_struct *own)
{
#ifdef SAKER_TYPED
	return (struct pt_regs *)bpf_task_pt_regs(FIRST ? bpf_get_current_task_btf() : own);
#else
	return (struct pt_regs *)((u64)READ(current_task(), stack) + THREAD_SIZE - bpf_core_type_size(struct pt_regs));
#endif
}

static __always_inline struct pt_regs *user_regs(void)
{
	return user_regs_of(own_task());
}

/* The struct filename of an io_uring open; 7.0 wrapped the pointer. */
static __always_inline u64 uring_filename(struct io_open *command)
{
	struct io_open___7_0 *new = (void *)command;

	if (bpf_core_type_exists(struct delayed_filename))
		return (u64)LOOSE(new, filename.__incomplete_filename);
	return (u64)LOOSE(command, filename);
}

static __always_inline bool is_compat(struct task_struct *task)
{
	return IS_COMPAT(task);
}

/* The first arguments of the current syscall, by the ABI it came through. */
struct args {
	u64 a, b, c, d, e;
};

static __always_inline void read_args(struct args *args, bool compat)
{
	struct pt_regs *regs = user_regs();

	if (compat) {
		args->a = (u32)READ(regs, REG32_ARG0);
		args->b = (u32)READ(regs, REG32_ARG1);
		args->c = (u32)READ(regs, REG32_ARG2);
		args->d = (u32)READ(regs, REG32_ARG3);
		args->e = (u32)READ(regs, REG32_ARG4);
		return;
	}
	args->a = READ(regs, REG_ARG0);
	args->b = READ(regs, REG_ARG1);
	args->c = READ(regs, REG_ARG2);
	args->d = READ(regs, REG_ARG3);
	args->e = READ(regs, REG_ARG4);
}

#endif
