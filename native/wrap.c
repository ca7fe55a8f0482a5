/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between libbpf and three functions it calls (native/Makefile, --wrap): libbpf gets the reduced types of the
 * kernel (reduced.c), and what goes to the kernel gets the kernel's ids again.
 */
#include "types.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct btf *__wrap_btf__load_vmlinux_btf(void);
struct btf *__real_btf__load_vmlinux_btf(void);
int __wrap_bpf_btf_get_next_id(__u32 start, __u32 *next);
int __real_bpf_btf_get_next_id(__u32 start, __u32 *next);
int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license, const struct bpf_insn *code,
			 size_t count, struct bpf_prog_load_opts *opts);
int __real_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license, const struct bpf_insn *code,
			 size_t count, struct bpf_prog_load_opts *opts);

static __thread const struct reduced *given;

void wrap_types(const struct reduced *reduced)
{
	given = reduced;
}

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	return given ? btf__new(given->bytes, given->size) : __real_btf__load_vmlinux_btf();
}

/* No modules: their types go on from the last of the kernel. */
int __wrap_bpf_btf_get_next_id(__u32 start, __u32 *next)
{
	if (!given)
		return __real_bpf_btf_get_next_id(start, next);
	errno = ENOENT;
	return -ENOENT;
}

static __s32 kernel_id(__s32 id)
{
	__u32 index = (__u32)id;

	return index < given->count && given->kernel_ids[index] ? (__s32)given->kernel_ids[index] : id;
}

static void restore_ids(struct bpf_insn *code, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct bpf_insn *at = &code[i];

		if (at->code == (BPF_JMP | BPF_CALL) && at->src_reg == BPF_PSEUDO_KFUNC_CALL)
			at->imm = kernel_id(at->imm);
		if (at->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		/* A number of two words; ids have one. */
		if (at->src_reg == 0 && i + 1 < count && at[1].imm == 0)
			at->imm = kernel_id(at->imm);
		i++;
	}
}

int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license, const struct bpf_insn *code,
			 size_t count, struct bpf_prog_load_opts *opts)
{
	struct bpf_insn *copy;
	__u32 target;
	int result, error;

	if (!given || !opts)
		return __real_bpf_prog_load(type, name, license, code, count, opts);
	copy = malloc(count * sizeof(*copy));
	if (!copy) {
		errno = ENOMEM;
		return -ENOMEM;
	}
	memcpy(copy, code, count * sizeof(*copy));
	restore_ids(copy, count);
	target = opts->attach_btf_id;
	opts->attach_btf_id = (__u32)kernel_id((__s32)target);
	result = __real_bpf_prog_load(type, name, license, copy, count, opts);
	error = errno;
	opts->attach_btf_id = target;
	free(copy);
	errno = error;
	return result;
}
