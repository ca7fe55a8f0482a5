/* SPDX-License-Identifier: Apache-2.0 */
/* What an object names: types, functions it calls, places of its programs. */
#define _GNU_SOURCE
#include "types.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the kernel's BTF names the place of a section, in front of what follows its slash. */
static const struct {
	const char *section, *prefix;
} places[] = { { "tp_btf/", "btf_trace_" }, { "iter/", "bpf_iter_" } };

static void add_types(struct names *names, const struct btf *btf)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, type->name_off), *flavor = strstr(name, "___");

		/* Functions of the kernel and its own look the same here; what has the name of one by chance does no harm. */
		if (*name && (btf_is_composite(type) || btf_is_any_enum(type) || btf_is_func(type)))
			names_add(names, name, (uint32_t)(flavor ? (size_t)(flavor - name) : strlen(name)), id);
	}
}

static int add_place(struct names *names, const char *section)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		size_t length = strlen(places[i].section);
		char *name;

		if (strncmp(section, places[i].section, length) != 0)
			continue;
		if (names->made_count == NAMES_MADE_MAX)
			return -E2BIG;
		if (asprintf(&name, "%s%s", places[i].prefix, section + length) < 0)
			return -ENOMEM;
		names->made[names->made_count++] = name;
		names_add(names, name, (uint32_t)strlen(name), 0);
	}
	return 0;
}

int names_of_object(struct names *names, const struct bpf_object *object)
{
	const struct btf *btf = bpf_object__btf(object);
	struct bpf_program *program;
	int error = names_begin(names, btf__type_cnt(btf) + NAMES_MADE_MAX);

	if (error)
		return error;
	add_types(names, btf);
	bpf_object__for_each_program(program, object)
	{
		error = add_place(names, bpf_program__section_name(program));
		if (error)
			return error;
	}
	return 0;
}
