/* SPDX-License-Identifier: Apache-2.0 */
/* Two other doors into the kernel than the 64-bit system call: int 0x80 and io_uring. */
#include "doors.h"

#include <linux/io_uring.h>
#include <sys/mman.h>

long call32_5(long number_, long a, long b, long c, long d, long e)
{
	register long rsi __asm__("rsi") = d;
	register long rdi __asm__("rdi") = e;
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(number_), "b"(a), "c"(b), "d"(c), "r"(rsi), "r"(rdi)
			 : "memory", "r8", "r9", "r10", "r11");
	ret = (int)ret;
	if (ret < 0) {
		errno = (int)-ret;
		return -1;
	}
	return ret;
}

long call32(long number_, long a, long b, long c)
{
	return call32_5(number_, a, b, c, 0, 0);
}

long low(const void *from, size_t len)
{
	static char *at;

	if (!at)
		at = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	memcpy(at, from, len);
	at += (len + 15) & ~15ul;
	return (long)(at - ((len + 15) & ~15ul));
}

static long submit(int fd, struct io_uring_params *p, const struct ring_call *call)
{
	size_t sq_size = p->sq_off.array + p->sq_entries * 4;
	size_t cq_size = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	int protection = PROT_READ | PROT_WRITE, kind = MAP_SHARED | MAP_POPULATE;
	char *sq = mmap(NULL, sq_size, protection, kind, fd, IORING_OFF_SQ_RING);
	char *cq = mmap(NULL, cq_size, protection, kind, fd, IORING_OFF_CQ_RING);
	struct io_uring_sqe *sqe = mmap(NULL, p->sq_entries * sizeof(*sqe), protection, kind, fd, IORING_OFF_SQES);
	unsigned *tail = (unsigned *)(sq + p->sq_off.tail), *cq_tail = (unsigned *)(cq + p->cq_off.tail);
	unsigned enter = IORING_ENTER_GETEVENTS | (call->setup & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0);

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = call->opcode;
	sqe->flags = call->flags;
	sqe->fd = call->fd;
	sqe->addr = (uintptr_t)call->addr;
	sqe->len = (unsigned)call->len;
	sqe->off = call->off;
	sqe->open_flags = call->op_flags;
	sqe->file_index = call->slot;
	((unsigned *)(sq + p->sq_off.array))[0] = 0;
	__atomic_store_n(tail, 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 1, enter, NULL, 0) < 0)
		return -errno;
	while (__atomic_load_n(cq_tail, __ATOMIC_ACQUIRE) == 0)
		syscall(SYS_io_uring_enter, fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0);
	return ((struct io_uring_cqe *)(cq + p->cq_off.cqes))[0].res;
}

long ring(const struct ring_call *call)
{
	struct io_uring_params p = { .flags = call->setup, .sq_thread_idle = 100 };
	int empty[4] = { -1, -1, -1, -1 };
	int fd = (int)syscall(SYS_io_uring_setup, 4, &p);
	long result;

	if (fd < 0)
		return -ENOSYS;
	if (call->slot)
		syscall(SYS_io_uring_register, fd, IORING_REGISTER_FILES, empty, 4);
	result = submit(fd, &p, call);
	close(fd);
	return result;
}
