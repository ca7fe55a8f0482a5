/* SPDX-License-Identifier: GPL-2.0 */
/* Calls on sockets, in the columns of file.bpf.h. */
#define NETWORK_CALLS(X)                                                                                              \
	X(SOCKET, x64_sys_socket, 41, socket, .fd = ARG_RET)                                                          \
	X(SOCKETPAIR, x64_sys_socketpair, 53, socket)                                                                 \
	X(BIND, x64_sys_bind, 49, socket, .fd = 1, .address = 2, .length = 3)                                         \
	X(LISTEN, x64_sys_listen, 50, socket, .fd = 1)                                                                \
	X(CONNECT, x64_sys_connect, 42, socket, .fd = 1, .address = 2, .length = 3)                                   \
	X(ACCEPT, x64_sys_accept, 43, socket, .fd = ARG_RET)                                                          \
	X(ACCEPT4, x64_sys_accept4, 288, socket, .fd = ARG_RET)                                                       \
	X(SENDTO, x64_sys_sendto, 44, socket, .fd = 1, .buffer = 2, .size = 3, .address = 5, .length = 6)             \
	X(SENDMSG, x64_sys_sendmsg, 46, socket, .fd = 1, .message = 2)                                                \
	X(SENDMMSG, x64_sys_sendmmsg, 307, socket, .fd = 1, .message = 2, .flags = CALL_MESSAGES)                     \
	X(RECVFROM, x64_sys_recvfrom, 45, socket, .fd = 1, .buffer = 2, .size = 3, .address = 5, .length = 6, .flags = CALL_FILLS) \
	X(RECVMSG, x64_sys_recvmsg, 47, socket, .fd = 1, .message = 2, .flags = CALL_FILLS)                           \
	X(RECVMMSG, x64_sys_recvmmsg, 299, socket, .fd = 1, .message = 2, .flags = CALL_FILLS | CALL_MESSAGES)        \
	X(SHUTDOWN, x64_sys_shutdown, 48, socket, .fd = 1)                                                            \
	X(SETSOCKOPT, x64_sys_setsockopt, 54, socket, .fd = 1)                                                        \
	X(GETSOCKOPT, x64_sys_getsockopt, 55, socket, .fd = 1)                                                        \
	X(GETSOCKNAME, x64_sys_getsockname, 51, socket, .fd = 1)                                                      \
	X(GETPEERNAME, x64_sys_getpeername, 52, socket, .fd = 1)
