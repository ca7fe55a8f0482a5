/* SPDX-License-Identifier: GPL-2.0 */
/* Calls on descriptors through io_uring, other than reads and writes: see uring.bpf.h, included before. */

#define FSYNC_DATASYNC 1 /* io_sync.flags: fdatasync */
#define SPLICE_FD_IN_FIXED (1u << 31) /* io_splice.flags: the number is that of a registered file */

static __always_inline struct workspace *begin_uring_call(struct task_struct *task, u32 type, s64 ret)
{
	struct workspace *ws = take_workspace(SLOT_CALL, type);
	struct saker_call *c;

	if (!ws)
		return NULL;
	c = &ws->record.call;
	begin_uring_record(ws, task, type, SAKER_LAYOUT_CALL, SAKER_CALL_NSTR, sizeof(*c), ret);
	c->nr = NR_IO_URING_ENTER;
	c->fd = -1;
	for (int i = 0; i < SAKER_CALL_NSTR; i++)
		put_absent(ws, &c->str[i], 0);
	return ws;
}

static __always_inline void put_call_file(struct workspace *ws, struct file *file, struct task_struct *task)
{
	struct saker_call *c = &ws->record.call;

	if (!file)
		return;
	fill_file(c, file);
	put_path(ws, &c->str[SAKER_CALL_PATH], &file->f_path, READ(task, fs));
}

/* The file that bytes come from. Where they go the request knows, but not the number. */
static __always_inline struct file *read_spliced(struct saker_call *c, struct io_splice *splice, struct task_struct *task)
{
	if ((u32)BPF_CORE_READ(splice, flags) & SPLICE_FD_IN_FIXED) {
		c->h.flags |= SAKER_FLAG_FD_UNKNOWN;
		return NULL;
	}
	c->args[0] = c->fd = BPF_CORE_READ(splice, splice_fd_in);
	return file_of(task, c->fd);
}

/* Arguments as the system call has them. Returns the file that the event is about. */
static __always_inline struct file *read_file_call(struct saker_call *c, struct io_kiocb *req, struct task_struct *task)
{
	struct io_sync *sync = (void *)req;
	struct io_fadvise *fadvise = (void *)req;
	struct io_madvise *madvise = (void *)req;
	struct io_splice *splice = (void *)req;
	struct io_epoll *epoll = (void *)req;

	switch (c->h.type) {
	case SAKER_TYPE_SYNC_FILE_RANGE:
		c->args[1] = BPF_CORE_READ(sync, off);
		c->args[2] = BPF_CORE_READ(sync, len);
		c->args[3] = (u32)BPF_CORE_READ(sync, flags);
		break;
	case SAKER_TYPE_FALLOCATE:
		c->args[1] = (u32)BPF_CORE_READ(sync, mode);
		c->args[2] = BPF_CORE_READ(sync, off);
		c->args[3] = BPF_CORE_READ(sync, len);
		break;
	case SAKER_TYPE_FADVISE64:
		c->args[1] = BPF_CORE_READ(fadvise, offset);
		c->args[2] = bpf_core_field_size(fadvise->len) == 4 ? (u32)BPF_CORE_READ(fadvise, len)
								    : BPF_CORE_READ(fadvise, len);
		c->args[3] = BPF_CORE_READ(fadvise, advice);
		break;
	case SAKER_TYPE_MADVISE:
		c->args[0] = BPF_CORE_READ(madvise, addr);
		c->args[1] = bpf_core_field_size(madvise->len) == 4 ? (u32)BPF_CORE_READ(madvise, len)
								    : BPF_CORE_READ(madvise, len);
		c->args[2] = BPF_CORE_READ(madvise, advice);
		return NULL;
	case SAKER_TYPE_SPLICE:
		c->args[2] = -1ull;
		c->args[4] = BPF_CORE_READ(splice, len);
		c->args[5] = (u32)BPF_CORE_READ(splice, flags);
		return read_spliced(c, splice, task);
	case SAKER_TYPE_TEE:
		c->args[1] = -1ull;
		c->args[2] = BPF_CORE_READ(splice, len);
		c->args[3] = (u32)BPF_CORE_READ(splice, flags);
		return read_spliced(c, splice, task);
	case SAKER_TYPE_EPOLL_CTL:
		c->args[0] = (u32)BPF_CORE_READ(epoll, epfd);
		c->args[1] = (u32)BPF_CORE_READ(epoll, op);
		c->args[2] = c->fd = BPF_CORE_READ(epoll, fd);
		return file_of(task, c->fd);
	}
	c->h.flags |= SAKER_FLAG_FD_UNKNOWN;
	return BPF_CORE_READ(req, file);
}

__noinline int uring_file_call(u64 request, u32 type, s64 ret)
{
	struct task_struct *task = current_task();
	struct io_kiocb *req = (void *)request;
	struct workspace *ws;
	struct file *file;

	if (type == SAKER_TYPE_FSYNC && (BPF_CORE_READ((struct io_sync *)req, flags) & FSYNC_DATASYNC))
		type = SAKER_TYPE_FDATASYNC;
	if (!uring_wanted(type) || !result_of(request, &ret))
		return 0;
	ws = begin_uring_call(task, type, ret);
	if (!ws)
		return 0;
	file = read_file_call(&ws->record.call, req, task);
	put_call_file(ws, file, task);
	send_record(ws, true);
	ws->busy = 0;
	return 0;
}

/* Two descriptors in user memory, or two registered files, which have no numbers. */
__noinline int uring_pipe(u64 request, s64 ret)
{
	struct task_struct *task = current_task();
	struct io_pipe *command = (void *)request;
	struct workspace *ws;
	struct saker_call *c;
	s32 pair[2] = {};
	struct file *file;

	if (!uring_wanted(SAKER_TYPE_PIPE2) || !result_of(request, &ret))
		return 0;
	ws = begin_uring_call(task, SAKER_TYPE_PIPE2, ret);
	if (!ws)
		return 0;
	c = &ws->record.call;
	c->args[0] = (u64)BPF_CORE_READ(command, fds);
	c->args[1] = (u32)BPF_CORE_READ(command, flags);
	if (ret == 0 && !BPF_CORE_READ(command, file_slot) &&
	    bpf_probe_read_user(pair, sizeof(pair), (void *)c->args[0]) == 0) {
		c->out[0] = pair[0];
		c->out[1] = pair[1];
		file = file_of(task, pair[0]);
		if (file)
			c->ino = LOOSE(file, f_inode, i_ino);
	}
	send_record(ws, true);
	ws->busy = 0;
	return 0;
}

/* A file that has to be flushed is not closed by who must not wait: the request comes again. */
static __always_inline bool closes_later(struct file *file, u32 issue_flags)
{
	return (issue_flags & bpf_core_enum_value(enum io_uring_cmd_flags, IO_URING_F_NONBLOCK)) &&
	       BPF_CORE_READ(file, f_op, flush);
}

static __always_inline struct workspace *begin_socket_close(struct task_struct *task, struct sock *sk, u64 ino, s32 fd)
{
	struct workspace *ws = begin_uring_socket(task, SAKER_TYPE_CLOSE, 0);
	struct saker_socket *s;

	if (!ws)
		return NULL;
	s = &ws->record.socket;
	s->h.flags &= ~SAKER_FLAG_FD_UNKNOWN;
	s->args[0] = s->fd = fd;
	s->ino = ino;
	put_ends(ws, sk);
	put_absent(ws, &s->str[SAKER_SOCKET_DATA], 0);
	return ws;
}

static __always_inline struct workspace *begin_file_close(struct task_struct *task, struct file *file, s32 fd, u32 slot)
{
	struct workspace *ws = begin_uring_call(task, SAKER_TYPE_CLOSE, slot || file ? 0 : -EBADF);
	struct saker_call *c;

	if (!ws)
		return NULL;
	c = &ws->record.call;
	if (slot)
		c->h.flags |= SAKER_FLAG_FD_UNKNOWN;
	else
		c->args[0] = c->fd = fd;
	put_call_file(ws, file, task);
	return ws;
}

/* When it begins, as close(2). Of a registered file only that it is closed is known. */
__noinline int uring_close(u64 request, u32 issue_flags)
{
	struct task_struct *task = current_task();
	struct io_close *command = (void *)request;
	u32 slot = BPF_CORE_READ(command, file_slot);
	s32 fd = BPF_CORE_READ(command, fd);
	struct file *file = slot ? NULL : file_of(task, fd);
	struct sock *sk = NULL;
	struct workspace *ws;
	u64 ino = 0;

	if (!uring_wanted(SAKER_TYPE_CLOSE) || (file && closes_later(file, issue_flags)))
		return 0;
	if (file)
		sk = sock_of(file, &ino);
	ws = sk ? begin_socket_close(task, sk, ino, fd) : begin_file_close(task, file, fd, slot);
	if (!ws)
		return 0;
	send_record(ws, true);
	ws->busy = 0;
	return 0;
}
