/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_PARTS_H
#define SAKER_PARTS_H
/* Data in several parts: struct iovec and struct msghdr of both ABIs. */
#include "call.h"

/* The kernel takes 1,024 (UIO_MAXIOV); of the size of more than these only the beginning is told. */
#define SIZE_PARTS_MAX 128
#define DATA_PARTS_MAX 8

struct part { /* struct iovec */
	u64 base, length;
};
struct message { /* the beginning of struct msghdr */
	u64 name;
	u32 name_length, pad;
	u64 parts, part_count;
};
struct message32 {
	u32 name, name_length, parts, part_count;
};
/* Sizes of struct mmsghdr, and where it tells the bytes moved. */
enum { MMSG_SIZE = 64, MMSG_LENGTH = 56, MMSG32_SIZE = 32, MMSG32_LENGTH = 28 };

static __always_inline long read_part(struct part *part, u64 parts, u32 index, bool compat)
{
	u32 pair[2];
	long error;

	if (!compat)
		return bpf_probe_read_user(part, sizeof(*part), (void *)(parts + index * sizeof(*part)));
	error = bpf_probe_read_user(pair, sizeof(pair), (void *)(parts + index * sizeof(pair)));
	part->base = pair[0];
	part->length = pair[1];
	return error;
}

static __always_inline long read_message(struct message *m, u64 pointer, bool compat)
{
	struct message32 m32;
	long error;

	if (!compat)
		return bpf_probe_read_user(m, sizeof(*m), (void *)pointer);
	error = bpf_probe_read_user(&m32, sizeof(m32), (void *)pointer);
	m->name = m32.name;
	m->name_length = m32.name_length;
	m->parts = m32.parts;
	m->part_count = m32.part_count;
	return error;
}

struct sum {
	u64 parts, bytes;
	u32 compat;
};

static long add_part(u32 index, struct sum *sum)
{
	struct part part = {};

	if (read_part(&part, sum->parts, index, sum->compat))
		return 1;
	sum->bytes += part.length;
	return 0;
}

/* Bytes over all parts. Global: verified once, not in each program's paths. */
__noinline u64 parts_size(u64 parts, u64 count, u32 compat)
{
	struct sum sum = { .parts = parts, .compat = compat };

	if (CAN_LOOP)
		bpf_loop(count < SIZE_PARTS_MAX ? count : SIZE_PARTS_MAX, add_part, &sum, 0);
	else
		for (u32 i = 0; i < SIZE_PARTS_MAX && i < count; i++)
			if (add_part(i, &sum))
				break;
	return sum.bytes;
}

struct gathering {
	struct workspace *ws;
	u64 parts, have, wanted;
	u32 compat;
};

static long gather_part(u32 index, struct gathering *g)
{
	u64 at = g->ws->end + g->have, n;
	struct part part = {};

	if (g->have >= g->wanted || read_part(&part, g->parts, index, g->compat))
		return 1;
	n = part.length < g->wanted - g->have ? part.length : g->wanted - g->have;
	opaque(n);
	opaque(at);
	if (n > SAKER_DATA_MAX || at > sizeof(struct record) - 8)
		return 1;
	if (bpf_probe_read_user((char *)&g->ws->record + at, n, (void *)part.base))
		return 1;
	g->have += n;
	return 0;
}

/* The beginning of the bytes in the first parts; `len` of them mean something. */
static __always_inline void put_parts(struct workspace *ws, struct saker_str *cell, u64 parts, u64 count, u64 len,
				      bool compat)
{
	u64 wanted = len > config.data_bytes ? config.data_bytes : len;
	struct gathering g = { .ws = ws, .parts = parts, .wanted = wanted, .compat = compat };

	if (CAN_LOOP)
		bpf_loop(count < DATA_PARTS_MAX ? count : DATA_PARTS_MAX, gather_part, &g, 0);
	else
		for (u32 i = 0; i < DATA_PARTS_MAX && i < count; i++)
			if (gather_part(i, &g))
				break;
	end_string(ws, cell, g.have, g.have < len ? SAKER_STR_CUT : 0);
}

#endif
