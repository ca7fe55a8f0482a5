/* SPDX-License-Identifier: Apache-2.0 */
/* A reader of the kernel's BTF: one read, one pass. */
#define _GNU_SOURCE
#include "types.h"

#include "saker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What saker_functions has read, for the object that is loaded next: to read it takes as long as to load a program. */
static _Atomic(struct kept *) kept;

struct kept {
	struct types types;
	char path[];
};

static void keep(struct types *types, const char *path)
{
	size_t size = strlen(path) + 1;
	struct kept *now = malloc(sizeof(*now) + size), *before;

	if (now) {
		now->types = *types;
		memcpy(now->path, path, size);
	} else {
		types_free(types);
	}
	before = atomic_exchange(&kept, now);
	if (before)
		types_free(&before->types);
	free(before);
}

static bool take_kept(struct types *types, const char *path)
{
	struct kept *before = atomic_exchange(&kept, NULL);
	bool same = before && strcmp(before->path, path) == 0;

	if (same)
		*types = before->types;
	else if (before)
		types_free(&before->types);
	free(before);
	return same;
}

static int read_into(int fd, uint8_t *bytes, size_t size)
{
	size_t got = 0;
	ssize_t n = 1;

	while (got < size && n > 0) {
		n = read(fd, bytes + got, size - got);
		got += n > 0 ? (size_t)n : 0;
	}
	return n < 0 ? -errno : got == size ? 0 : -EINVAL;
}

/* Since 6.16 the kernel's BTF can be mapped; before, it is copied. */
static int map_all(int fd, size_t size, void **bytes)
{
	int error;

	*bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (*bytes != MAP_FAILED)
		return 0;
	*bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (*bytes == MAP_FAILED)
		return -errno;
	error = read_into(fd, *bytes, size);
	if (error)
		munmap(*bytes, size);
	return error;
}

static int read_all(const char *path, struct types *types)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
	void *bytes;
	struct statx facts;

	if (fd < 0)
		return -errno;
	/* Not fstat(2): linked on a newer system it needs glibc 2.33. */
	if (statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &facts) < 0)
		error = -errno;
	else
		error = facts.stx_size < sizeof(struct btf_header) ? -EINVAL : map_all(fd, facts.stx_size, &bytes);
	close(fd);
	if (error)
		return error;
	types->bytes = bytes;
	types->size = facts.stx_size;
	return 0;
}

/* Sections must lie in the file and the names must end. */
static int find_sections(struct types *types)
{
	const struct btf_header *header = (const struct btf_header *)types->bytes;
	uint64_t type_at, names_at, size = types->size;

	if (header->magic != BTF_MAGIC)
		return -EINVAL;
	type_at = (uint64_t)header->hdr_len + header->type_off;
	names_at = (uint64_t)header->hdr_len + header->str_off;
	if ((type_at & 3) || type_at + header->type_len > size || names_at + header->str_len > size ||
	    header->str_len == 0 || types->bytes[names_at + header->str_len - 1] != 0)
		return -EINVAL;
	types->first = types->bytes + type_at;
	types->end = types->first + header->type_len;
	types->names = (const char *)types->bytes + names_at;
	types->names_size = header->str_len;
	return 0;
}

int types_read(const char *path, struct types *types)
{
	int error;

	types->bytes = NULL;
	if (take_kept(types, path))
		return 0;
	error = read_all(path, types);
	if (!error)
		error = find_sections(types);
	if (error)
		types_free(types);
	return error;
}

void types_free(struct types *types)
{
	if (types->bytes)
		munmap((void *)types->bytes, types->size);
	types->bytes = NULL;
}

uint32_t types_size(const struct btf_type *type)
{
	static const uint8_t fixed[] = {
		[BTF_KIND_INT] = 4, [BTF_KIND_PTR] = 0,	     [BTF_KIND_ARRAY] = 12, [BTF_KIND_VAR] = 4,
		[BTF_KIND_FLOAT] = 0, [BTF_KIND_DECL_TAG] = 4, [BTF_KIND_TYPE_TAG] = 0,
	};
	static const uint8_t each[] = {
		[BTF_KIND_STRUCT] = 12,	    [BTF_KIND_UNION] = 12,  [BTF_KIND_ENUM] = 8,
		[BTF_KIND_FUNC_PROTO] = 8, [BTF_KIND_DATASEC] = 12, [BTF_KIND_ENUM64] = 12,
	};
	uint32_t kind = btf_kind(type), size = sizeof(*type);

	if (kind == BTF_KIND_UNKN || kind > BTF_KIND_ENUM64)
		return 0;
	if (kind < sizeof(fixed))
		size += fixed[kind];
	if (kind < sizeof(each))
		size += each[kind] * (uint32_t)btf_vlen(type);
	return size;
}

const char *types_name(const struct types *types, const struct btf_type *type)
{
	return type->name_off < types->names_size ? types->names + type->name_off : "";
}

/* `names` has one a line; `found` a byte for each. */
int saker_functions(const char *path, const char *names, uint8_t *found, uint32_t count)
{
	struct types types;
	struct names wanted;
	const struct name *name;
	uint32_t index = 0, size;
	int error = names_begin(&wanted, count);

	if (error)
		return error;
	for (const char *at = names; *at && index < count; index++) {
		size_t length = strcspn(at, "\n");

		names_add(&wanted, at, (uint32_t)length, index);
		at += length + (at[length] == '\n');
	}
	memset(found, 0, count);
	error = types_read(path, &types);
	if (!error) {
		for (const uint8_t *at = types.first; at + sizeof(struct btf_type) <= types.end; at += size) {
			const struct btf_type *type = (const struct btf_type *)at;

			size = types_size(type);
			if (size == 0)
				break;
			if (btf_kind(type) != BTF_KIND_FUNC)
				continue;
			name = names_find(&wanted, types_name(&types, type));
			if (name)
				found[name->value] = 1;
		}
		keep(&types, path);
	}
	names_free(&wanted);
	return error;
}
