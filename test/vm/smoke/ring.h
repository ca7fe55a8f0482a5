/* SPDX-License-Identifier: Apache-2.0 */
/* One raw ring of io_uring, for requests one after the other. */
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct ring {
	int fd;
	struct io_uring_sqe *sqe;
	unsigned *array, *tail, *cq_head, *cq_tail;
	struct io_uring_cqe *cqes;
	unsigned sq_mask, cq_mask;
} ring;

static inline void open_ring(unsigned flags)
{
	struct io_uring_params p = { .flags = flags };
	char *sq, *cq;

	ring.fd = (int)syscall(SYS_io_uring_setup, 4, &p);
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd,
		  IORING_OFF_SQ_RING);
	cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_POPULATE, ring.fd, IORING_OFF_CQ_RING);
	ring.sqe = mmap(NULL, p.sq_entries * sizeof(*ring.sqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd,
			IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || ring.sqe == MAP_FAILED)
		exit(97);
	ring.array = (unsigned *)(sq + p.sq_off.array);
	ring.tail = (unsigned *)(sq + p.sq_off.tail);
	ring.sq_mask = *(unsigned *)(sq + p.sq_off.ring_mask);
	ring.cq_head = (unsigned *)(cq + p.cq_off.head);
	ring.cq_tail = (unsigned *)(cq + p.cq_off.tail);
	ring.cq_mask = *(unsigned *)(cq + p.cq_off.ring_mask);
	ring.cqes = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
}

static inline struct io_uring_sqe *next(int opcode, int fd)
{
	struct io_uring_sqe *sqe = &ring.sqe[*ring.tail & ring.sq_mask];

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = (unsigned char)opcode;
	sqe->fd = fd;
	return sqe;
}

static inline void submit(unsigned wait)
{
	ring.array[*ring.tail & ring.sq_mask] = *ring.tail & ring.sq_mask;
	__atomic_store_n(ring.tail, *ring.tail + 1, __ATOMIC_RELEASE);
	syscall(SYS_io_uring_enter, ring.fd, 1, wait, wait ? IORING_ENTER_GETEVENTS : 0, NULL, 0);
}

static inline int result(void)
{
	unsigned head = *ring.cq_head;

	while (__atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE) == head)
		syscall(SYS_io_uring_enter, ring.fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0);
	__atomic_store_n(ring.cq_head, head + 1, __ATOMIC_RELEASE);
	return ring.cqes[head & ring.cq_mask].res;
}

static inline int run(void)
{
	submit(1);
	return result();
}

static inline uint64_t at(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}
