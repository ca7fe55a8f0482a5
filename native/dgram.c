/* SPDX-License-Identifier: Apache-2.0 */
/* AF_UNIX datagrams for sd_notify, journald and /dev/log; Node has none. */
#define _GNU_SOURCE
#include "saker.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int saker_dgram_open(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	int fd, error;

	if (len == 0)
		return -EINVAL;
	/* An abstract name has no ending zero, a path does. */
	if (path[0] != '@')
		size++;
	if (size > sizeof(to))
		return -ENAMETOOLONG;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@')
		to.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&to, size)) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

static int write_all(int fd, const char *data, uint64_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		size -= (uint64_t)n;
	}
	return 0;
}

static int send_descriptor(int fd, int file)
{
	union {
		struct cmsghdr header; /* for its alignment */
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *part;

	memset(&control, 0, sizeof(control));
	part = CMSG_FIRSTHDR(&message);
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(part), &file, sizeof(int));
	return sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int send_file(int fd, const void *message, uint64_t size)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
	int error, file = memfd_create("saker-message", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (file < 0)
		return -errno;
	error = write_all(file, message, size);
	/* journald only trusts a file that can no longer change. */
	if (!error && fcntl(file, F_ADD_SEALS, seals))
		error = -errno;
	if (!error)
		error = send_descriptor(fd, file);
	close(file);
	return error;
}

int saker_dgram_send(int fd, const void *message, uint64_t size, int as_file)
{
	if (send(fd, message, size, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return 0;
	if (!as_file || (errno != EMSGSIZE && errno != ENOBUFS))
		return -errno;
	return send_file(fd, message, size);
}
