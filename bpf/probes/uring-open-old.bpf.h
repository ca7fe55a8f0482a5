/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Opens through io_uring before 6.4, where a file that is found by its descriptor has no type:
 *
 *   entry of io_openat2 marks the thread
 *     -> return of do_filp_open -> record; of every open of the host: leave_file
 *   return of io_openat2 removes the mark
 *
 * The result is only 0 or -errno (SAKER_FLAG_FD_UNKNOWN): kernels before 5.19 keep none in the request.
 */
#define MARKS_MAX 8192

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

/* Whether there ever was one. */
volatile bool uring_opened = false;

static __always_inline int begin_uring(struct io_kiocb *req)
{
	struct task_struct *task = current_task();
	struct io_kiocb___5_10 *old = (void *)req;
	struct io_open *command = (void *)req; /* lies at the start of every request */
	u32 tid = bpf_get_current_pid_tgid();
	struct mark mark = {};

	uring_opened = true;
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

static __always_inline int open_uring(s32 dirfd, struct filename *name, struct file *file)
{
	struct task_struct *leader, *task = current_task();
	struct workspace *ws;
	struct mark *mark;
	u32 tid, type;
	s64 ret = (s64)file;

	/* Every open passes here: leave before the map look-up unless io_uring is in use. */
	if (LEAVES_FILES && !(ret < 0 && ret > -4096))
		leave_file(task, dirfd, name, file);
	if (!uring_opened)
		return 0;
	if (!READ(task, io_uring) && !(READ(task, flags) & PF_IO_WORKER))
		return 0;
	tid = bpf_get_current_pid_tgid();
	mark = bpf_map_lookup_elem(&uring_opens, &tid);
	/* -EAGAIN: the inline attempt would sleep; a worker repeats it. */
	if (!mark || ret == -EAGAIN)
		return 0;
	type = mark->opcode == IORING_OP_OPENAT2 ? SAKER_TYPE_OPENAT2 : SAKER_TYPE_OPENAT;
	if (!TYPED)
		task = (struct task_struct *)mark->task;
	if (!type_enabled(type) || (u32)READ(task, tgid) == config.own_tgid)
		return 0;
	if (!open_wanted(&mark->asked, ret < 0 && ret > -4096)) {
		count_dropped(type);
		return 0;
	}
	ws = workspace_of(SLOT_OPEN_URING);
	if (!ws)
		return 0;
	if (ret < 0 && ret > -4096)
		file = NULL;
	ws->end = sizeof(struct saker_open);
	begin_open(&ws->record.open, task, READ(task, tgid), type, mark->dirfd, file ? 0 : ret, &mark->asked,
		   SAKER_FLAG_IO_URING | (file ? SAKER_FLAG_FD_UNKNOWN : 0));
	/* The worker is a thread with a name of its own; the program is the leader. */
	leader = READ(task, group_leader);
	read_comm(ws->record.h.comm, leader);
	put_file(ws, task, file);
	name = (void *)mark->name;
	put_string(ws, &ws->record.open.str[SAKER_OPEN_NAME], LOOSE(name, name), SAKER_STR_MAX, false);
	put_base(ws, &ws->record.open.str[SAKER_OPEN_BASE], &ws->record.open.str[SAKER_OPEN_NAME], task, mark->dirfd);
	send_record(ws, true);
	return 0;
}

SEC("fentry/io_openat2")
int BPF_PROG(open_uring_begin, struct io_kiocb *req)
{
	return begin_uring(req);
}

SEC("fexit/io_openat2")
int BPF_PROG(open_uring_end)
{
	return end_uring();
}

SEC("fexit/do_filp_open")
int BPF_PROG(open_uring_file, int dirfd, struct filename *name, const struct open_flags *op, struct file *file)
{
	return open_uring(dirfd, name, file);
}
