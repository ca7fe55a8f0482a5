/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_SOCKET_H
#define SAKER_SOCKET_H
/*
 * Both ends of a socket. What the kernel's socket says comes first; the address in the caller's memory counts where
 * the socket has none (a connect that failed) or where it is not the socket's own (datagrams).
 */
#include "call.h"

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define TCP_ESTABLISHED 1
#define FAMILY_UNKNOWN 0xffff
#define SOCK_STREAM 1
#define SOCK_TYPE_MASK 0xf
#define MESSAGE_PARTS_MAX 16
#define DATA_PARTS_MAX 8

/* Copied from user memory: the beginning of every sockaddr_* that we know. */
struct address {
	u16 family;
	u16 port; /* network order */
	u32 ip4;
	u8 ip6[16];
};

struct part {
	u64 base, length;
};
struct message { /* struct msghdr */
	u64 name;
	u32 name_length, pad;
	u64 parts, part_count;
};

static __always_inline struct sock *sock_of(struct file *file, u64 *ino)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct socket *socket = BPF_CORE_READ(file, private_data);

	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	*ino = BPF_CORE_READ(inode, i_ino);
	return BPF_CORE_READ(socket, sk);
}

static __always_inline void fill_inet(struct saker_socket *s, struct sock *sk)
{
	if (s->family == AF_INET) {
		bpf_core_read(s->local_addr, 4, &sk->__sk_common.skc_rcv_saddr);
		bpf_core_read(s->remote_addr, 4, &sk->__sk_common.skc_daddr);
	} else if (bpf_core_field_exists(sk->__sk_common.skc_v6_daddr)) {
		bpf_core_read(s->local_addr, 16, &sk->__sk_common.skc_v6_rcv_saddr);
		bpf_core_read(s->remote_addr, 16, &sk->__sk_common.skc_v6_daddr);
	}
	s->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	s->remote_port = __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (s->local_port || ((u64 *)s->local_addr)[0] || ((u64 *)s->local_addr)[1])
		s->known |= SAKER_SOCKET_LOCAL;
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
	struct unix_address *address = BPF_CORE_READ(us, addr);
	int length = BPF_CORE_READ(address, len);

	if (!address || length <= 2) {
		put_absent(ws, cell, 0);
		return false;
	}
	/* struct sockaddr_un, the last member, of open length */
	put_unix(ws, cell, (void *)address + bpf_core_type_size(struct unix_address) + 2, length - 2, false);
	return true;
}

/* The address in user memory as that of one end. */
static __always_inline void put_given(struct workspace *ws, u64 pointer, u32 length, bool local)
{
	struct saker_socket *s = &ws->record.socket;
	u8 *to = local ? s->local_addr : s->remote_addr;
	struct saker_str *cell = local ? &s->str[SAKER_SOCKET_LOCAL_PATH] : &s->str[SAKER_SOCKET_REMOTE_PATH];
	struct address a = {};
	u32 port;

	if (bpf_probe_read_user(&a, 8, (void *)pointer)) {
		s->known |= SAKER_SOCKET_FAULT;
		return;
	}
	if (a.family == AF_UNIX) {
		if (length <= 2)
			return;
		put_unix(ws, cell, (void *)pointer + 2, length - 2, true);
	} else if (a.family == AF_INET) {
		__builtin_memcpy(to, &a.ip4, 4);
	} else if (a.family == AF_INET6) {
		if (bpf_probe_read_user(to, 16, (void *)pointer + 8))
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

/* Bytes over the first parts of a message. */
static __always_inline u64 message_size(struct message *m)
{
	struct part part;
	u64 size = 0;

	for (u32 i = 0; i < MESSAGE_PARTS_MAX && i < m->part_count; i++) {
		if (bpf_probe_read_user(&part, sizeof(part), (void *)(m->parts + i * sizeof(part))))
			break;
		size += part.length;
	}
	return size;
}

/* Where the caller's memory holds an address, and how long it is. */
static __always_inline u64 given_address(struct saker_socket *s, const volatile struct call_row *row, u32 *length)
{
	struct message m = {};

	if (row->message) {
		if (bpf_probe_read_user(&m, sizeof(m), (void *)arg_at(s->args, row->message))) {
			s->known |= SAKER_SOCKET_FAULT;
			return 0;
		}
		s->size = message_size(&m);
		*length = m.name_length;
		return m.name_length ? m.name : 0;
	}
	*length = arg_at(s->args, row->length);
	if (row->type == SAKER_TYPE_RECVFROM && bpf_probe_read_user(length, 4, (void *)arg_at(s->args, row->length)))
		return 0;
	return arg_at(s->args, row->address);
}

/* The beginning of the bytes of a message, over its first parts. */
static __always_inline void put_parts(struct workspace *ws, struct saker_str *cell, struct message *m, u64 len)
{
	u64 wanted = len > SAKER_DATA_MAX ? SAKER_DATA_MAX : len, have = 0;
	struct part part;

	for (u32 i = 0; i < DATA_PARTS_MAX && i < m->part_count && have < wanted; i++) {
		u64 at = ws->end + have, n;

		if (bpf_probe_read_user(&part, sizeof(part), (void *)(m->parts + i * sizeof(part))))
			break;
		n = part.length < wanted - have ? part.length : wanted - have;
		opaque(n);
		opaque(at);
		if (n > SAKER_DATA_MAX || at > sizeof(struct record) - 8)
			break;
		if (bpf_probe_read_user((char *)&ws->record + at, n, (void *)part.base))
			break;
		have += n;
	}
	end_string(ws, cell, have, have < len ? SAKER_STR_CUT : 0);
}

static __always_inline void put_socket_data(struct workspace *ws, const volatile struct call_row *row)
{
	struct saker_socket *s = &ws->record.socket;
	struct saker_str *cell = &s->str[SAKER_SOCKET_DATA];
	u64 len = data_length(s->h.ret, s->size, row->flags & CALL_FILLS);
	struct message m = {};

	if (row->buffer)
		return put_data(ws, cell, arg_at(s->args, row->buffer), len);
	if (!row->message || !part_wanted(SAKER_PART_DATA) ||
	    bpf_probe_read_user(&m, sizeof(m), (void *)arg_at(s->args, row->message)))
		return put_absent(ws, cell, 0);
	put_parts(ws, cell, &m, len);
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
	if (row->type == SAKER_TYPE_SOCKETPAIR) {
		if (s->h.ret == 0)
			bpf_probe_read_user(s->fds, sizeof(s->fds), (void *)s->args[3]);
		return s->fds[0];
	}
	if (row->fd != ARG_RET)
		return (s32)arg_at(s->args, row->fd);
	if (s->h.ret >= 0 || row->type == SAKER_TYPE_SOCKET)
		return s->h.ret < 0 ? -1 : s->h.ret;
	return (s32)s->args[0];
}

static __always_inline void put_socket(struct workspace *ws, const volatile struct call_row *row,
				       struct task_struct *task)
{
	struct saker_socket *s = &ws->record.socket;
	bool local = row->type == SAKER_TYPE_BIND;
	struct unix_sock *us, *peer;
	struct sock *sk = NULL;
	struct file *file;
	u32 length = 0;
	u64 given;

	clear_socket(s);
	s->fd = socket_fd(s, row);
	file = file_of(task, s->fd);
	if (file)
		sk = sock_of(file, &s->ino);
	if (sk) {
		s->known |= SAKER_SOCKET_FOUND;
		s->family = BPF_CORE_READ(sk, __sk_common.skc_family);
		s->sock_type = BPF_CORE_READ(sk, sk_type);
		s->protocol = BPF_CORE_READ(sk, sk_protocol);
		s->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	} else if (row->type == SAKER_TYPE_SOCKET || row->type == SAKER_TYPE_SOCKETPAIR) {
		s->family = s->args[0];
		s->sock_type = s->args[1] & SOCK_TYPE_MASK;
		s->protocol = s->args[2];
	}
	if (sk && (s->family == AF_INET || s->family == AF_INET6))
		fill_inet(s, sk);
	if (sk && s->family == AF_UNIX) {
		us = (void *)sk;
		peer = (void *)BPF_CORE_READ(us, peer);
		if (put_unix_name(ws, &s->str[SAKER_SOCKET_LOCAL_PATH], us))
			s->known |= SAKER_SOCKET_LOCAL;
		if (put_unix_name(ws, &s->str[SAKER_SOCKET_REMOTE_PATH], peer))
			s->known |= SAKER_SOCKET_REMOTE;
	} else {
		put_absent(ws, &s->str[SAKER_SOCKET_LOCAL_PATH], 0);
		put_absent(ws, &s->str[SAKER_SOCKET_REMOTE_PATH], 0);
	}
	if (row->size)
		s->size = arg_at(s->args, row->size);
	given = row->address || row->message ? given_address(s, row, &length) : 0;
	if (given && (local ? !(s->known & SAKER_SOCKET_LOCAL)
			    : s->sock_type != SOCK_STREAM || !(s->known & SAKER_SOCKET_REMOTE)))
		put_given(ws, given, length, local);
	put_socket_data(ws, row);
}

#endif
