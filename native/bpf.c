/* SPDX-License-Identifier: Apache-2.0 */
/* One BPF object: open, configure, load, attach, maps. */
#include "saker.h"
#include "types.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Every system call in both tables, and room. */
#define MAX_LINKS 1024

struct object {
	struct bpf_object *bpf;
	struct bpf_link *links[MAX_LINKS];
};

static struct object *from(uint64_t handle)
{
	return (struct object *)(uintptr_t)handle;
}

static struct bpf_program *program_of(uint64_t handle, const char *name)
{
	return bpf_object__find_program_by_name(from(handle)->bpf, name);
}

static struct bpf_map *map_of(uint64_t handle, const char *name)
{
	return bpf_object__find_map_by_name(from(handle)->bpf, name);
}

int saker_bpf_open(const void *image, uint64_t size, uint64_t *handle)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "saker");
	struct object *object = calloc(1, sizeof(*object));
	struct bpf_program *program;

	if (!object)
		return -ENOMEM;
	saker_log_install();
	/* libbpf copies what it keeps of the image. */
	object->bpf = bpf_object__open_mem(image, size, &opts);
	if (!object->bpf) {
		int error = -errno;

		free(object);
		return error;
	}
	bpf_object__for_each_program(program, object->bpf)
		bpf_program__set_autoload(program, false);
	*handle = (uint64_t)(uintptr_t)object;
	return 0;
}

int saker_bpf_close(uint64_t handle)
{
	struct object *object = from(handle);

	for (int i = 0; i < MAX_LINKS; i++)
		if (object->links[i])
			bpf_link__destroy(object->links[i]);
	bpf_object__close(object->bpf);
	free(object);
	return 0;
}

int saker_bpf_select(uint64_t handle, const char *name)
{
	struct bpf_program *program = program_of(handle, name);

	return program ? bpf_program__set_autoload(program, true) : -ENOENT;
}

int saker_bpf_share(uint64_t handle, uint64_t first)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, from(handle)->bpf)
	{
		struct bpf_map *theirs = map_of(first, bpf_map__name(map));
		int error;

		/* What they do not have, others may. */
		if (!theirs || strstr(bpf_map__name(map), ".rodata"))
			continue;
		error = bpf_map__reuse_fd(map, bpf_map__fd(theirs));
		if (error)
			return error;
	}
	return 0;
}

int saker_bpf_resize(uint64_t handle, const char *name, uint32_t entries)
{
	struct bpf_map *map = map_of(handle, name);

	return map ? bpf_map__set_max_entries(map, entries) : -ENOENT;
}

static int constant_offset(const struct btf *btf, const char *name, uint64_t size, size_t *offset)
{
	int id = btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC);
	const struct btf_type *section;
	const struct btf_var_secinfo *var;

	if (id < 0)
		return id;
	section = btf__type_by_id(btf, (uint32_t)id);
	var = btf_var_secinfos(section);
	for (int i = 0; i < btf_vlen(section); i++, var++) {
		const struct btf_type *type = btf__type_by_id(btf, var->type);

		if (strcmp(btf__name_by_offset(btf, type->name_off), name) != 0)
			continue;
		*offset = var->offset;
		return var->size == size ? 0 : -EMSGSIZE;
	}
	return -ENOENT;
}

int saker_bpf_constant(uint64_t handle, const char *name, const void *value, uint64_t size)
{
	struct bpf_map *map = map_of(handle, ".rodata");
	size_t offset, total;
	char *data;
	int error;

	if (!map)
		return -ENOENT;
	error = constant_offset(bpf_object__btf(from(handle)->bpf), name, size, &offset);
	if (error)
		return error;
	data = bpf_map__initial_value(map, &total);
	if (!data || offset > total || size > total - offset)
		return -EINVAL;
	memcpy(data + offset, value, size);
	return 0;
}

int saker_bpf_load(uint64_t handle, const char *types)
{
	struct bpf_object *object = from(handle)->bpf;
	struct reduced reduced;
	int error;

	if (!*types)
		return bpf_object__load(object);
	error = reduced_make(&reduced, types, object);
	if (error)
		return error;
	wrap_types(&reduced);
	error = bpf_object__load(object);
	wrap_types(NULL);
	reduced_free(&reduced);
	return error;
}

/* libbpf reads the list of all traceable functions for a kprobe.multi section; we always mean one function. */
static struct bpf_link *attach(struct bpf_program *program, const char *function)
{
	const char *section = bpf_program__section_name(program), *slash = strchr(section, '/');
	bool at_return = strncmp(section, "kretprobe.multi", 15) == 0;

	if (!*function && slash)
		function = slash + 1;
	if (at_return || strncmp(section, "kprobe.multi", 12) == 0) {
		LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .syms = &function, .cnt = 1, .retprobe = at_return);

		return bpf_program__attach_kprobe_multi_opts(program, NULL, &opts);
	}
	return bpf_program__attach(program);
}

int saker_bpf_attach(uint64_t handle, const char *name, const char *function)
{
	struct object *object = from(handle);
	struct bpf_program *program = program_of(handle, name);

	if (!program)
		return -ENOENT;
	for (int i = 0; i < MAX_LINKS; i++) {
		if (object->links[i])
			continue;
		object->links[i] = attach(program, function);
		return object->links[i] ? i : -errno;
	}
	return -ENOSPC;
}

int saker_bpf_detach(uint64_t handle, int link)
{
	struct object *object = from(handle);
	int error;

	if (link < 0 || link >= MAX_LINKS || !object->links[link])
		return -ENOENT;
	error = bpf_link__destroy(object->links[link]);
	object->links[link] = NULL;
	return error;
}

int saker_bpf_link_id(uint64_t handle, int link)
{
	struct object *object = from(handle);
	struct bpf_link_info info;
	uint32_t size = sizeof(info);
	int error;

	if (link < 0 || link >= MAX_LINKS || !object->links[link])
		return -ENOENT;
	memset(&info, 0, sizeof(info));
	error = bpf_link_get_info_by_fd(bpf_link__fd(object->links[link]), &info, &size);
	return error ? error : (int)info.id;
}

int saker_bpf_iterate(uint64_t handle, const char *name)
{
	struct bpf_program *program = program_of(handle, name);
	struct bpf_link *link;
	int fd;

	if (!program)
		return -ENOENT;
	link = bpf_program__attach_iter(program, NULL);
	if (!link)
		return -errno;
	/* The descriptor keeps the iteration alive without the link. */
	fd = bpf_iter_create(bpf_link__fd(link));
	bpf_link__destroy(link);
	return fd;
}

int saker_bpf_program_facts(uint64_t handle, const char *name, uint64_t facts[6])
{
	struct bpf_program *program = program_of(handle, name);
	struct bpf_prog_info info;
	uint32_t size = sizeof(info);
	int error;

	if (!program || bpf_program__fd(program) < 0)
		return -ENOENT;
	memset(&info, 0, sizeof(info));
	error = bpf_prog_get_info_by_fd(bpf_program__fd(program), &info, &size);
	if (error)
		return error;
	facts[0] = info.verified_insns;
	facts[1] = info.recursion_misses;
	facts[2] = info.xlated_prog_len;
	facts[3] = info.jited_prog_len;
	facts[4] = info.run_cnt;
	facts[5] = info.run_time_ns;
	return 0;
}

int saker_bpf_program_fd(uint64_t handle, const char *name)
{
	struct bpf_program *program = program_of(handle, name);

	return program ? bpf_program__fd(program) : -ENOENT;
}

int saker_bpf_map_fd(uint64_t handle, const char *name)
{
	struct bpf_map *map = map_of(handle, name);

	return map ? bpf_map__fd(map) : -ENOENT;
}

int saker_bpf_map_update(uint64_t handle, const char *name, const void *key, uint64_t key_size,
			 const void *value, uint64_t value_size)
{
	struct bpf_map *map = map_of(handle, name);

	return map ? bpf_map__update_elem(map, key, key_size, value, value_size, BPF_ANY) : -ENOENT;
}

int saker_bpf_map_holds(uint64_t handle, const char *name, const void *key, uint64_t key_size, const void *value,
			uint64_t value_size)
{
	struct bpf_map *map = map_of(handle, name);
	void *found = map ? malloc(value_size) : NULL;
	int result;

	if (!found)
		return map ? -ENOMEM : -ENOENT;
	result = bpf_map__lookup_elem(map, key, key_size, found, value_size, 0);
	if (!result)
		result = memcmp(found, value, value_size) == 0;
	free(found);
	return result;
}

int saker_bpf_map_sum(uint64_t handle, const char *name, uint32_t index, uint64_t *sums, uint32_t fields)
{
	struct bpf_map *map = map_of(handle, name);
	int error, cpus = libbpf_num_possible_cpus();
	uint64_t *values;

	if (!map)
		return -ENOENT;
	if (cpus < 0)
		return cpus;
	if (fields == 0 || bpf_map__value_size(map) != fields * sizeof(uint64_t))
		return -EINVAL;
	values = calloc((size_t)cpus * fields, sizeof(uint64_t));
	if (!values)
		return -ENOMEM;
	error = bpf_map__lookup_elem(map, &index, sizeof(index), values,
				     (size_t)cpus * fields * sizeof(uint64_t), 0);
	memset(sums, 0, fields * sizeof(uint64_t));
	for (size_t i = 0; !error && i < (size_t)cpus * fields; i++)
		sums[i % fields] += values[i];
	free(values);
	return error;
}
