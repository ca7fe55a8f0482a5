/* SPDX-License-Identifier: GPL-2.0 */
/* Calls on names through io_uring: see uring.bpf.h. */
#include "uring.bpf.h"

#define AT_REMOVEDIR 0x200
#define XATTR_NAME_MAX 255

enum { HAS_NAME = 1, HAS_NAME2 = 2, HAS_TEXT = 4, HAS_FILE = 8, AS_GIVEN = 16 };

struct uring_op {
	u64 req; /* struct io_kiocb */
	u64 args[6]; /* as the system call would have them; names are left out */
	s32 dirfd, dirfd2;
	u32 type;
	u32 has;
	char name[SAKER_STR_MAX + 8];
	char name2[SAKER_STR_MAX + 8];
	char text[XATTR_NAME_MAX + 1];
};

/* Requests being issued, by thread. Memory is taken only while they are. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, URING_THREADS);
	__type(key, u32);
	__type(value, struct uring_op);
} uring_ops SEC(".maps");

/* What a new one starts as: too big for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct uring_op);
} uring_blank SEC(".maps");

static __always_inline struct uring_op *begin_op(u64 req, u32 type)
{
	u32 tid = bpf_get_current_pid_tgid(), zero = 0;
	struct uring_op *op = bpf_map_lookup_elem(&uring_blank, &zero);

	if (!op || !uring_wanted(type))
		return NULL;
	if (bpf_map_update_elem(&uring_ops, &tid, op, BPF_ANY)) {
		count(type, false);
		return NULL;
	}
	op = bpf_map_lookup_elem(&uring_ops, &tid);
	if (op) {
		op->req = req;
		op->type = type;
	}
	return op;
}

/* A struct filename of a request; 7.0 wrapped the pointers. */
#define URING_NAME(command, kind, member)                                                                              \
	({                                                                                                             \
		u64 name__ = 0;                                                                                        \
		if (bpf_core_type_exists(struct delayed_filename))                                                     \
			bpf_core_read(&name__, 8, &((struct kind##___7_0 *)(command))->member.__incomplete_filename);  \
		else                                                                                                   \
			bpf_core_read(&name__, 8, &((struct kind *)(command))->member);                                \
		name__;                                                                                                \
	})

static __always_inline void save_name(char *to, u64 name)
{
	struct filename *filename = (void *)name;

	if (bpf_probe_read_kernel_str(to, SAKER_STR_MAX, BPF_CORE_READ(filename, name)) <= 0)
		to[0] = 0;
}

static __always_inline int begin_unlinkat(u64 req)
{
	struct io_unlink *command = (void *)req;
	struct uring_op *op = begin_op(req, SAKER_TYPE_UNLINKAT);

	if (!op)
		return 0;
	op->has = HAS_NAME;
	op->dirfd = op->args[0] = BPF_CORE_READ(command, dfd);
	op->args[2] = (u32)BPF_CORE_READ(command, flags);
	save_name(op->name, URING_NAME(command, io_unlink, filename));
	return 0;
}

static __always_inline int begin_mkdirat(u64 req)
{
	struct io_mkdir *command = (void *)req;
	struct uring_op *op = begin_op(req, SAKER_TYPE_MKDIRAT);

	if (!op)
		return 0;
	op->has = HAS_NAME;
	op->dirfd = op->args[0] = BPF_CORE_READ(command, dfd);
	op->args[2] = BPF_CORE_READ(command, mode);
	save_name(op->name, URING_NAME(command, io_mkdir, filename));
	return 0;
}

static __always_inline int begin_renameat(u64 req)
{
	struct io_rename *command = (void *)req;
	struct uring_op *op = begin_op(req, SAKER_TYPE_RENAMEAT2);

	if (!op)
		return 0;
	op->has = HAS_NAME | HAS_NAME2;
	op->dirfd = op->args[0] = BPF_CORE_READ(command, old_dfd);
	op->dirfd2 = op->args[2] = BPF_CORE_READ(command, new_dfd);
	op->args[4] = (u32)BPF_CORE_READ(command, flags);
	save_name(op->name, URING_NAME(command, io_rename, oldpath));
	save_name(op->name2, URING_NAME(command, io_rename, newpath));
	return 0;
}

static __always_inline int begin_link(u64 req, u32 type)
{
	struct io_link *command = (void *)req;
	struct uring_op *op = begin_op(req, type);
	bool symlink = type == SAKER_TYPE_SYMLINKAT;

	if (!op)
		return 0;
	op->has = HAS_NAME | HAS_NAME2 | (symlink ? AS_GIVEN : 0);
	op->dirfd2 = BPF_CORE_READ(command, new_dfd);
	if (symlink) {
		op->args[1] = op->dirfd2;
	} else {
		op->dirfd = op->args[0] = BPF_CORE_READ(command, old_dfd);
		op->args[2] = op->dirfd2;
		op->args[4] = (u32)BPF_CORE_READ(command, flags);
	}
	save_name(op->name, URING_NAME(command, io_link, oldpath));
	save_name(op->name2, URING_NAME(command, io_link, newpath));
	return 0;
}

#define begin_linkat(req) begin_link(req, SAKER_TYPE_LINKAT)
#define begin_symlinkat(req) begin_link(req, SAKER_TYPE_SYMLINKAT)

/* The context of an attribute: struct xattr_ctx, since 6.13 kernel_xattr_ctx. */
#define XATTR(to, command, member)                                                                              \
	do {                                                                                                    \
		if (bpf_core_type_exists(struct kernel_xattr_ctx))                                              \
			bpf_core_read(&(to), sizeof(to), &((struct io_xattr___6_13 *)(command))->ctx.member);   \
		else                                                                                            \
			bpf_core_read(&(to), sizeof(to), &(command)->ctx.member);                               \
	} while (0)

static __always_inline struct uring_op *begin_xattr(u64 req, u32 type)
{
	struct io_xattr *command = (void *)req;
	struct uring_op *op = begin_op(req, type);
	void *name = NULL;
	u32 flags = 0;

	if (!op)
		return NULL;
	XATTR(op->args[3], command, size);
	XATTR(flags, command, flags);
	XATTR(name, command, kname);
	op->args[4] = flags;
	op->has = HAS_TEXT;
	if (bpf_probe_read_kernel_str(op->text, sizeof(op->text), name) <= 0)
		op->text[0] = 0;
	return op;
}

static __always_inline int begin_setxattr(u64 req)
{
	struct io_xattr *command = (void *)req;
	struct uring_op *op = begin_xattr(req, SAKER_TYPE_SETXATTR);

	if (!op)
		return 0;
	op->has |= HAS_NAME;
	op->dirfd = AT_FDCWD;
	save_name(op->name, URING_NAME(command, io_xattr, filename));
	return 0;
}

static __always_inline int begin_fsetxattr(u64 req)
{
	struct uring_op *op = begin_xattr(req, SAKER_TYPE_FSETXATTR);

	if (op)
		op->has |= HAS_FILE;
	return 0;
}

static __always_inline int begin_getxattr(u64 req)
{
	struct io_xattr *command = (void *)req;
	struct uring_op *op = begin_xattr(req, SAKER_TYPE_GETXATTR);

	if (!op)
		return 0;
	op->has |= HAS_NAME;
	op->dirfd = AT_FDCWD;
	save_name(op->name, URING_NAME(command, io_xattr, filename));
	return 0;
}

static __always_inline int begin_fgetxattr(u64 req)
{
	struct uring_op *op = begin_xattr(req, SAKER_TYPE_FGETXATTR);

	if (op)
		op->has |= HAS_FILE;
	return 0;
}

static __always_inline int begin_statx(u64 req)
{
	struct io_statx *command = (void *)req;
	struct uring_op *op = begin_op(req, SAKER_TYPE_STATX);

	if (!op)
		return 0;
	op->has = HAS_NAME;
	op->dirfd = op->args[0] = BPF_CORE_READ(command, dfd);
	op->args[2] = BPF_CORE_READ(command, flags);
	op->args[3] = BPF_CORE_READ(command, mask);
	op->args[4] = (u64)BPF_CORE_READ(command, buffer);
	save_name(op->name, URING_NAME(command, io_statx, filename));
	return 0;
}

static __always_inline int begin_ftruncate(u64 req)
{
	struct io_ftrunc *command = (void *)req;
	struct uring_op *op = begin_op(req, SAKER_TYPE_FTRUNCATE);

	if (!op)
		return 0;
	op->has = HAS_FILE;
	op->args[1] = BPF_CORE_READ(command, len);
	return 0;
}

static __always_inline int begin_do_unlinkat(s32 dirfd, u64 name, u32 flags)
{
	struct uring_op *op = inside_uring() ? begin_op(0, SAKER_TYPE_UNLINKAT) : NULL;

	if (!op)
		return 0;
	op->has = HAS_NAME;
	op->dirfd = op->args[0] = dirfd;
	op->args[2] = flags;
	save_name(op->name, name);
	return 0;
}

static __always_inline int begin_do_renameat2(s32 dirfd, u64 name, s32 dirfd2, u64 name2, u32 flags)
{
	struct uring_op *op = inside_uring() ? begin_op(0, SAKER_TYPE_RENAMEAT2) : NULL;

	if (!op)
		return 0;
	op->has = HAS_NAME | HAS_NAME2;
	op->dirfd = op->args[0] = dirfd;
	op->dirfd2 = op->args[2] = dirfd2;
	op->args[4] = flags;
	save_name(op->name, name);
	save_name(op->name2, name2);
	return 0;
}

static __always_inline void put_saved(struct workspace *ws, struct saker_str *cell, const char *saved, bool has)
{
	if (has)
		put_string(ws, cell, saved, SAKER_STR_MAX, false);
	else
		put_absent(ws, cell, 0);
}

static __always_inline void put_saved_base(struct workspace *ws, struct saker_str *base, struct saker_str *name,
					   struct task_struct *task, s32 dirfd, bool has)
{
	if (has)
		put_base(ws, base, name, task, dirfd);
	else
		put_absent(ws, base, 0);
}

static __always_inline void put_uring_call(struct workspace *ws, struct uring_op *op, struct task_struct *task,
					   struct file *file)
{
	struct saker_call *c = &ws->record.call;

	for (int i = 0; i < 6; i++)
		c->args[i] = op->args[i];
	c->nr = NR_IO_URING_ENTER;
	c->fd = -1;
	put_saved(ws, &c->str[SAKER_CALL_NAME], op->name, op->has & HAS_NAME);
	put_saved_base(ws, &c->str[SAKER_CALL_BASE], &c->str[SAKER_CALL_NAME], task, op->dirfd,
		       (op->has & HAS_NAME) && !(op->has & AS_GIVEN));
	put_saved(ws, &c->str[SAKER_CALL_NAME2], op->name2, op->has & HAS_NAME2);
	put_saved_base(ws, &c->str[SAKER_CALL_BASE2], &c->str[SAKER_CALL_NAME2], task, op->dirfd2, op->has & HAS_NAME2);
	if ((op->has & HAS_FILE) && file) {
		c->h.flags |= SAKER_FLAG_FD_UNKNOWN;
		put_path(ws, &c->str[SAKER_CALL_PATH], &file->f_path, READ(task, fs));
	} else {
		put_absent(ws, &c->str[SAKER_CALL_PATH], 0);
	}
	put_saved(ws, &c->str[SAKER_CALL_TEXT], op->text, op->has & HAS_TEXT);
	put_absent(ws, &c->str[SAKER_CALL_DATA], 0);
}

/* Makes the event of the request whose names begin_* kept. */
__noinline int end_op(s64 ret)
{
	struct task_struct *task = current_task();
	u32 tid = bpf_get_current_pid_tgid();
	struct uring_op *op = bpf_map_lookup_elem(&uring_ops, &tid);
	struct workspace *ws;
	struct io_kiocb *req;

	if (!op)
		return 0;
	req = (void *)op->req;
	if (op->req && !result_of(op->req, &ret))
		goto out;
	ws = take_workspace(SLOT_CALL, op->type);
	if (!ws)
		goto out;
	begin_uring_record(ws, task, op->type, SAKER_LAYOUT_CALL, SAKER_CALL_NSTR, sizeof(struct saker_call), ret);
	put_uring_call(ws, op, task, req ? BPF_CORE_READ(req, file) : NULL);
	send_record(ws, true);
	ws->busy = 0;
out:
	bpf_map_delete_elem(&uring_ops, &tid);
	return 0;
}
