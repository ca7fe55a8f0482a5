/* SPDX-License-Identifier: GPL-2.0 */
/* Calls on sockets, in the columns of file.bpf.h. The i386 numbers are those of the direct calls, not of socketcall;
 * 510 and 511 stand for none. */
#define NETWORK_CALLS(X)                                                                                     \
	X(SOCKET, socket, 41, 359, .fd = ARG_RET)                                                            \
	X(SOCKETPAIR, socketpair, 53, 360)                                                                   \
	X(BIND, bind, 49, 361, .fd = 1, .address = 2, .length = 3)                                           \
	X(LISTEN, listen, 50, 363, .fd = 1)                                                                  \
	X(CONNECT, connect, 42, 362, .fd = 1, .address = 2, .length = 3)                                     \
	X(ACCEPT, accept, 43, 511, .fd = ARG_RET)                                                              \
	X(ACCEPT4, accept4, 288, 364, .fd = ARG_RET)                                                         \
	X(SENDTO, sendto, 44, 369, .fd = 1, .buffer = 2, .size = 3, .address = 5, .length = 6)                            \
	X(SENDMSG, sendmsg, 46, 370, .fd = 1, .message = 2)                                                  \
	X(RECVFROM, recvfrom, 45, 371, .fd = 1, .buffer = 2, .size = 3, .address = 5, .length = 6, .flags = CALL_FILLS)                        \
	X(RECVMSG, recvmsg, 47, 372, .fd = 1, .message = 2, .flags = CALL_FILLS)                                                  \
	X(SHUTDOWN, shutdown, 48, 373, .fd = 1)                                                              \
	X(SETSOCKOPT, setsockopt, 54, 366, .fd = 1)
