/* SPDX-License-Identifier: GPL-2.0 */
/*
 * open, openat, openat2, creat, and their io_uring forms.
 *
 *   syscalls:  return of do_sys_openat2                              -> record
 *   io_uring:  entry of io_openat2 marks the thread
 *                -> return of do_filp_open (do_file_open since 7.0)  -> record
 *              return of io_openat2 removes the mark
 *
 * The syscall path looks the file up by its new descriptor, which gives ret its
 * value. io_uring may open into a fixed slot without a descriptor, and kernels
 * before 5.19 keep no result in the request, so there the opened file itself is
 * taken where it is made and ret is only 0 or -errno (SAKER_FLAG_FD_UNKNOWN).
 */
#include "../lib/carrier.h"
#include "../lib/inode.h"
#include "../lib/record.h"

#define EAGAIN 11
#define MARKS_MAX 8192
#define FMODE_CREATED 0x100000
#define PF_IO_WORKER 0x10
#define IORING_OP_OPENAT2 28
/* The kernel adds it to every 64-bit open; programs on x86-64 never ask for it. */
#define O_LARGEFILE 0100000
#define O_WRONLY 01
#define O_CREAT 0100
#define O_TRUNC 01000
#define O_TMPFILE_BIT 020000000
#define S_IALLUGO 07777
#define LEAVES_FILES (TYPED && !CAN_CAST)

/* What the caller asked for, in the shape of struct open_how. */
struct asked {
	u64 flags, mode, resolve;
};

static __always_inline u32 open_type(bool *compat)
{
	struct pt_regs *regs = user_regs();
	/* The kernel looks at these bits only (from 5.14 on); a program may set the others. */
	u32 nr = READ(regs, orig_ax);

	*compat = is_compat(current_task());
	if (nr == 437)
		return SAKER_TYPE_OPENAT2;
	if (*compat)
		return nr == 5 ? SAKER_TYPE_OPEN : nr == 8 ? SAKER_TYPE_CREAT : SAKER_TYPE_OPENAT;
	return nr == 2 ? SAKER_TYPE_OPEN : nr == 85 ? SAKER_TYPE_CREAT : SAKER_TYPE_OPENAT;
}

static __always_inline void begin_open(struct workspace *ws, struct task_struct *task, u32 type, s32 dirfd, s64 ret)
{
	struct saker_open *o = &ws->record.open;

	begin_record(ws, task, type, SAKER_LAYOUT_OPEN, SAKER_OPEN_NSTR, sizeof(*o));
	o->h.ret = ret;
	o->dirfd = dirfd;
	o->dev = 0;
	o->ino = 0;
	o->resolve = 0;
	o->file_mode = 0;
	o->nlink = 0;
}

static __always_inline void fill_opened(struct saker_open *o, struct file *file, struct inode *inode, bool typed)
{
	o->dev = encode_dev(GET(typed, inode, i_sb, s_dev));
	o->ino = GET(typed, inode, i_ino);
	o->file_mode = GET(typed, inode, i_mode);
	o->nlink = GET(typed, inode, i_nlink);
	if (GET(typed, file, f_mode) & FMODE_CREATED)
		o->h.flags |= SAKER_FLAG_CREATED;
	o->h.flags |= overlay_flags(inode, GET(typed, inode, i_sb, s_magic));
}

/*
 * 5.15 to 6.3: what is found by its descriptor has no type, so facts and name cost 3,000 instructions. The file that
 * do_filp_open returns has one. That program leaves them here; the one of the system call takes them if the thread,
 * the file and its place are the same, else it reads and walks.
 */
static __always_inline void leave_file(struct file *file)
{
	struct workspace *ws = workspace_of(SLOT_OPENED);
	struct task_struct *task = current_task();

	if (!ws || ws->busy)
		return;
	ws->busy = 1;
	ws->tid = 0;
	ws->end = sizeof(struct saker_open);
	ws->record.h.flags = 0;
	if (collect_names(&ws->walk, &file->f_path, READ(task, fs), TYPED_LEVELS)) {
		join_names(ws, TYPED_LEVELS);
		fill_opened(&ws->record.open, file, READ(file, f_inode), true);
		ws->file = (u64)file;
		ws->dentry = (u64)READ(file, f_path.dentry);
		ws->tid = READ(task, pid);
	}
	ws->busy = 0;
}

static __always_inline bool is_left(struct workspace *left, struct task_struct *task, struct file *file)
{
	return !left->busy && left->tid == (u32)READ(task, pid) && left->file == (u64)file;
}

/* False: nothing was left. */
static __always_inline bool take_file(struct workspace *ws, struct task_struct *task, struct file *file)
{
	struct workspace *left = workspace_of(SLOT_OPENED);
	struct saker_open *o = &ws->record.open, *from;
	char *to = string_place(ws);
	u32 len, flags;

	if (!left || !to || !file || !is_left(left, task, file))
		return false;
	from = &left->record.open;
	o->dev = from->dev;
	o->ino = from->ino;
	o->file_mode = from->file_mode;
	o->nlink = from->nlink;
	flags = from->h.flags;
	len = left->walk.length;
	opaque(len);
	if (len > SAKER_STR_MAX)
		return false;
	bpf_probe_read_kernel(to, len, (char *)from + sizeof(*from));
	/* Where programs are preempted another thread's open may have come between. */
	if (!is_left(left, task, file) || left->dentry != (u64)LOOSE(file, f_path.dentry))
		return false;
	o->h.flags |= flags;
	end_string(ws, &o->str[SAKER_OPEN_PATH], len, left->walk.flags);
	return true;
}

/* `file` is without its type. */
static __always_inline void put_file(struct workspace *ws, struct task_struct *task, struct file *file)
{
	struct saker_open *o = &ws->record.open;
	struct inode *inode;

	if (LEAVES_FILES && take_file(ws, task, file))
		return;
	inode = LOOSE(file, f_inode);
	if (!inode) {
		o->h.flags |= SAKER_FLAG_FILE_ABSENT;
		return put_absent(ws, &o->str[SAKER_OPEN_PATH], 0);
	}
	fill_opened(o, file, inode, false);
	put_path(ws, &o->str[SAKER_OPEN_PATH], &file->f_path, READ(task, fs));
}

static __always_inline int open_syscall_event(u32 type, bool compat, s32 dirfd, u64 name, struct asked *asked, s32 ret,
					      u32 slot)
{
	struct task_struct *task = current_task();
	bool own = bpf_get_current_pid_tgid() >> 32 == config.own_tgid;
	struct workspace *ws;
	struct saker_open *o;

	/* Of the agent's own opens the canary, wanted or not. */
	if (own) {
		if ((asked->flags & SAKER_CANARY_OPEN_FLAGS) != SAKER_CANARY_OPEN_FLAGS)
			return 0;
	} else if (!type_enabled(type)) {
		return 0;
	}
	if (slot != SLOT_DISPATCH && !program_carries(type, compat))
		return 0;
	ws = workspace_of(slot);
	if (!ws)
		return 0;
	begin_open(ws, task, type, dirfd, ret);
	o = &ws->record.open;
	o->open_flags = compat ? asked->flags : asked->flags & ~O_LARGEFILE;
	o->mode = asked->mode & S_IALLUGO;
	o->resolve = asked->resolve;
	if (compat)
		o->h.flags |= SAKER_FLAG_COMPAT;
	put_string(ws, &o->str[SAKER_OPEN_NAME], (void *)name, SAKER_STR_MAX, true);
	put_file(ws, task, file_of(task, ret));
	put_base(ws, &o->str[SAKER_OPEN_BASE], &o->str[SAKER_OPEN_NAME], task, dirfd);
	/* The canary asks whether the agent sees, not whether the ring has room. */
	send_record(ws, !own);
	return 0;
}

SEC("fexit/do_sys_openat2")
int BPF_PROG(open_syscall, int dirfd, const char *name, struct open_how *how, long ret)
{
	struct asked asked = {};
	bool compat;
	u32 type = open_type(&compat);

	asked.flags = READ(how, flags);
	asked.mode = READ(how, mode);
	asked.resolve = READ(how, resolve);
	return open_syscall_event(type, compat, dirfd, (u64)name, &asked, ret, SLOT_OPEN);
}

/* Where there are no arguments: they are still in the registers of user space. */
static __always_inline int open_from_registers(s32 ret, u32 slot)
{
	struct asked asked = {};
	struct args args;
	s32 dirfd = AT_FDCWD;
	bool compat;
	u32 type = open_type(&compat);
	u64 name;

	read_args(&args, compat);
	if (type == SAKER_TYPE_OPEN || type == SAKER_TYPE_CREAT) {
		name = args.a;
		asked.flags = type == SAKER_TYPE_OPEN ? args.b : O_CREAT | O_WRONLY | O_TRUNC;
		asked.mode = type == SAKER_TYPE_OPEN ? args.c : args.b;
	} else {
		dirfd = args.a;
		name = args.b;
		asked.flags = (u32)args.c;
		asked.mode = args.d;
	}
	if (type == SAKER_TYPE_OPENAT2)
		bpf_probe_read_user(&asked, sizeof(asked), (void *)args.c);
	else if (!(asked.flags & (O_CREAT | O_TMPFILE_BIT)))
		asked.mode = 0; /* the kernel does not look at it either */
	return open_syscall_event(type, compat, dirfd, name, &asked, ret, slot);
}

SEC("kretprobe.multi/do_sys_openat2")
int open_syscall_fprobe(struct pt_regs *ctx)
{
	return open_from_registers(ctx->ax, SLOT_OPEN);
}

struct mark {
	u64 task; /* whose request it is */
	u64 name; /* struct filename */
	struct asked asked; /* do_filp_open sees O_NONBLOCK added */
	s32 dirfd;
	u32 opcode;
};

/* Threads inside io_openat2, by thread id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MARKS_MAX);
	__type(key, u32);
	__type(value, struct mark);
} uring_opens SEC(".maps");

static __always_inline int begin_uring(struct io_kiocb *req)
{
	struct task_struct *task = current_task();
	struct io_kiocb___5_10 *old = (void *)req;
	struct io_open *command = (void *)req; /* lies at the start of every request */
	u32 tid = bpf_get_current_pid_tgid();
	struct mark mark = {};

	/* Before 5.12 a kernel thread works for the process that asked. */
	if (!TYPED && (READ(task, flags) & PF_KTHREAD) && bpf_core_field_exists(old->task))
		task = LOOSE(old, task);
	mark.task = (u64)task;
	mark.opcode = LOOSE(req, opcode);
	mark.dirfd = LOOSE(command, dfd);
	mark.name = uring_filename(command);
	bpf_core_read(&mark.asked.flags, 8, &command->how.flags);
	bpf_core_read(&mark.asked.mode, 8, &command->how.mode);
	bpf_core_read(&mark.asked.resolve, 8, &command->how.resolve);
	if (bpf_map_update_elem(&uring_opens, &tid, &mark, BPF_ANY))
		count(mark.opcode == IORING_OP_OPENAT2 ? SAKER_TYPE_OPENAT2 : SAKER_TYPE_OPENAT, false);
	return 0;
}

static __always_inline int end_uring(void)
{
	u32 tid = bpf_get_current_pid_tgid();

	bpf_map_delete_elem(&uring_opens, &tid);
	return 0;
}

static __always_inline int open_uring(struct file *file)
{
	struct task_struct *leader, *task = current_task();
	u32 tid = bpf_get_current_pid_tgid(), type;
	struct filename *name;
	struct workspace *ws;
	struct mark *mark;
	s64 ret = (s64)file;

	/* Every open passes here: leave before the map look-up unless io_uring is in use. */
	if (LEAVES_FILES && !(ret < 0 && ret > -4096))
		leave_file(file);
	if (!READ(task, io_uring) && !(READ(task, flags) & PF_IO_WORKER))
		return 0;
	mark = bpf_map_lookup_elem(&uring_opens, &tid);
	/* -EAGAIN: the inline attempt would sleep; a worker repeats it. */
	if (!mark || ret == -EAGAIN)
		return 0;
	type = mark->opcode == IORING_OP_OPENAT2 ? SAKER_TYPE_OPENAT2 : SAKER_TYPE_OPENAT;
	if (!TYPED)
		task = (struct task_struct *)mark->task;
	if (!type_enabled(type) || (u32)READ(task, tgid) == config.own_tgid)
		return 0;
	ws = workspace_of(SLOT_OPEN_URING);
	if (!ws)
		return 0;
	if (ret < 0 && ret > -4096)
		file = NULL;
	begin_open(ws, task, type, mark->dirfd, file ? 0 : ret);
	ws->record.h.flags |= SAKER_FLAG_IO_URING | (file ? SAKER_FLAG_FD_UNKNOWN : 0);
	ws->record.open.open_flags = mark->asked.flags & ~O_LARGEFILE;
	ws->record.open.mode = mark->asked.mode & S_IALLUGO;
	ws->record.open.resolve = mark->asked.resolve;
	/* The worker is a thread with a name of its own; the program is the leader. */
	leader = READ(task, group_leader);
	read_comm(ws->record.h.comm, leader);
	name = (void *)mark->name;
	put_string(ws, &ws->record.open.str[SAKER_OPEN_NAME], LOOSE(name, name), SAKER_STR_MAX, false);
	put_file(ws, task, file);
	put_base(ws, &ws->record.open.str[SAKER_OPEN_BASE], &ws->record.open.str[SAKER_OPEN_NAME], task, mark->dirfd);
	send_record(ws, true);
	return 0;
}

SEC("fentry/io_openat2")
int BPF_PROG(open_uring_begin, struct io_kiocb *req)
{
	return begin_uring(req);
}

SEC("kprobe.multi/io_openat2")
int open_uring_begin_fprobe(struct pt_regs *ctx)
{
	return begin_uring((void *)ctx->di);
}

SEC("fexit/io_openat2")
int BPF_PROG(open_uring_end)
{
	return end_uring();
}

SEC("kretprobe.multi/io_openat2")
int open_uring_end_fprobe(struct pt_regs *ctx)
{
	return end_uring();
}

SEC("fexit/do_filp_open")
int BPF_PROG(open_uring_file, int dirfd, struct filename *name, const struct open_flags *op, struct file *file)
{
	return open_uring(file);
}

SEC("kretprobe.multi/do_filp_open")
int open_uring_file_fprobe(struct pt_regs *ctx)
{
	return open_uring((void *)ctx->ax);
}

SEC("fexit/do_file_open")
int BPF_PROG(open_uring_file_v7, int dirfd, struct filename *name, const struct open_flags *op, struct file *file)
{
	return open_uring(file);
}

SEC("kretprobe.multi/do_file_open")
int open_uring_file_v7_fprobe(struct pt_regs *ctx)
{
	return open_uring((void *)ctx->ax);
}
