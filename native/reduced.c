/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbpf looks for each type that an object names through all 150,000 types of the kernel. Here one pass finds them all;
 * libbpf then gets a BTF of these few, with what they contain. Where a pointer points to is left out: libbpf compares
 * members no further.
 *
 * The new ids must be turned back where the kernel gets them (wrap.c). In the code of a program they look like any
 * number that libbpf has put there, such as the size of a type, so a type that is looked for by name never has an id
 * that is also the size of one.
 */
#include "types.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define IDS_MAX 65536
#define ROOTS_MAX 1024

struct making {
	struct types kernel;
	uint32_t *places; /* by kernel id: where in the type section */
	uint32_t places_count;
	uint32_t *ids; /* by kernel id: the new one */
	uint32_t *queue; /* by new id: the kernel's */
	uint32_t count; /* of new ids, 0 included */
	uint32_t roots[ROOTS_MAX], roots_count; /* kernel ids */
	uint8_t *types, *names;
	uint32_t types_size, types_room, names_size, names_room;
};

static const struct btf_type *type_of(const struct making *m, uint32_t id)
{
	return (const struct btf_type *)(m->kernel.first + m->places[id]);
}

/* Room for `more` bytes behind `size`; false without memory. */
static bool grow(uint8_t **bytes, uint32_t size, uint32_t *room, uint32_t more)
{
	uint8_t *bigger;

	if (size + more <= *room)
		return true;
	bigger = realloc(*bytes, (size_t)(size + more) * 2);
	if (!bigger)
		return false;
	*bytes = bigger;
	*room = (size + more) * 2;
	return true;
}

/* The name at `offset` of the kernel's names, as an offset of the new ones. */
static uint32_t take_name(struct making *m, uint32_t offset)
{
	const char *name = offset < m->kernel.names_size ? m->kernel.names + offset : "";
	uint32_t size = (uint32_t)strlen(name) + 1, at = m->names_size;

	if (size == 1 || !grow(&m->names, m->names_size, &m->names_room, size))
		return 0;
	memcpy(m->names + at, name, size);
	m->names_size += size;
	return at;
}

/* The new id of a type; it is written when its turn comes. */
static uint32_t take_type(struct making *m, uint32_t id)
{
	if (id == 0 || id >= m->places_count)
		return 0;
	if (!m->ids[id] && m->count < IDS_MAX) {
		m->ids[id] = m->count;
		m->queue[m->count++] = id;
	}
	return m->ids[id];
}

static void take_members(struct making *m, struct btf_type *type)
{
	struct btf_member *member = btf_members(type);

	for (uint32_t i = 0; i < btf_vlen(type); i++, member++) {
		member->name_off = take_name(m, member->name_off);
		member->type = take_type(m, member->type);
	}
}

static void take_values(struct making *m, struct btf_type *type)
{
	/* Of both kinds the name is the first word of a value. */
	uint32_t step = btf_kind(type) == BTF_KIND_ENUM ? 2 : 3, *value = (uint32_t *)(type + 1);

	for (uint32_t i = 0; i < btf_vlen(type); i++, value += step)
		*value = take_name(m, *value);
}

static void take_parameters(struct making *m, struct btf_type *type)
{
	struct btf_param *parameter = btf_params(type);

	type->type = take_type(m, type->type);
	for (uint32_t i = 0; i < btf_vlen(type); i++, parameter++) {
		parameter->name_off = 0;
		parameter->type = take_type(m, parameter->type);
	}
}

/* Turns a copy of a type of the kernel into one of the new BTF. */
static void take_content(struct making *m, struct btf_type *type)
{
	uint32_t kind = btf_kind(type);

	type->name_off = take_name(m, type->name_off);
	if (btf_is_composite(type))
		take_members(m, type);
	else if (btf_is_any_enum(type))
		take_values(m, type);
	else if (kind == BTF_KIND_FUNC_PROTO)
		take_parameters(m, type);
	else if (kind == BTF_KIND_PTR)
		type->type = 0;
	else if (btf_is_mod(type) || kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_FUNC)
		type->type = take_type(m, type->type);
	else if (kind == BTF_KIND_ARRAY) {
		btf_array(type)->type = take_type(m, btf_array(type)->type);
		btf_array(type)->index_type = take_type(m, btf_array(type)->index_type);
	}
}

static int write_types(struct making *m)
{
	for (uint32_t id = 1; id < m->count; id++) {
		const struct btf_type *from = type_of(m, m->queue[id]);
		uint32_t size = types_size(from);
		struct btf_type *copy = calloc(1, size);
		bool room = grow(&m->types, m->types_size, &m->types_room, size);

		if (copy && room) {
			memcpy(copy, from, size);
			take_content(m, copy);
			memcpy(m->types + m->types_size, copy, size);
			m->types_size += size;
		}
		free(copy);
		if (!copy || !room)
			return -ENOMEM;
	}
	return m->count < IDS_MAX ? 0 : -E2BIG;
}

/* Where each type lies, and which have a name of the object. */
static int index_types(struct making *m, const struct names *wanted)
{
	const uint32_t kinds = 1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION | 1u << BTF_KIND_ENUM |
			       1u << BTF_KIND_ENUM64 | 1u << BTF_KIND_TYPEDEF | 1u << BTF_KIND_FUNC;
	uint32_t room = (uint32_t)((m->kernel.end - m->kernel.first) / (long)sizeof(struct btf_type)) + 1, id = 1, size;

	m->places = malloc((size_t)room * sizeof(*m->places));
	m->ids = calloc(room, sizeof(*m->ids));
	m->queue = calloc(IDS_MAX, sizeof(*m->queue));
	if (!m->places || !m->ids || !m->queue)
		return -ENOMEM;
	for (const uint8_t *at = m->kernel.first; at < m->kernel.end; at += size, id++) {
		const struct btf_type *type = (const struct btf_type *)at;

		size = (size_t)(m->kernel.end - at) < sizeof(*type) ? 0 : types_size(type);
		if (size == 0 || size > (size_t)(m->kernel.end - at))
			return -EINVAL;
		m->places[id] = (uint32_t)(at - m->kernel.first);
		if ((kinds >> btf_kind(type) & 1) && m->roots_count < ROOTS_MAX &&
		    names_find(wanted, types_name(&m->kernel, type)))
			m->roots[m->roots_count++] = id;
	}
	m->places_count = id;
	return 0;
}

/* 0 and 1 tell whether something exists. */
static bool is_meaningful(const struct making *m, uint32_t number)
{
	if (number < 2)
		return true;
	for (uint32_t i = 0; i < m->roots_count; i++) {
		const struct btf_type *type = type_of(m, m->roots[i]);

		if (btf_is_composite(type) && type->size == number)
			return true;
	}
	return false;
}

/* Ids that mean something else go to any other type: copies of one with nothing in it do no harm. */
static void take_roots(struct making *m, uint32_t *kernel_ids)
{
	uint32_t filler = 1;

	while (filler < m->places_count && btf_kind(type_of(m, filler)) != BTF_KIND_INT)
		filler++;
	for (uint32_t i = 0; i < m->roots_count; i++) {
		while (is_meaningful(m, m->count))
			m->queue[m->count++] = filler;
		kernel_ids[take_type(m, m->roots[i])] = m->roots[i];
	}
}

static int join(struct reduced *reduced, const struct making *m)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = m->types_size,
		.str_off = m->types_size,
		.str_len = m->names_size,
	};

	reduced->size = (uint32_t)sizeof(header) + m->types_size + m->names_size;
	reduced->count = m->count;
	reduced->bytes = malloc(reduced->size);
	if (!reduced->bytes)
		return -ENOMEM;
	memcpy(reduced->bytes, &header, sizeof(header));
	memcpy(reduced->bytes + sizeof(header), m->types, m->types_size);
	memcpy(reduced->bytes + sizeof(header) + m->types_size, m->names, m->names_size);
	return 0;
}

static int make(struct reduced *reduced, struct making *m, const struct names *wanted)
{
	int error = index_types(m, wanted);

	if (error)
		return error;
	reduced->kernel_ids = calloc(IDS_MAX, sizeof(*reduced->kernel_ids));
	if (!reduced->kernel_ids || !grow(&m->names, 0, &m->names_room, 65536))
		return -ENOMEM;
	m->names[0] = 0;
	m->names_size = 1;
	m->count = 1;
	take_roots(m, reduced->kernel_ids);
	error = write_types(m);
	return error ? error : join(reduced, m);
}

int reduced_make(struct reduced *reduced, const char *path, const struct bpf_object *object)
{
	struct making *m = calloc(1, sizeof(*m));
	struct names wanted = {};
	int error = m ? types_read(path, &m->kernel) : -ENOMEM;

	memset(reduced, 0, sizeof(*reduced));
	if (!m)
		return error;
	error = error ? error : names_of_object(&wanted, object);
	error = error ? error : make(reduced, m, &wanted);
	names_free(&wanted);
	types_free(&m->kernel);
	free(m->places);
	free(m->ids);
	free(m->queue);
	free(m->types);
	free(m->names);
	free(m);
	if (error)
		reduced_free(reduced);
	return error;
}

void reduced_free(struct reduced *reduced)
{
	free(reduced->bytes);
	free(reduced->kernel_ids);
	memset(reduced, 0, sizeof(*reduced));
}
