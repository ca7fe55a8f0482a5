/* SPDX-License-Identifier: Apache-2.0 */
/* Everything /proc knows about this process and its ancestors, as it is: the test takes it apart. */
#include "truth.h"

#include <dirent.h>
#include <sched.h>
#include <sys/utsname.h>
#include <time.h>

static char out[1 << 17];
static size_t used;
static int last;

static void escaped(const unsigned char *from, size_t len)
{
	for (size_t i = 0; i < len && used + 8 < sizeof(out); i++) {
		if (from[i] < 0x20 || from[i] == '"' || from[i] == '\\' || from[i] >= 0x7f)
			used += (size_t)sprintf(out + used, "\\u%04x", from[i]);
		else
			out[used++] = (char)from[i];
	}
}

static void pair(const char *name, const void *value, size_t len)
{
	used += (size_t)sprintf(out + used, ",\"%s\":\"", name);
	escaped(value, len);
	used += (size_t)sprintf(out + used, "\"");
}

static void whole_file(long pid, const char *name)
{
	static char content[1 << 15];
	char path[64];
	ssize_t n = 0, more;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/%s", pid, name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return;
	while ((more = read(fd, content + n, sizeof(content) - (size_t)n)) > 0)
		n += more;
	close(fd);
	pair(name, content, (size_t)n);
}

static void link_of(long pid, const char *name)
{
	char path[320], target[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%ld/%s", pid, name);
	n = readlink(path, target, sizeof(target));
	if (n >= 0)
		pair(name, target, (size_t)n);
}

static long parent_of(long pid)
{
	char path[64], content[1024] = "";
	char *end;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 0;
	if (read(fd, content, sizeof(content) - 1) < 0)
		die(path);
	close(fd);
	end = strrchr(content, ')');
	return end ? strtol(end + 4, NULL, 10) : 0;
}

static void some(long pid)
{
	used += (size_t)sprintf(out + used, "{\"pid\":%ld", pid);
	whole_file(pid, "stat");
	whole_file(pid, "status");
	whole_file(pid, "cmdline");
	whole_file(pid, "environ");
	link_of(pid, "exe");
}

static void descriptors_of_self(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	used += (size_t)sprintf(out + used, ",\"fds\":{\"-\":\"\"");
	while (dir && (entry = readdir(dir))) {
		char name[280];
		struct stat st;
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fd == dirfd(dir))
			continue;
		snprintf(name, sizeof(name), "fd/%s", entry->d_name);
		link_of(getpid(), name);
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			used += (size_t)sprintf(out + used, ",\"directory %d\":\"\"", fd);
	}
	closedir(dir);
	used += (size_t)sprintf(out + used, "}");
}

static long ns(struct timespec t)
{
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

/* ns from boot time to wall-clock time: of a few measurements the one that nothing interrupted. */
static long boot_offset(void)
{
	struct timespec before, after;
	long best = 0, gap = -1, wall;

	for (int i = 0; i < 20; i++) {
		clock_gettime(CLOCK_BOOTTIME, &before);
		wall = now();
		clock_gettime(CLOCK_BOOTTIME, &after);
		if (gap >= 0 && ns(after) - ns(before) >= gap)
			continue;
		gap = ns(after) - ns(before);
		best = wall - ns(before) - gap / 2;
	}
	return best;
}

void tell_process(void)
{
	struct stat st;
	struct utsname host;

	used = 0;
	last = (int)(now() / 1000 % 2000000000);
	uname(&host);
	used += (size_t)sprintf(out, "{\"facts\":%d,\"bootOffset\":%ld,\"cpu\":%d,\"self\":", last, boot_offset(), sched_getcpu());
	some(getpid());
	whole_file(getpid(), "cgroup");
	whole_file(getpid(), "loginuid");
	link_of(getpid(), "cwd");
	pair("hostname", host.nodename, strlen(host.nodename));
	if (stat("/proc/self/exe", &st) == 0)
		used += (size_t)sprintf(out + used, ",\"exeIno\":%lu,\"exeCtime\":%ld,\"exeMtime\":%ld,\"exeMode\":%u,\"exeUid\":%u",
					st.st_ino, ns(st.st_ctim), ns(st.st_mtim), st.st_mode, st.st_uid);
	descriptors_of_self();
	used += (size_t)sprintf(out + used, "},\"ancestors\":[");
	for (long pid = parent_of(getpid()); pid > 0; pid = parent_of(pid)) {
		some(pid);
		used += (size_t)sprintf(out + used, "},");
	}
	used -= out[used - 1] == ',';
	used += (size_t)sprintf(out + used, "],\"leaders\":[");
	some(getsid(0));
	used += (size_t)sprintf(out + used, "},");
	some(getpgid(0));
	used += (size_t)sprintf(out + used, "}]}\n");
	if (write(TRUTH_FD, out, used) != (ssize_t)used)
		die("write of the truth");
}

void told_again(void)
{
	long t0 = action.t0, t1 = action.t1, ret = action.ret;

	tell_process();
	end_of(action.pid, action.tid, told_process(), t0, t1, ret);
}

int told_process(void)
{
	return last;
}
