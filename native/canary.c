/* SPDX-License-Identifier: Apache-2.0 */
/* An open that is meant to fail. In JavaScript each failure costs an exception. */
#include "saker.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int saker_canary_open(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}
