/* SPDX-License-Identifier: Apache-2.0 */
/* What the trigger's own descriptors are, by fstat(2), readlink(2), getsockname(2) and getpeername(2). */
#include "truth.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

/* st_dev as the kernel packs it in 32 bits: what stat(2) of a small device gives as well. */
static long device(dev_t dev)
{
	return (long)((minor(dev) & 0xff) | (major(dev) << 8) | ((minor(dev) & ~0xffu) << 12));
}

static const char *path_of(long fd)
{
	static char target[PATH_MAX];
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	n = readlink(path, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = 0;
	return target;
}

void fd_file(long fd, const char *given, const char *raw)
{
	struct stat st;

	if (fstat((int)fd, &st))
		die("fstat");
	number("fd.num", fd);
	text("fd.type", S_ISDIR(st.st_mode) ? "directory" : "file");
	text("fd.name", given ? given : path_of(fd));
	text("resolved", path_of(fd));
	text("fd.nameraw", raw ? raw : "");
	number("fd.dev", device(st.st_dev));
	number("fd.ino", (long)st.st_ino);
}

void fd_failed(const char *given, const char *raw)
{
	number("fd.num", -1);
	text("fd.name", given);
	text("fd.nameraw", raw);
	text("fd.typechar", "f");
}

void fd_other(long fd, const char *kind, const char *name)
{
	number("fd.num", fd);
	if (fd < 0)
		return;
	text("fd.type", kind);
	text("fd.name", name);
	text("fd.nameraw", "");
}

/* `address` and `port` of one end under the names of the table; false when there is none. */
static bool one_end(const char *address, const char *port, const struct sockaddr_storage *from)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;
	char host[INET6_ADDRSTRLEN];

	if (from->ss_family == AF_INET) {
		text(address, inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host)));
		number(port, ntohs(v4->sin_port));
		return v4->sin_port != 0;
	}
	if (from->ss_family == AF_INET6) {
		text(address, inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host)));
		number(port, ntohs(v6->sin6_port));
		return v6->sin6_port != 0;
	}
	return false;
}

static void unix_name(const struct sockaddr_storage *from, socklen_t len)
{
	const struct sockaddr_un *un = (const void *)from;
	static char name[128];
	size_t n = len - offsetof(struct sockaddr_un, sun_path);

	if (len <= offsetof(struct sockaddr_un, sun_path))
		return;
	if (un->sun_path[0]) {
		text("unix", un->sun_path);
		return;
	}
	name[0] = '@';
	memcpy(name + 1, un->sun_path + 1, n - 1);
	bytes("unix", name, n);
}

void fd_socket(long fd, bool server)
{
	struct sockaddr_storage local = { 0 }, remote = { 0 };
	socklen_t local_len = sizeof(local), remote_len = sizeof(remote);
	struct stat st;
	int type = 0, listening = 0;
	socklen_t len = sizeof(int);

	if (fstat((int)fd, &st) || getsockname((int)fd, (void *)&local, &local_len))
		die("the socket");
	getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &len);
	getsockopt((int)fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len);
	number("fd.num", fd);
	number("fd.ino", (long)st.st_ino);
	number("sockType", type);
	flag("server", server);
	flag("listening", listening != 0);
	number("family", local.ss_family);
	one_end("local", "lport", &local);
	if (getpeername((int)fd, (void *)&remote, &remote_len) == 0) {
		one_end("remote", "rport", &remote);
		flag("connected", true);
	}
	if (local.ss_family == AF_UNIX) {
		if (remote_len > 2 && remote.ss_family == AF_UNIX)
			unix_name(&remote, remote_len);
		else
			unix_name(&local, local_len);
	}
}

/* Letter of a file that has no name; 0 for others. */
static char anonymous(const char *path)
{
	static const char *const names[] = { "e[eventfd]", "l[eventpoll]", "iinotify", "s[signalfd]", "t[timerfd]", "r[io_uring]" };

	if (strncmp(path, "anon_inode:", 11))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(path + 11, names[i] + 1))
			return names[i][0];
	return 'o';
}

/* The letter and name in `fd=3(<f>/etc/passwd)`. */
static void kind_of(long fd, char *to, size_t size)
{
	struct stat st;
	const char *path = path_of(fd);

	if (fstat((int)fd, &st))
		snprintf(to, size, "%s", strerrorname_np(errno));
	else if (S_ISSOCK(st.st_mode))
		snprintf(to, size, "?");
	else if (!strncmp(path, "/memfd:", 7))
		snprintf(to, size, "<m>%.*s", (int)(strstr(path, " (deleted)") - path - 7), path + 7);
	else if (anonymous(path))
		snprintf(to, size, "<%c>", anonymous(path));
	else
		snprintf(to, size, "<%c>%s", S_ISDIR(st.st_mode) ? 'd' : S_ISFIFO(st.st_mode) && path[0] != '/' ? 'p' : 'f', path);
}

void arg_fd(const char *key, long fd)
{
	char name[PATH_MAX + 8];

	if (fd == AT_FDCWD) {
		arg("%s=-100(AT_FDCWD)", key);
		return;
	}
	kind_of(fd, name, sizeof(name));
	arg("%s=%ld(%s)", key, fd, name);
}

void arg_new_fd(const char *key)
{
	if (action.ret < 0)
		arg("%s=%ld(%s)", key, action.ret, strerrorname_np((int)-action.ret));
	else
		arg_fd(key, action.ret);
}
