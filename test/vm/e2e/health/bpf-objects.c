/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel holds of BPF, a line each: "program TYPE NAME", "map NAME", "link TYPE". Programs by which systemd
 * guards devices of units (BPF_PROG_TYPE_CGROUP_DEVICE) are left out.
 */
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* The next id's descriptor, or -1 after the last. */
static int next(int next_id, int by_id, __u32 *id)
{
	union bpf_attr attr = {.start_id = *id};
	int fd;

	do {
		if (bpf(next_id, &attr))
			return -1;
		*id = attr.next_id;
		attr = (union bpf_attr){.prog_id = *id};
		fd = bpf(by_id, &attr);
		/* It went away just now. */
		attr = (union bpf_attr){.start_id = *id};
	} while (fd < 0);
	return fd;
}

static void facts(int fd, void *info, __u32 size)
{
	union bpf_attr attr = {.info = {.bpf_fd = fd, .info_len = size, .info = (__u64)(unsigned long)info}};

	bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
	close(fd);
}

int main(void)
{
	__u32 id;
	int fd;

	for (id = 0; (fd = next(BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID, &id)) >= 0;) {
		struct bpf_prog_info info = {0};

		facts(fd, &info, sizeof(info));
		if (info.type != BPF_PROG_TYPE_CGROUP_DEVICE)
			printf("program %u %s\n", info.type, info.name);
	}
	for (id = 0; (fd = next(BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID, &id)) >= 0;) {
		struct bpf_map_info info = {0};

		facts(fd, &info, sizeof(info));
		printf("map %s\n", info.name);
	}
	for (id = 0; (fd = next(BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID, &id)) >= 0;) {
		struct bpf_link_info info = {0};

		facts(fd, &info, sizeof(info));
		printf("link %u\n", info.type);
	}
	return 0;
}
