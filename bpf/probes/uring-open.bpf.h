/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Opens through io_uring from 6.4 on. What was asked for is kept at the entry of io_openat2, as for the other calls on
 * names (uring-names.bpf.h). The record is made
 *
 *   at the return of io_openat2, with the file of the new descriptor, or
 *   in io_fixed_fd_install if the file goes to a slot of the ring: it has no descriptor (SAKER_FLAG_FD_UNKNOWN)
 *
 * so that opens by system calls have nothing to do with it.
 */
static __always_inline int begin_uring_open(u64 req)
{
	struct io_kiocb *request = (void *)req;
	struct io_open *command = (void *)req; /* lies at the start of every request */
	u8 opcode = BPF_CORE_READ(request, opcode);
	struct uring_op *op = begin_op(req, opcode == IORING_OP_OPENAT2 ? SAKER_TYPE_OPENAT2 : SAKER_TYPE_OPENAT);

	if (!op)
		return 0;
	op->dirfd = BPF_CORE_READ(command, dfd);
	op->args[0] = BPF_CORE_READ(command, how.flags);
	op->args[1] = BPF_CORE_READ(command, how.mode);
	op->args[2] = BPF_CORE_READ(command, how.resolve);
	save_name(op->name, uring_filename(command));
	return 0;
}

static __always_inline bool is_open(struct uring_op *op)
{
	return op->type == SAKER_TYPE_OPENAT || op->type == SAKER_TYPE_OPENAT2;
}

static __always_inline bool goes_to_slot(struct uring_op *op)
{
	struct io_open *command = (void *)op->req;

	return BPF_CORE_READ(command, file_slot) != 0;
}

static __always_inline void send_uring_open(struct uring_op *op, struct file *file, s64 ret, u32 flags)
{
	struct asked asked = { .flags = op->args[0], .mode = op->args[1], .resolve = op->args[2] };
	struct task_struct *task = current_task();
	struct workspace *ws;
	struct saker_open *o;

	if (!open_wanted(&asked, ret < 0))
		return count_dropped(op->type);
	ws = take_workspace(SLOT_OPEN_URING, op->type);
	if (!ws)
		return;
	o = &ws->record.open;
	ws->end = sizeof(*o);
	begin_open(o, task, READ(task, tgid), op->type, op->dirfd, ret, &asked, SAKER_FLAG_IO_URING | flags);
	/* The worker is a thread with a name of its own; the program is the leader. */
	read_comm(o->h.comm, READ(task, group_leader));
	put_file(ws, task, file);
	put_string(ws, &o->str[SAKER_OPEN_NAME], op->name, SAKER_STR_MAX, false);
	put_base(ws, &o->str[SAKER_OPEN_BASE], &o->str[SAKER_OPEN_NAME], task, op->dirfd);
	send_record(ws, true);
	ws->busy = 0;
}

/* The file goes to a slot; other requests bring files there, too. */
__noinline int uring_open_slot(u64 file)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct uring_op *op = bpf_map_lookup_elem(&uring_ops, &tid);

	if (!op || !is_open(op))
		return 0;
	send_uring_open(op, (struct file *)file, 0, SAKER_FLAG_FD_UNKNOWN);
	bpf_map_delete_elem(&uring_ops, &tid);
	return 0;
}

__noinline int uring_open_end(s64 ret)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct uring_op *op = bpf_map_lookup_elem(&uring_ops, &tid);

	if (!op)
		return 0;
	/* An attempt that may not sleep is repeated by a worker. */
	if (!result_of(op->req, &ret))
		goto out;
	if (ret >= 0 && goes_to_slot(op))
		send_uring_open(op, NULL, 0, SAKER_FLAG_FD_UNKNOWN); /* the program for slots is missing */
	else
		send_uring_open(op, ret < 0 ? NULL : file_of(current_task(), ret), ret, 0);
out:
	bpf_map_delete_elem(&uring_ops, &tid);
	return 0;
}

SEC("fentry/io_openat2")
int uring_open_begins(unsigned long long *ctx)
{
	return begin_uring_open(as_number(ctx[0]));
}

SEC("kprobe.multi/io_openat2")
int uring_open_begins_fprobe(struct pt_regs *ctx)
{
	return begin_uring_open(BPF_CORE_READ(ctx, FUNC_ARG0));
}

SEC("fexit/io_openat2")
int uring_open_ends(unsigned long long *ctx)
{
	return uring_open_end((s32)ctx[2]);
}

SEC("kretprobe.multi/io_openat2")
int uring_open_ends_fprobe(struct pt_regs *ctx)
{
	return uring_open_end((s32)BPF_CORE_READ(ctx, FUNC_RET));
}

SEC("fentry/io_fixed_fd_install")
int uring_open_installs(unsigned long long *ctx)
{
	return uring_open_slot(as_number(ctx[2]));
}

SEC("kprobe.multi/io_fixed_fd_install")
int uring_open_installs_fprobe(struct pt_regs *ctx)
{
	return uring_open_slot(BPF_CORE_READ(ctx, FUNC_ARG2));
}
