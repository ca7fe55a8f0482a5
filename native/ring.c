/* SPDX-License-Identifier: Apache-2.0 */
/* The ring's memory and the one place where the engine sleeps. */
#include "saker.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

int saker_page_size(void)
{
	long size = sysconf(_SC_PAGESIZE);

	return size > 0 ? (int)size : -EINVAL;
}

int saker_ring_map(int fd, uint64_t size, uint64_t address[2])
{
	size_t page = (size_t)saker_page_size();
	void *consumer, *producer;
	int error;

	if (size == 0 || size > (1u << 30) || (size & (size - 1)))
		return -EINVAL;
	consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (consumer == MAP_FAILED)
		return -errno;
	producer = mmap(NULL, page + 2 * (size_t)size, PROT_READ, MAP_SHARED, fd, (off_t)page);
	if (producer == MAP_FAILED) {
		error = -errno;
		munmap(consumer, page);
		return error;
	}
	address[0] = (uint64_t)(uintptr_t)consumer;
	address[1] = (uint64_t)(uintptr_t)producer;
	return 0;
}

int saker_event_open(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

int saker_event_signal(int fd)
{
	/* EAGAIN means the counter is at its limit: the event is signalled already. */
	return eventfd_write(fd, 1) && errno != EAGAIN ? -errno : 0;
}

int saker_close(int fd)
{
	return close(fd) ? -errno : 0;
}

static int wait_for(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	int ready = poll(fds, n, timeout_ms);

	if (ready >= 0)
		return ready;
	/* A signal is a reason to look again, not an error. */
	return errno == EINTR ? 0 : -errno;
}

int saker_wait(int ring_fd, int event_fd, int pause_ms, int timeout_ms)
{
	struct pollfd fds[2] = {
		{ .fd = event_fd, .events = POLLIN },
		{ .fd = ring_fd, .events = POLLIN },
	};
	eventfd_t count;
	int result = 0, ready = 0;

	if (pause_ms > 0)
		ready = wait_for(fds, 1, pause_ms);
	if (ready == 0)
		ready = wait_for(fds, 2, timeout_ms);
	if (ready < 0)
		return ready;
	if ((fds[0].revents | fds[1].revents) & (POLLERR | POLLNVAL))
		return -EBADF;
	if (fds[0].revents & POLLIN) {
		(void)eventfd_read(event_fd, &count);
		result |= SAKER_WAIT_EVENT;
	}
	if (fds[1].revents & POLLIN)
		result |= SAKER_WAIT_DATA;
	return result;
}
