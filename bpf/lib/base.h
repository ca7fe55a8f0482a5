/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_BASE_H
#define SAKER_BASE_H
/* What every BPF file includes, in the one order that works. */
#include "../vmlinux/vmlinux.h"
#if defined(__TARGET_ARCH_arm64)
#include "../arch/arm64.h"
#else
#include "../arch/x86.h"
#endif

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "../abi/control.h"

/*
 * The source is built twice; src/kernel/object.ts chooses by kernel.
 *
 *   saker.bpf.o         SAKER_TYPED, from 5.15 on. The verifier knows the type of the pointers that come from the
 *                       current task or from the arguments of a program; their members are read by plain loads,
 *                       which the JIT makes safe (a fault reads 0): about 7 instructions a load.
 *   saker-probing.bpf.o before: every member is read through a helper, about 65 instructions.
 *
 * READ(pointer, member, ...) follows members from a pointer whose type the verifier knows.
 * LOOSE(pointer, member, ...) does so from one that lost it: out of a map, a table, a void *, container_of. From 6.4
 * on the type can be given back to it, which costs nothing; before, LOOSE reads through the helper.
 * Either reads 0 where a pointer on the way is null or wild.
 */
#define ARROWS_2(p, a) (p)->a
#define ARROWS_3(p, a, b) (p)->a->b
#define ARROWS_4(p, a, b, c) (p)->a->b->c
#define ARROWS_5(p, a, b, c, d) (p)->a->b->c->d
#define ARROWS_N(_1, _2, _3, _4, _5, n, ...) ARROWS_##n
#define ARROWS(...) ARROWS_N(__VA_ARGS__, 5, 4, 3, 2)(__VA_ARGS__)

#ifdef SAKER_TYPED
#define TYPED 1
extern void *bpf_rdonly_cast(const void *pointer, u32 type) __ksym __weak;
#define READ(...) ARROWS(__VA_ARGS__)
#define READ_BITFIELD BPF_CORE_READ_BITFIELD
/* Came with 6.4, the cast with 6.2: a type is asked for at no cost, a function from 6.4 on and for more. */
#define CAN_CAST bpf_core_type_exists(struct bpf_refcount)
/* `pointer` as a typed one; only where CAN_CAST. */
#define CAST(type, pointer) ((type *)bpf_rdonly_cast((void *)(pointer), bpf_core_type_id_kernel(type)))
#define LOOSE(p, ...)                                                              \
	({                                                                         \
		typeof(p) p_ = (p);                                                \
		typeof(ARROWS(p_, __VA_ARGS__)) value_;                            \
		if (CAN_CAST)                                                      \
			value_ = ARROWS(CAST(typeof(*p_), p_), __VA_ARGS__);       \
		else                                                               \
			value_ = BPF_CORE_READ(p_, __VA_ARGS__);                   \
		value_;                                                            \
	})
#else
#define TYPED 0
#define READ(...) BPF_CORE_READ(__VA_ARGS__)
#define READ_BITFIELD BPF_CORE_READ_BITFIELD_PROBED
#define CAN_CAST 0
#define CAST(type, pointer) ((type *)(pointer))
#define LOOSE(...) BPF_CORE_READ(__VA_ARGS__)
#endif

/* For functions that serve both kinds of pointers; `typed` is a constant. */
#define GET(typed, ...) ((typed) ? READ(__VA_ARGS__) : LOOSE(__VA_ARGS__))

/*
 * The first object (first.bpf.c) must be there soon, so its long loops are callbacks of bpf_loop, which the verifier
 * sees once and not once for each round. The others have their rounds in place: those cost less when they run.
 */
#if defined(SAKER_FIRST) && TYPED
#define FIRST 1
#define CAN_LOOP bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop)
#else
#define FIRST 0
#define CAN_LOOP 0
#endif

/* Eight bytes at any address. */
static __always_inline u64 word_at(const void *address)
{
	u64 word = 0;

	/* Any struct that begins with a word will do. */
	if (CAN_CAST)
		return READ(CAST(struct pt_regs, address), REG_FIRST);
	bpf_probe_read_kernel(&word, sizeof(word), address);
	return word;
}

static __always_inline struct task_struct *current_task(void)
{
#ifdef SAKER_TYPED
	struct task_struct *task = bpf_get_current_task_btf();

	return CAN_CAST ? CAST(struct task_struct, task) : task;
#else
	return (struct task_struct *)bpf_get_current_task();
#endif
}

/*
 * The same as it comes: from 6.4 on the verifier trusts it, and its members are read by loads without a check. Pointers
 * in it that are tagged __rcu (as cred) may be null there if the kernel's BTF has the tags, so those are cast. For each
 * pointer that is read out of it the verifier searches the kernel's types by name, 40 ms for an open: not in the first
 * object.
 */
static __always_inline struct task_struct *own_task(void)
{
#if TYPED && !FIRST
	return bpf_get_current_task_btf();
#else
	return current_task();
#endif
}

/* Hides a value's history from clang, so that the bound check that follows is
 * the one the verifier sees. */
#define opaque(x) asm volatile("" : "+r"(x))

#endif
