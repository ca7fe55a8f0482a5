/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOORS_H
#define DOORS_H
#include "truth.h"

/* A call of the 32-bit ABI; pointers must lie below 4 GiB, see low(). */
long call32(long number, long a, long b, long c);
long call32_5(long number, long a, long b, long c, long d, long e);
/* A copy of a text below 4 GiB. */
long low(const void *from, size_t len);

/* One operation through io_uring: what a submission queue entry holds. Returns its result, or -ENOSYS without rings. */
struct ring_call {
	unsigned char opcode, flags;
	int fd;
	const void *addr;
	unsigned long len, off;
	unsigned op_flags, slot, setup;
};
long ring(const struct ring_call *call);
#endif
