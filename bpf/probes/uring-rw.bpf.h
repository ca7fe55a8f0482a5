/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads and writes through io_uring: see uring.bpf.h, included before.
 *
 *   io_read, io_write   entry   the thread is busy with this request                       -> uring_requests
 *                       return  with a result                                              -> record
 *                               the device goes on without us                              -> uring_pending
 *   io_complete_rw...   entry   the device is done, in any context: the record is sent with its result; if the return
 *                               above has not been yet, the result is left for it          -> uring_pending
 *   kiocb_done          entry   before 5.19, where requests keep no result: the one of io_read and io_write
 *
 * Insertion into uring_pending decides who of the two was first, so each request is told once.
 */

/* The same numbers from 5.10 to 7.2. */
#define REQ_F_CUR_POS (1 << 10) /* the file's own position was asked for */
#define FMODE_PREAD 0x8 /* without these a position means nothing: pipes, terminals */
#define FMODE_PWRITE 0x10
#define IOCB_DIO_CALLER_COMP (1 << 22)
#define IORING_SETUP_IOPOLL 1
enum {
	OP_READV = 1, OP_WRITEV = 2, OP_READ_FIXED = 4, OP_WRITE_FIXED = 5, OP_READ = 22, OP_WRITE = 23,
	OP_READ_MULTISHOT = 49, OP_READV_FIXED = 60, OP_WRITEV_FIXED = 61,
};

/* Bytes of a record that waits; one that is longer is told when the request begins. */
#define PENDING_MAX 1024

union uring_pending {
	struct saker_header h; /* len 0: nothing but a result is here */
	char bytes[PENDING_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, URING_THREADS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64); /* struct io_kiocb */
	__type(value, union uring_pending);
} uring_pending SEC(".maps");

/* Results on their way into that map; too big for the stack. One for each program, which does not interrupt itself. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, union uring_pending);
} uring_results SEC(".maps");

static __always_inline bool is_vector(u8 opcode)
{
	return opcode == OP_READV || opcode == OP_WRITEV || opcode == OP_READV_FIXED || opcode == OP_WRITEV_FIXED;
}

static __always_inline bool is_write(u8 opcode)
{
	return opcode == OP_WRITE || opcode == OP_WRITEV || opcode == OP_WRITE_FIXED || opcode == OP_WRITEV_FIXED;
}

/* The system call that does the same: with a position of its own it is pread and the like. */
static __always_inline u32 rw_type(struct io_kiocb *req)
{
	struct io_rw *rw = (void *)req;
	u8 opcode = BPF_CORE_READ(req, opcode);
	u32 can = (u32)BPF_CORE_READ(req, file, f_mode) & (is_write(opcode) ? FMODE_PWRITE : FMODE_PREAD);
	bool here = BPF_CORE_READ(rw, kiocb.ki_pos) == -1 || ((u32)BPF_CORE_READ(req, flags) & REQ_F_CUR_POS) || !can;

	if (is_vector(opcode))
		return is_write(opcode) ? (here ? SAKER_TYPE_WRITEV : SAKER_TYPE_PWRITEV)
					: (here ? SAKER_TYPE_READV : SAKER_TYPE_PREADV);
	return is_write(opcode) ? (here ? SAKER_TYPE_WRITE : SAKER_TYPE_PWRITE)
				: (here ? SAKER_TYPE_READ : SAKER_TYPE_PREAD);
}

struct rw_args {
	u64 address, length, position;
	u32 vector, filled;
};

/* @ret: what was moved is behind the position already, unless the request goes on */
static __always_inline void read_rw(struct rw_args *args, struct io_kiocb *req, s64 ret)
{
	struct io_rw___5_10 *old = (void *)req;
	struct io_rw *rw = (void *)req;
	u8 opcode = BPF_CORE_READ(req, opcode);

	args->address = BPF_CORE_READ(rw, addr);
	args->length = bpf_core_field_size(rw->len) == 8 ? BPF_CORE_READ(old, len) : (u32)BPF_CORE_READ(rw, len);
	args->position = BPF_CORE_READ(rw, kiocb.ki_pos) - (ret > 0 ? ret : 0);
	args->vector = is_vector(opcode);
	args->filled = !is_write(opcode);
}

/* The bytes: of a read those that came, of a write those that were to go. */
static __always_inline void put_rw_data(struct workspace *ws, struct saker_str *cell, const struct rw_args *args,
					u64 size, s64 ret)
{
	u64 len = ret == -EINPROGRESS && !args->filled ? size : data_length(ret, size, args->filled);

	if (!args->vector)
		put_data(ws, cell, args->address, len);
	else if (part_wanted(SAKER_PART_DATA))
		put_parts(ws, cell, args->address, args->length, len, false);
}

static __always_inline struct workspace *begin_file_rw(struct task_struct *task, u32 type, struct file *file,
						       const struct rw_args *args, s64 ret)
{
	struct workspace *ws = begin_uring_call(task, type, ret);
	struct saker_call *c;

	if (!ws)
		return NULL;
	c = &ws->record.call;
	c->h.flags |= SAKER_FLAG_FD_UNKNOWN;
	c->args[1] = args->address;
	c->args[2] = args->length;
	c->args[3] = args->position;
	if (args->vector)
		c->out[0] = parts_size(args->address, args->length, false);
	put_call_file(ws, file, task);
	put_rw_data(ws, &c->str[SAKER_CALL_DATA], args, args->vector ? c->out[0] : args->length, ret);
	return ws;
}

static __always_inline struct workspace *begin_socket_rw(struct task_struct *task, u32 type, struct sock *sk, u64 ino,
							 const struct rw_args *args, s64 ret)
{
	struct workspace *ws = begin_uring_socket(task, type, ret);
	struct saker_socket *s;

	if (!ws)
		return NULL;
	s = &ws->record.socket;
	s->ino = ino;
	s->args[1] = args->address;
	s->args[2] = args->length;
	s->size = args->vector ? parts_size(args->address, args->length, false) : args->length;
	put_ends(ws, sk);
	put_absent(ws, &s->str[SAKER_SOCKET_DATA], 0);
	put_rw_data(ws, &s->str[SAKER_SOCKET_DATA], args, s->size, ret);
	return ws;
}

static __always_inline struct workspace *begin_rw(struct io_kiocb *req, u32 type, s64 ret)
{
	struct task_struct *task = current_task();
	struct file *file = BPF_CORE_READ(req, file);
	struct rw_args args = {};
	struct sock *sk = NULL;
	u64 ino = 0;

	read_rw(&args, req, ret);
	if (file)
		sk = sock_of(file, &ino);
	return sk ? begin_socket_rw(task, type, sk, ino, &args, ret) : begin_file_rw(task, type, file, &args, ret);
}

/* True: the record waits for its result. False: the result is in the record. */
static __always_inline bool waits(struct workspace *ws, u64 request)
{
	bool fits = ws->end <= PENDING_MAX;
	union uring_pending *result;

	ws->record.h.len = fits ? ws->end : 0;
	if (bpf_map_update_elem(&uring_pending, &request, &ws->record, BPF_NOEXIST) == 0)
		return fits;
	result = bpf_map_lookup_elem(&uring_pending, &request);
	if (!result)
		return false;
	ws->record.h.ret = result->h.ret;
	bpf_map_delete_elem(&uring_pending, &request);
	return false;
}

__noinline int tell_rw(u64 request, s64 ret)
{
	struct io_kiocb *req = (void *)request;
	bool queued = ret == -EIOCBQUEUED;
	u32 type = rw_type(req);
	struct workspace *ws;

	if (!queued)
		bpf_map_delete_elem(&uring_pending, &request);
	if (!uring_wanted(type))
		return 0;
	ws = begin_rw(req, type, queued ? -EINPROGRESS : ret);
	if (!ws)
		return 0;
	if (!queued || !waits(ws, request))
		send_record(ws, true);
	ws->busy = 0;
	return 0;
}

static __always_inline int begin_rw_request(u64 request)
{
	/* Left by a request that lay in the same memory, if its other half was not seen. */
	bpf_map_delete_elem(&uring_pending, &request);
	return begin_request(request);
}

static __always_inline int end_rw_request(s64 ret)
{
	u64 request = take_request();
	struct io_kiocb *req = (void *)request;
	s64 result = ret;

	if (!request)
		return 0;
	if (ret == 0 && !bpf_core_field_exists(req->cqe.res))
		return tell_rw(request, -EIOCBQUEUED); /* kiocb_done had no result, or would have taken the request */
	if (ret != -EIOCBQUEUED && !result_of(request, &result)) {
		bpf_map_delete_elem(&uring_pending, &request);
		return 0;
	}
	return tell_rw(request, result);
}

/*
 * Before 5.19. An error goes on to io_complete_rw, and so does everything of a ring that is polled. `ret` is what the
 * last of several parts gave.
 */
static __always_inline int done_old(u64 request, s64 ret)
{
	struct io_kiocb___5_10 *old = (void *)request;
	struct io_kiocb *req = (void *)request;
	struct io_async_rw *parts = BPF_CORE_READ(req, async_data);

	if (ret < 0 || (BPF_CORE_READ(old, ctx, flags) & IORING_SETUP_IOPOLL))
		return 0;
	take_request();
	return tell_rw(request, ret + (parts ? BPF_CORE_READ(parts, bytes_done) : 0));
}

/* A read that goes on: each part is told. */
static __always_inline int part_of_multishot(u64 request, s64 ret)
{
	struct io_kiocb *req = (void *)request;

	if (!request || BPF_CORE_READ(req, opcode) != OP_READ_MULTISHOT || ret == -EAGAIN || ret == -EIOCBQUEUED)
		return 0;
	return tell_rw(request, ret);
}

static __always_inline int end_multishot(void)
{
	take_request();
	return 0;
}

static __always_inline void send_pending(union uring_pending *pending, u32 type, s64 ret)
{
	u64 len = pending->h.len;
	bool sent = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) <= config.bulk_limit;

	pending->h.ret = ret;
	pending->h.ts = bpf_ktime_get_boot_ns();
	opaque(len);
	count(type, sent && len <= sizeof(*pending) && bpf_ringbuf_output(&ring, pending, len, 0) == 0);
}

/* 6.6 to 6.13 finish some writes in the process itself: what the device gave is not passed on yet. */
static __always_inline s64 result_of_device(u64 request, s64 ret)
{
	struct kiocb___6_6 *kiocb = (void *)request;
	struct iomap_dio *dio;

	if (!bpf_core_field_exists(kiocb->dio_complete) || !BPF_CORE_READ(kiocb, dio_complete) ||
	    !((u32)BPF_CORE_READ(kiocb, ki_flags) & IOCB_DIO_CALLER_COMP))
		return ret;
	dio = BPF_CORE_READ(kiocb, private);
	return BPF_CORE_READ(dio, error) ? BPF_CORE_READ(dio, error) : BPF_CORE_READ(dio, size);
}

/* Also in interrupts, where the current process is any. @program: index in uring_results */
static __always_inline int complete_rw(u64 request, s64 ret, u32 program)
{
	union uring_pending *result = bpf_map_lookup_elem(&uring_results, &program), *pending;
	u32 type = rw_type((struct io_kiocb *)request);

	if (!result || !type_enabled(type))
		return 0;
	ret = result_of_device(request, ret);
	result->h.ret = ret;
	if (bpf_map_update_elem(&uring_pending, &request, result, BPF_NOEXIST) == 0)
		return 0;
	pending = bpf_map_lookup_elem(&uring_pending, &request);
	if (!pending) {
		count(type, false);
		return 0;
	}
	/* With EAGAIN the kernel issues it again. */
	if (pending->h.len && ret != -EAGAIN)
		send_pending(pending, type, ret);
	bpf_map_delete_elem(&uring_pending, &request);
	return 0;
}
