/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_SOCKET_H
#define SAKER_SOCKET_H
/*
 * Both ends of a socket. What the kernel's socket says comes first; the address in the caller's memory counts where
 * the socket has none (a connect that failed) or where it is not the socket's own (datagrams).
 */
#include "parts.h"

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define TCP_ESTABLISHED 1
#define TCP_LISTEN 10
#define FAMILY_UNKNOWN 0xffff
#define SOCK_STREAM 1
#define SOCK_TYPE_MASK 0xf

/* Copied from user memory: the beginning of every sockaddr_* that we know. */
struct address {
	u16 family;
	u16 port; /* network order */
	u32 ip4;
	u8 ip6[16];
};

static __always_inline struct sock *sock_of(struct file *file, u64 *ino)
{
	struct inode *inode;
	struct socket *socket;

	if (CAN_CAST)
		file = CAST(struct file, file);
	inode = GET(CAN_CAST, file, f_inode);
	if ((GET(CAN_CAST, inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	*ino = GET(CAN_CAST, inode, i_ino);
	socket = GET(CAN_CAST, file, private_data);
	return LOOSE(socket, sk);
}

static __always_inline void fill_inet(struct saker_socket *s, struct sock *sk)
{
	if (s->family == AF_INET) {
		*(u32 *)s->local_addr = GET(CAN_CAST, sk, __sk_common.skc_rcv_saddr);
		*(u32 *)s->remote_addr = GET(CAN_CAST, sk, __sk_common.skc_daddr);
	} else if (bpf_core_field_exists(sk->__sk_common.skc_v6_daddr)) {
		bpf_core_read(s->local_addr, 16, &sk->__sk_common.skc_v6_rcv_saddr);
		bpf_core_read(s->remote_addr, 16, &sk->__sk_common.skc_v6_daddr);
	}
	s->local_port = GET(CAN_CAST, sk, __sk_common.skc_num);
	s->remote_port = __builtin_bswap16(GET(CAN_CAST, sk, __sk_common.skc_dport));
	if (s->local_port || ((u64 *)s->local_addr)[0] || ((u64 *)s->local_addr)[1])
		s->known |= SAKER_SOCKET_LOCAL;
	/* A listening socket passes its backlog on to those it accepts; one that connects has none. */
	if (s->state != TCP_LISTEN && GET(CAN_CAST, sk, sk_max_ack_backlog))
		s->known |= SAKER_SOCKET_ACCEPTED;
	/* A refused connect leaves the address behind, but not the port. */
	if (s->remote_port || s->state == TCP_ESTABLISHED)
		s->known |= SAKER_SOCKET_REMOTE;
	else
		__builtin_memset(s->remote_addr, 0, 16);
}

/* sun_path of `length` bytes; a name in the file system ends at its zero byte. */
static __always_inline void put_unix(struct workspace *ws, struct saker_str *cell, const void *path, u32 length,
				     bool user)
{
	char *to = string_place(ws);
	u8 first = 0;

	if (user)
		bpf_probe_read_user(&first, 1, path);
	else
		bpf_probe_read_kernel(&first, 1, path);
	if (first)
		return put_string(ws, cell, path, SAKER_UNIX_PATH_MAX, user);
	if (length > SAKER_UNIX_PATH_MAX)
		length = SAKER_UNIX_PATH_MAX;
	opaque(length);
	if (!to || length > SAKER_UNIX_PATH_MAX)
		return put_absent(ws, cell, SAKER_STR_CUT);
	if (user ? bpf_probe_read_user(to, length, path) : bpf_probe_read_kernel(to, length, path))
		return put_absent(ws, cell, SAKER_STR_FAULT);
	end_string(ws, cell, length, 0);
}

/* Returns false if the socket has no name. */
static __always_inline bool put_unix_name(struct workspace *ws, struct saker_str *cell, struct unix_sock *us)
{
	struct unix_address *address = LOOSE(us, addr);
	int length = LOOSE(address, len);

	if (!address || length <= 2) {
		put_absent(ws, cell, 0);
		return false;
	}
	/* struct sockaddr_un, the last member, of open length */
	put_unix(ws, cell, (void *)address + bpf_core_type_size(struct unix_address) + 2, length - 2, false);
	return true;
}

/* The address in memory, of user space or of the kernel, as that of one end. */
static __always_inline void put_given(struct workspace *ws, u64 pointer, u32 length, bool local, bool user)
{
	struct saker_socket *s = &ws->record.socket;
	u8 *to = local ? s->local_addr : s->remote_addr;
	struct saker_str *cell = local ? &s->str[SAKER_SOCKET_LOCAL_PATH] : &s->str[SAKER_SOCKET_REMOTE_PATH];
	struct address a = {};
	u32 port;

	if (user ? bpf_probe_read_user(&a, 8, (void *)pointer) : bpf_probe_read_kernel(&a, 8, (void *)pointer)) {
		s->known |= SAKER_SOCKET_FAULT;
		return;
	}
	if (a.family == AF_UNIX) {
		if (length <= 2)
			return;
		put_unix(ws, cell, (void *)pointer + 2, length - 2, user);
	} else if (a.family == AF_INET) {
		__builtin_memcpy(to, &a.ip4, 4);
	} else if (a.family == AF_INET6) {
		if (user ? bpf_probe_read_user(to, 16, (void *)pointer + 8)
			 : bpf_probe_read_kernel(to, 16, (void *)pointer + 8))
			s->known |= SAKER_SOCKET_FAULT;
	} else {
		return;
	}
	port = a.family == AF_UNIX ? 0 : __builtin_bswap16(a.port);
	if (local)
		s->local_port = port;
	else
		s->remote_port = port;
	s->known |= SAKER_SOCKET_GIVEN | (local ? SAKER_SOCKET_LOCAL : SAKER_SOCKET_REMOTE);
}

/* What the caller's memory says of the call: size, and where an address lies and how long it is. */
struct given {
	u64 address;
	u32 length;
	bool compat;
	u64 parts, part_count; /* of a message */
};

/* @index: which message of an array */
static __always_inline void find_given(struct saker_socket *s, const volatile struct call_row *row, u32 index,
				       struct given *given)
{
	u32 step = given->compat ? MMSG32_SIZE : MMSG_SIZE;
	struct message m = {};

	if (row->size)
		s->size = arg_at(s->args, row->size);
	if (row->parts) {
		given->parts = arg_at(s->args, row->parts);
		given->part_count = arg_at(s->args, row->parts + 1);
		s->size = parts_size(given->parts, given->part_count, given->compat);
	}
	if (row->message) {
		if (read_message(&m, arg_at(s->args, row->message) + index * step, given->compat)) {
			s->known |= SAKER_SOCKET_FAULT;
			return;
		}
		given->parts = m.parts;
		given->part_count = m.part_count;
		s->size = parts_size(m.parts, m.part_count, given->compat);
		given->length = m.name_length;
		given->address = m.name_length ? m.name : 0;
	} else if (row->address) {
		given->length = arg_at(s->args, row->length);
		given->address = arg_at(s->args, row->address);
		if (s->h.type == SAKER_TYPE_RECVFROM && given->address &&
		    bpf_probe_read_user(&given->length, 4, (void *)arg_at(s->args, row->length)))
			given->address = 0;
	}
}

static __always_inline void put_socket_data(struct workspace *ws, const volatile struct call_row *row,
					    const struct given *given)
{
	struct saker_socket *s = &ws->record.socket;
	struct saker_str *cell = &s->str[SAKER_SOCKET_DATA];
	u64 len = data_length(s->h.ret, s->size, row->flags & CALL_FILLS);

	if (row->buffer)
		return put_data(ws, cell, arg_at(s->args, row->buffer), len);
	if (!given->part_count || !part_wanted(SAKER_PART_DATA))
		return put_absent(ws, cell, 0);
	put_parts(ws, cell, given->parts, given->part_count, len, given->compat);
}

static __always_inline void clear_socket(struct saker_socket *s)
{
	s->size = 0;
	s->ino = 0;
	s->fds[0] = s->fds[1] = -1;
	s->family = FAMILY_UNKNOWN;
	s->sock_type = s->protocol = s->state = s->known = 0;
	s->local_port = s->remote_port = s->pad = 0;
	__builtin_memset(s->local_addr, 0, 16);
	__builtin_memset(s->remote_addr, 0, 16);
}

/* The socket that the event is about: for accept the new one, and the listening one if there is none. */
static __always_inline s32 socket_fd(struct saker_socket *s, const volatile struct call_row *row)
{
	if (s->h.type == SAKER_TYPE_SOCKETPAIR) {
		if (s->h.ret == 0)
			bpf_probe_read_user(s->fds, sizeof(s->fds), (void *)s->args[3]);
		return s->fds[0];
	}
	if (row->fd != ARG_RET)
		return (s32)arg_at(s->args, row->fd);
	if (s->h.ret >= 0 || s->h.type == SAKER_TYPE_SOCKET)
		return s->h.ret < 0 ? -1 : s->h.ret;
	return (s32)s->args[0];
}

/* What the kernel knows of the socket. The strings are its names. */
static __always_inline void put_ends(struct workspace *ws, struct sock *sk)
{
	struct saker_socket *s = &ws->record.socket;
	struct unix_sock *us, *peer;

	if (CAN_CAST)
		sk = CAST(struct sock, sk);
	s->known |= SAKER_SOCKET_FOUND;
	s->family = GET(CAN_CAST, sk, __sk_common.skc_family);
	s->sock_type = GET(CAN_CAST, sk, sk_type);
	s->protocol = GET(CAN_CAST, sk, sk_protocol);
	s->state = GET(CAN_CAST, sk, __sk_common.skc_state);
	if (s->family == AF_INET || s->family == AF_INET6)
		fill_inet(s, sk);
	if (s->family != AF_UNIX) {
		put_absent(ws, &s->str[SAKER_SOCKET_LOCAL_PATH], 0);
		put_absent(ws, &s->str[SAKER_SOCKET_REMOTE_PATH], 0);
		return;
	}
	us = (void *)sk;
	peer = (void *)LOOSE(us, peer);
	if (put_unix_name(ws, &s->str[SAKER_SOCKET_LOCAL_PATH], us))
		s->known |= SAKER_SOCKET_LOCAL;
	if (put_unix_name(ws, &s->str[SAKER_SOCKET_REMOTE_PATH], peer))
		s->known |= SAKER_SOCKET_REMOTE;
}

/* There is no such socket, or it could not be made: what was asked for. */
static __always_inline void put_no_ends(struct workspace *ws)
{
	struct saker_socket *s = &ws->record.socket;

	if (s->h.type == SAKER_TYPE_SOCKET || s->h.type == SAKER_TYPE_SOCKETPAIR) {
		s->family = s->args[0];
		s->sock_type = s->args[1] & SOCK_TYPE_MASK;
		s->protocol = s->args[2];
	}
	put_absent(ws, &s->str[SAKER_SOCKET_LOCAL_PATH], 0);
	put_absent(ws, &s->str[SAKER_SOCKET_REMOTE_PATH], 0);
}

/* Does the address of the caller tell more than the socket? */
static __always_inline bool given_counts(struct saker_socket *s)
{
	if (s->h.type == SAKER_TYPE_BIND)
		return !(s->known & SAKER_SOCKET_LOCAL);
	return s->sock_type != SOCK_STREAM || !(s->known & SAKER_SOCKET_REMOTE);
}

static __always_inline void put_socket(struct workspace *ws, const volatile struct call_row *row,
				       struct task_struct *task, u32 index, bool compat)
{
	struct saker_socket *s = &ws->record.socket;
	struct given given = { .compat = compat };
	struct sock *sk = NULL;
	struct file *file;

	clear_socket(s);
	s->fd = socket_fd(s, row);
	file = file_of(task, s->fd);
	if (file)
		sk = sock_of(file, &s->ino);
	if (sk)
		put_ends(ws, sk);
	else
		put_no_ends(ws);
	find_given(s, row, index, &given);
	if (given.address && given_counts(s))
		put_given(ws, given.address, given.length, s->h.type == SAKER_TYPE_BIND, true);
	put_socket_data(ws, row, &given);
}

#endif
