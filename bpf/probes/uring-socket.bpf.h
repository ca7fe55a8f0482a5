/* SPDX-License-Identifier: GPL-2.0 */
/* Calls on sockets through io_uring: see uring.bpf.h, included before. */

/* Threads inside io_accept: 1 once a connection was accepted. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, URING_THREADS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u32);
	__type(value, u32);
} uring_accepts SEC(".maps");

#define OP_SEND_ZC 47

/* An address of a request, if it is still somewhere. */
struct uring_address {
	u64 pointer;
	u32 length;
	bool user;
};

/* 6.12 and later keep the address of a send and of bind with the request's message. */
static __always_inline void kernel_address(struct io_kiocb *req, struct uring_address *address)
{
	struct io_async_msghdr *async = (void *)BPF_CORE_READ(req, async_data);

	if (!async || !bpf_core_field_exists(async->addr))
		return;
	address->pointer = (u64)async + bpf_core_field_offset(async->addr);
	address->user = false;
}

static __always_inline void send_address(struct io_kiocb *req, struct uring_address *address)
{
	struct io_sr_msg *command = (void *)req;
	struct io_async_msghdr *async = (void *)BPF_CORE_READ(req, async_data);

	if (bpf_core_field_exists(command->addr)) {
		address->pointer = (u64)BPF_CORE_READ(command, addr);
		address->length = BPF_CORE_READ(command, addr_len);
		return;
	}
	if (!async || !BPF_CORE_READ(async, msg.msg_name))
		return;
	address->length = BPF_CORE_READ(async, msg.msg_namelen);
	kernel_address(req, address);
}

static __always_inline u64 length_of(struct io_sr_msg *command)
{
	struct io_sr_msg___5_10 *old = (void *)command;

	if (bpf_core_field_size(command->len) == 8)
		return BPF_CORE_READ(old, len);
	return (u32)BPF_CORE_READ(command, len);
}

/* Arguments as the system call has them, size, and where an address is. */
static __always_inline void read_request(struct saker_socket *s, struct io_kiocb *req, struct uring_address *address,
					 struct message *m)
{
	struct io_sr_msg *message = (void *)req;
	struct io_connect *connect = (void *)req;
	struct io_socket *socket = (void *)req;
	struct io_listen *listen = (void *)req;
	struct io_shutdown *shutdown = (void *)req;

	address->user = true;
	switch (s->h.type) {
	case SAKER_TYPE_SOCKET:
		s->args[0] = (u32)BPF_CORE_READ(socket, domain);
		s->args[1] = (u32)BPF_CORE_READ(socket, type) | (u32)BPF_CORE_READ(socket, flags);
		s->args[2] = (u32)BPF_CORE_READ(socket, protocol);
		break;
	case SAKER_TYPE_CONNECT:
		address->pointer = (u64)BPF_CORE_READ(connect, addr);
		address->length = BPF_CORE_READ(connect, addr_len);
		break;
	case SAKER_TYPE_BIND:
		address->length = BPF_CORE_READ(connect, addr_len);
		kernel_address(req, address);
		break;
	case SAKER_TYPE_LISTEN:
		if (bpf_core_type_exists(struct io_listen))
			s->args[1] = (u32)BPF_CORE_READ(listen, backlog);
		break;
	case SAKER_TYPE_SHUTDOWN:
		s->args[1] = (u32)BPF_CORE_READ(shutdown, how);
		break;
	case SAKER_TYPE_SENDTO:
		send_address(req, address);
		/* fall through */
	case SAKER_TYPE_RECVFROM:
		s->args[1] = (u64)BPF_CORE_READ(message, buf);
		s->args[2] = s->size = length_of(message);
		break;
	case SAKER_TYPE_SENDMSG:
	case SAKER_TYPE_RECVMSG:
		s->args[1] = (u64)BPF_CORE_READ(message, buf);
		if (read_message(m, s->args[1], false))
			break;
		address->pointer = m->name_length ? m->name : 0;
		address->length = m->name_length;
		s->size = parts_size(m->parts, m->part_count, false);
	}
}

static __always_inline void put_request_data(struct workspace *ws, struct message *m)
{
	struct saker_socket *s = &ws->record.socket;
	struct saker_str *cell = &s->str[SAKER_SOCKET_DATA];
	bool filled = s->h.type == SAKER_TYPE_RECVFROM || s->h.type == SAKER_TYPE_RECVMSG;
	u64 len = data_length(s->h.ret, s->size, filled);

	if (s->h.type == SAKER_TYPE_SENDTO || s->h.type == SAKER_TYPE_RECVFROM)
		put_data(ws, cell, s->args[1], len);
	else if (m->part_count && part_wanted(SAKER_PART_DATA))
		put_parts(ws, cell, m->parts, m->part_count, len, false);
	else
		put_absent(ws, cell, 0);
}

static __always_inline struct workspace *begin_uring_socket(struct task_struct *task, u32 type, s64 ret)
{
	struct workspace *ws = take_workspace(SLOT_CALL, type);
	struct saker_socket *s;

	if (!ws)
		return NULL;
	s = &ws->record.socket;
	begin_uring_record(ws, task, type, SAKER_LAYOUT_SOCKET, SAKER_SOCKET_NSTR, sizeof(*s), ret);
	clear_socket(s);
	s->nr = NR_IO_URING_ENTER;
	s->fd = -1;
	s->h.flags |= SAKER_FLAG_FD_UNKNOWN;
	return ws;
}

/* The request's file; for a new socket that one, unless it went to a fixed slot. */
static __always_inline struct file *file_of_request(struct io_kiocb *req, struct task_struct *task,
						    struct saker_socket *s)
{
	struct io_socket *command = (void *)req;

	if (s->h.type != SAKER_TYPE_SOCKET)
		return BPF_CORE_READ(req, file);
	if (s->h.ret < 0 || BPF_CORE_READ(command, file_slot))
		return NULL;
	s->fd = s->h.ret;
	s->h.flags &= ~SAKER_FLAG_FD_UNKNOWN;
	return file_of(task, s->fd);
}

/*
 * A connection that does not come about at once goes on without its request, should that be cancelled: it is told when
 * it begins, as of connect(2), and a success is not told again. False: there is nothing to tell.
 */
static __always_inline bool connect_result(u64 request, s64 *ret)
{
	struct io_connect *connect = (void *)request;
	bool begun = bpf_core_field_exists(connect->in_progress) && BPF_CORE_READ(connect, in_progress);

	if (begun && *ret == -EAGAIN) {
		*ret = -EINPROGRESS;
		return true;
	}
	return result_of(request, ret) && !(begun && *ret >= 0);
}

__noinline int uring_socket(u64 request, u32 type, s64 ret)
{
	struct task_struct *task = current_task();
	struct io_kiocb *req = (void *)request;
	struct uring_address address = {};
	struct message m = {};
	struct sock *sk = NULL;
	struct saker_socket *s;
	struct workspace *ws;
	struct file *file;

	/* 7.x has one function for both. */
	if (type == SAKER_TYPE_SENDMSG && BPF_CORE_READ(req, opcode) == OP_SEND_ZC)
		type = SAKER_TYPE_SENDTO;
	if (!uring_wanted(type))
		return 0;
	if (!(type == SAKER_TYPE_CONNECT ? connect_result(request, &ret) : result_of(request, &ret)))
		return 0;
	ws = begin_uring_socket(task, type, ret);
	if (!ws)
		return 0;
	s = &ws->record.socket;
	read_request(s, req, &address, &m);
	file = file_of_request(req, task, s);
	if (file)
		sk = sock_of(file, &s->ino);
	if (sk)
		put_ends(ws, sk);
	else
		put_no_ends(ws);
	if (address.pointer && given_counts(s))
		put_given(ws, address.pointer, address.length, type == SAKER_TYPE_BIND, address.user);
	put_request_data(ws, &m);
	send_record(ws, true);
	ws->busy = 0;
	return 0;
}

/* An event of which only the socket is known. */
static __always_inline int uring_file(u32 type, u64 pointer, s64 ret)
{
	struct task_struct *task = current_task();
	struct workspace *ws = begin_uring_socket(task, type, ret);
	struct file *file = (void *)pointer;
	struct sock *sk;

	if (!ws)
		return 0;
	sk = sock_of(file, &ws->record.socket.ino);
	if (sk)
		put_ends(ws, sk);
	else
		put_no_ends(ws);
	put_absent(ws, &ws->record.socket.str[SAKER_SOCKET_DATA], 0);
	send_record(ws, true);
	ws->busy = 0;
	return 0;
}

/* A connection was accepted: in io_uring, if this thread is inside io_accept. */
__noinline int uring_accepted(u64 file)
{
	u32 tid = bpf_get_current_pid_tgid(), *mark = bpf_map_lookup_elem(&uring_accepts, &tid);

	if (!mark || ((s64)file >= -4095ll && (s64)file < 0))
		return 0;
	*mark = 1;
	return uring_file(SAKER_TYPE_ACCEPT4, file, 0);
}

/* Before 5.19. */
__noinline int uring_accepted_old(u64 file)
{
	if (!outside_socket_call() || !uring_wanted(SAKER_TYPE_ACCEPT4) || ((s64)file >= -4095ll && (s64)file < 0))
		return 0;
	return uring_file(SAKER_TYPE_ACCEPT4, file, 0);
}

__noinline int uring_connected_old(u64 file, s64 ret)
{
	/* EINPROGRESS is told, as of connect(2): if the request is cancelled nothing follows, else the result. */
	if (!outside_socket_call() || !uring_wanted(SAKER_TYPE_CONNECT) || ret == -EAGAIN)
		return 0;
	return uring_file(SAKER_TYPE_CONNECT, file, ret);
}

static __always_inline int begin_accept(void)
{
	u32 tid = bpf_get_current_pid_tgid(), none = 0;

	if (uring_wanted(SAKER_TYPE_ACCEPT4) && bpf_map_update_elem(&uring_accepts, &tid, &none, BPF_ANY))
		count(SAKER_TYPE_ACCEPT4, false);
	return 0;
}

/* What was accepted has its event; a failure gets one here, with the listening socket. */
static __always_inline int end_accept(u64 req, s64 ret)
{
	u32 tid = bpf_get_current_pid_tgid(), *mark = bpf_map_lookup_elem(&uring_accepts, &tid);
	s64 result = ret;

	if (mark && !*mark && result_of(req, &result) && result < 0)
		uring_socket(req, SAKER_TYPE_ACCEPT4, ret);
	bpf_map_delete_elem(&uring_accepts, &tid);
	return 0;
}
