/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table of names. Nearly all that are looked up are not there, and nearly all of those differ in the first four
 * bytes. */
#include "types.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t head_of(const char *text)
{
	uint32_t head = 0;

	for (uint32_t i = 0; i < 4 && text[i]; i++)
		head |= (uint32_t)(uint8_t)text[i] << (8 * i);
	return (head * 2654435761u) >> 16;
}

static uint32_t hash_of(const char *text, uint32_t length)
{
	uint32_t hash = 2166136261u;

	for (uint32_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)text[i]) * 16777619u;
	return hash;
}

int names_begin(struct names *names, uint32_t count)
{
	uint32_t size = 16;

	while (size < count * 2)
		size *= 2;
	memset(names, 0, sizeof(*names));
	names->mask = size - 1;
	names->slots = calloc(size, sizeof(*names->slots));
	return names->slots ? 0 : -ENOMEM;
}

static struct name *slot_of(const struct names *names, const char *text, uint32_t length)
{
	uint32_t at = hash_of(text, length);

	for (;; at++) {
		struct name *name = &names->slots[at & names->mask];

		if (!name->text || (name->length == length && memcmp(name->text, text, length) == 0))
			return name;
	}
}

void names_add(struct names *names, const char *text, uint32_t length, uint32_t value)
{
	uint32_t head;
	char begin[5] = {};

	memcpy(begin, text, length < 4 ? length : 4);
	head = head_of(begin);
	names->heads[head / 64] |= 1ull << (head % 64);
	*slot_of(names, text, length) = (struct name){ text, length, value };
}

const struct name *names_find(const struct names *names, const char *text)
{
	uint32_t head = head_of(text);
	struct name *name;

	if (!(names->heads[head / 64] >> (head % 64) & 1))
		return NULL;
	name = slot_of(names, text, (uint32_t)strlen(text));
	return name->text ? name : NULL;
}

void names_free(struct names *names)
{
	for (uint32_t i = 0; i < names->made_count; i++)
		free(names->made[i]);
	free(names->slots);
}
