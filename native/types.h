/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAKER_TYPES_H
#define SAKER_TYPES_H
/* The kernel's type information (BTF, Documentation/bpf/btf.rst), and the small part of it that one object needs. */
#include <bpf/btf.h>
#include <stdint.h>

/* types.c: the bytes of a BTF file. */
struct types {
	const uint8_t *bytes;
	size_t size;
	const uint8_t *first, *end; /* type section */
	const char *names;
	uint32_t names_size;
};

/* 0 or -errno; -EINVAL if it is not BTF that is whole. Takes what saker_functions has read of the same file. */
int types_read(const char *path, struct types *types);
void types_free(struct types *types);
/* Bytes of a type with what follows it; 0 if its kind is unknown. */
uint32_t types_size(const struct btf_type *type);
/* The name; "" if it has none or it lies outside. */
const char *types_name(const struct types *types, const struct btf_type *type);

#define NAMES_MADE_MAX 64

/* names.c: a set of names that says quickly what is not in it. The texts are the caller's. */
struct names {
	struct name {
		const char *text;
		uint32_t length, value;
	} *slots;
	uint32_t mask;
	uint64_t heads[1024];
	char *made[NAMES_MADE_MAX]; /* texts that belong to the set */
	uint32_t made_count;
};

/* Room for `count` names; 0 or -ENOMEM. */
int names_begin(struct names *names, uint32_t count);
void names_add(struct names *names, const char *text, uint32_t length, uint32_t value);
/* NULL: it is not one of them. */
const struct name *names_find(const struct names *names, const char *text);
void names_free(struct names *names);

struct bpf_object;
/* named.c: what an object names. 0 or -errno; to be freed in either case. */
int names_of_object(struct names *names, const struct bpf_object *object);

/* reduced.c: the types of the kernel that one object needs, as BTF with ids of its own. */
struct reduced {
	uint8_t *bytes;
	uint32_t size;
	uint32_t *kernel_ids; /* by id: the kernel's, of types that have a name in the object; else 0 */
	uint32_t count;
};

/* 0 or -errno. */
int reduced_make(struct reduced *reduced, const char *path, const struct bpf_object *object);
void reduced_free(struct reduced *reduced);

/* wrap.c: what libbpf takes for the kernel's types on this thread from now on; NULL: the kernel's. */
void wrap_types(const struct reduced *reduced);

#endif
