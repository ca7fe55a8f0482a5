/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_GUARD_OPENS_H
#define SAKER_GUARD_OPENS_H
/* Whether a rule may match an open: asked before a record is begun or a path is walked. */
#include "../lib/record.h"
#include "names.h"

#define O_PATH 010000000

/* What the caller asked for, in the shape of struct open_how. */
struct asked {
	u64 flags, mode, resolve;
};

static __always_inline u32 kind_of_open(u64 flags, bool failed)
{
	/* O_WRONLY, O_RDWR */
	bool writes = ((flags + 1) & 2) && !(flags & O_PATH);

	return failed ? SAKER_OPENS_FAILED : writes ? SAKER_OPENS_WRITE : SAKER_OPENS_READ;
}

/* enum saker_asked */
static __always_inline u32 asked_of_kind(u32 kind)
{
	return enabled.opens[kind & (SAKER_OPENS_MAX - 1)];
}

static __always_inline bool asks_for_names(u32 kind)
{
	return asked_of_kind(kind) >= SAKER_ASKED_FIRST;
}

/* Whether a rule may match an open of this kind, whatever its names are. */
static __always_inline bool open_wanted(struct asked *asked, bool failed)
{
	return asked_of_kind(kind_of_open(asked->flags, failed)) != SAKER_ASKED_NONE;
}

/*
 * The next word of a name as it was given; its beginning is kept. Returns false if the name may have a `.`, `..` or an
 * empty component, so that it begins otherwise than it seems.
 * @after: highest bit of the word's first byte if that follows a slash; of the next word's first byte, then
 */
static __always_inline bool next_word(struct guarding *g, u32 index, u64 word, u64 *after, bool *ended)
{
	u64 slashes = zero_bytes(word ^ SLASHES), zeros = zero_bytes(word), end = zeros & -zeros, hits;

	if (index == 0) {
		g->relative = (word & 0xff) != '/';
		g->second = 0;
		/* Its directory's name ends with a slash. */
		*after = g->relative ? 0x80 : 0;
	}
	/* `.` and `/` differ in their lowest bit. */
	hits = (slashes << 8 | *after) & (zero_bytes((word | ONES) ^ SLASHES) | zeros);
	*after = slashes >> 56;
	if (end) {
		*ended = true;
		hits &= end | (end - 1);
		word &= (end >> 7) - 1;
	}
	if (index == 0)
		g->first = word;
	if (index == 1)
		g->second = word;
	return !hits;
}

#define SCAN(ws, words, count)                                                                   \
	({                                                                                       \
		u64 after_ = 0;                                                                  \
		bool ended_ = false, plain_ = true;                                              \
		_Pragma("clang loop unroll(full)") for (u32 i = 0; i < (count); i++) {           \
			plain_ = next_word(&(ws)->guarding, i, (words)[i], &after_, &ended_);    \
			if (!plain_ || ended_)                                                   \
				break;                                                           \
		}                                                                                \
		plain_ && ended_;                                                                \
	})

/* Whether no rule asks for the name given. @base: directory of a relative name, if it is known */
static __always_inline bool given_is_unasked(struct saker_guard *guard, struct workspace *ws, u64 cases, struct path *base,
					     struct fs_struct *fs)
{
	struct guarding *g = &ws->guarding;

	if (!g->relative)
		return !may_be_asked(guard, g->first, cases) || !is_asked(guard, g->first, g->second, cases);
	if (!base)
		return false;
	if (begins_unasked(guard, base, fs, cases))
		return true;
	if (!head_of_path(ws, base, fs))
		return false;
	if (g->at < HEAD)
		add_to_head(ws, g->first, g->second, HEAD);
	return !head_is_asked(guard, ws, cases);
}

static __always_inline bool path_is_unasked(struct saker_guard *guard, struct workspace *ws, u64 cases, struct path *path,
					    struct fs_struct *fs)
{
	return begins_unasked(guard, path, fs, cases) ||
	       (head_of_path(ws, path, fs) && !head_is_asked(guard, ws, cases));
}

static __always_inline struct saker_guard *guard_of(u32 asked)
{
	u32 place = asked - SAKER_ASKED_FIRST;

	return asked < SAKER_ASKED_FIRST ? NULL : bpf_map_lookup_elem(&guards, &place);
}

/* 6.0 reads an array of bytes at the end of a struct by typed loads; 6.1 has something to tell it by. */
#define READS_TEXT bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_user_ringbuf_drain)

/* In the program that sees the kernel's copy of the name, and the file with its type. */
static __always_inline bool file_is_unwanted(struct workspace *ws, struct task_struct *task, s32 dirfd,
					     struct filename *name, struct file *file)
{
	u32 kind = kind_of_open(READ(file, f_flags), false), asked = asked_of_kind(kind);
	struct saker_guard *guard = guard_of(asked);
	struct fs_struct *fs = READ(task, fs);
	u64 cases;

	if (!READS_TEXT || !guard)
		return asked == SAKER_ASKED_NONE;
	/* Nearly always it lies behind the struct. */
	if ((u64)READ(name, name) != (u64)name + bpf_core_field_offset(name->iname))
		return false;
	if (!SCAN(ws, (u64 *)&name->iname[0], SHORT_NAME / 8))
		return false;
	cases = guard->kinds[kind];
	return given_is_unasked(guard, ws, cases, dirfd == AT_FDCWD ? &fs->pwd : NULL, fs) &&
	       path_is_unasked(guard, ws, cases, &file->f_path, fs);
}

/*
 * In the program of the system call, from 6.4 on: whether no rule asks for the open. Global, so that it is verified once
 * and not for each way that leads here. @slot: of the workspace; @ret: of the call
 */
__noinline int open_is_unasked(u32 slot, u32 kind, s32 dirfd, u64 name, s32 ret)
{
	struct saker_guard *guard = guard_of(asked_of_kind(kind));
	struct workspace *ws = workspace_of(slot);
	struct task_struct *task = own_task();
	u64 words[SHORT_NAME / 8], cases;
	struct path *base = NULL;
	struct fs_struct *fs;
	struct file *file;
	long size;

	if (!CAN_CAST || !ws || !guard)
		return 0;
	size = bpf_probe_read_user_str(words, sizeof(words), (void *)name);
	if (size <= 0 || size == sizeof(words) || !SCAN(ws, words, SHORT_NAME / 8))
		return 0;
	fs = READ(task, fs);
	if (ws->guarding.relative) {
		file = dirfd == AT_FDCWD ? NULL : file_of(task, dirfd);
		if (file)
			base = &CAST(struct file, file)->f_path;
		else if (dirfd == AT_FDCWD)
			base = CAST(struct path, &fs->pwd);
	}
	cases = guard->kinds[kind & (SAKER_OPENS_MAX - 1)];
	if (!given_is_unasked(guard, ws, cases, base, fs))
		return 0;
	if (ret < 0)
		return 1;
	file = file_of(task, ret);
	return file && path_is_unasked(guard, ws, cases, &CAST(struct file, file)->f_path, fs);
}

#endif
