/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a connection in each family, datagrams, and what fails. */
#include "truth.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
};

struct family {
	const char *name, *domain, *letter; /* as Falco writes them */
	union address address;
	socklen_t length;
	const char *at; /* the listening end as text */
};

static void label(const struct family *f, const char *what, const char *type)
{
	static char both[64];

	snprintf(both, sizeof(both), "%s %s", f->name, what);
	begin(both, type);
}

static void sock_arg(const struct family *f, long fd)
{
	/* The test knows the name from both ends. */
	arg("fd=%ld(<%s>{name})", fd, f->letter);
}

static int listening(const struct family *f)
{
	int fd, one = 1;

	label(f, "socket", "socket");
	fd = (int)end(syscall(SYS_socket, f->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
	fd_socket(fd, false);
	arg("fd=%d(<%s>)", fd, f->letter[0] == 'u' ? "u" : f->letter[0] == '4' ? "4" : "6");
	arg("domain=%s", f->domain);
	arg("type=1");
	arg("proto=0");
	arg("flags=4096(O_CLOEXEC)");
	done();

	label(f, "setsockopt", "setsockopt");
	end(syscall(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
	fd_socket(fd, false);
	partial();
	arg_res();
	arg("level=1(SOL_SOCKET)");
	arg("optname=2(SO_REUSEADDR)");
	arg("optlen=4");
	done();

	label(f, "bind", "bind");
	end(syscall(SYS_bind, fd, &f->address, f->length));
	fd_socket(fd, true);
	arg_res();
	arg("addr=%s", f->at);
	sock_arg(f, fd);
	done();

	label(f, "bind twice", "bind");
	end(syscall(SYS_bind, fd, &f->address, f->length));
	fd_socket(fd, true);
	arg_res();
	arg("addr=%s", f->at);
	sock_arg(f, fd);
	done();

	label(f, "listen", "listen");
	end(syscall(SYS_listen, fd, 7));
	fd_socket(fd, true);
	arg_res();
	sock_arg(f, fd);
	arg("backlog=7");
	done();
	return fd;
}

static int connected(const struct family *f)
{
	int fd = socket(f->address.any.sa_family, SOCK_STREAM, 0);

	label(f, "connect", "connect");
	end(syscall(SYS_connect, fd, &f->address, f->length));
	fd_socket(fd, false);
	flag("fd.name_changed", true);
	arg_res();
	arg("tuple={tuple}");
	sock_arg(f, fd);
	arg("addr=%s", f->at);
	done();
	return fd;
}

static int accepted(const struct family *f, int listener)
{
	int fd;

	label(f, "accept4", "accept4");
	fd = (int)end(syscall(SYS_accept4, listener, NULL, NULL, SOCK_CLOEXEC));
	fd_socket(fd, true);
	partial();
	sock_arg(f, fd);
	arg("tuple={tuple}");
	done();
	return fd;
}

static void transfers(const struct family *f, int client, int server)
{
	char buf[8] = { 0 };

	label(f, "sendto", "sendto");
	end(syscall(SYS_sendto, client, "hello\n", 6L, 0, NULL, 0));
	fd_socket(client, false);
	text("buffer", "hello\n");
	partial();
	arg_res();
	sock_arg(f, client);
	arg("size=6");
	done();

	label(f, "recvfrom", "recvfrom");
	end(syscall(SYS_recvfrom, server, buf, sizeof(buf), 0, NULL, NULL));
	fd_socket(server, true);
	text("buffer", "hello\n");
	partial();
	arg_res();
	done();

	label(f, "shutdown", "shutdown");
	end(syscall(SYS_shutdown, client, SHUT_WR));
	fd_socket(client, false);
	arg_res();
	sock_arg(f, client);
	arg("how=1(SHUT_WR)");
	done();
}

static void connection(const struct family *f)
{
	int listener = listening(f), client = connected(f), server = accepted(f, listener);

	transfers(f, client, server);
	fcntl(listener, F_SETFL, O_NONBLOCK);
	label(f, "accept of nobody", "accept");
	end(syscall(SYS_accept, listener, NULL, NULL));
	fd_socket(listener, true);
	partial();
	arg("fd=-11(EAGAIN)");
	done();
	close(listener);
	close(client);
	close(server);
}

static void datagrams(void)
{
	union address to = { .v4 = { .sin_family = AF_INET, .sin_port = htons(5353) } };
	union address here = to;
	struct iovec parts[2] = { { "ab", 2 }, { "cde", 3 } };
	struct msghdr message = { .msg_name = &to, .msg_namelen = sizeof(to.v4), .msg_iov = parts, .msg_iovlen = 2 };
	int client = socket(AF_INET, SOCK_DGRAM, 0), server = socket(AF_INET, SOCK_DGRAM, 0);

	to.v4.sin_addr.s_addr = here.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(server, &here.any, sizeof(here.v4)))
		die("bind");
	here.v4.sin_port = htons(5354);
	if (bind(client, &here.any, sizeof(here.v4)))
		die("bind");

	begin("datagram", "sendto");
	end(syscall(SYS_sendto, client, "x", 1L, 0, &to, sizeof(to.v4)));
	fd_socket(client, false);
	text("remote", "127.0.0.1");
	number("rport", 5353);
	flag("fd.name_changed", true);
	text("buffer", "x");
	partial();
	arg_res();
	arg("size=1");
	arg("tuple=127.0.0.1:5354->127.0.0.1:5353");
	done();

	begin("datagram again", "sendto");
	end(syscall(SYS_sendto, client, "y", 1L, 0, &to, sizeof(to.v4)));
	fd_socket(client, false);
	text("remote", "127.0.0.1");
	number("rport", 5353);
	text("buffer", "y");
	partial();
	arg_res();
	done();

	begin("datagram in parts", "sendmsg");
	end(syscall(SYS_sendmsg, client, &message, 0));
	fd_socket(client, false);
	text("remote", "127.0.0.1");
	number("rport", 5353);
	text("buffer", "abcde");
	partial();
	arg_res();
	arg("size=5");
	arg("tuple=127.0.0.1:5354->127.0.0.1:5353");
	done();
	close(client);
	close(server);
}

static void failures(void)
{
	union address nobody = { .v4 = { .sin_family = AF_INET, .sin_port = htons(9) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0), pair[2];

	nobody.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	begin("refused", "connect");
	end(syscall(SYS_connect, fd, &nobody, sizeof(nobody.v4)));
	fd_socket(fd, false);
	text("remote", "127.0.0.1");
	number("rport", 9);
	partial();
	arg_res();
	arg("addr=127.0.0.1:9");
	done();

	begin("unknown family", "socket");
	end(syscall(SYS_socket, 99, SOCK_STREAM, 0));
	number("fd.num", -1);
	arg("fd=-97(EAFNOSUPPORT)");
	arg("domain=99");
	arg("type=1");
	arg("proto=0");
	arg("flags=0(O_NONE)");
	done();

	begin("bad descriptor", "connect");
	end(syscall(SYS_connect, 12345, &nobody, sizeof(nobody.v4)));
	number("fd.num", 12345);
	partial();
	arg_res();
	done();

	begin("pair", "socketpair");
	end(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair));
	partial();
	arg_res();
	arg("domain=1(AF_LOCAL|AF_UNIX)");
	arg("type=1");
	done();
	close(pair[0]);
	close(pair[1]);
	close(fd);
}

void networks(void)
{
	struct family v4 = { "ipv4", "2(AF_INET)", "4t", { .v4 = { .sin_family = AF_INET, .sin_port = htons(4711) } },
			     sizeof(struct sockaddr_in), "127.0.0.1:4711" };
	struct family v6 = { "ipv6", "10(AF_INET6)", "6t", { .v6 = { .sin6_family = AF_INET6, .sin6_port = htons(4712) } },
			     sizeof(struct sockaddr_in6), "::1:4712" };
	struct family un = { "unix", "1(AF_LOCAL|AF_UNIX)", "u", { .un = { .sun_family = AF_UNIX } },
			     sizeof(struct sockaddr_un), HOME "/socket" };
	struct family abstract = un;

	tell_process();
	v4.address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	v6.address.v6.sin6_addr = in6addr_loopback;
	strcpy(un.address.un.sun_path, HOME "/socket");
	memcpy(abstract.address.un.sun_path, "\0events", 7);
	abstract.name = "abstract";
	abstract.length = offsetof(struct sockaddr_un, sun_path) + 7;
	abstract.at = "@events";
	connection(&v4);
	connection(&v6);
	connection(&un);
	connection(&abstract);
	datagrams();
	failures();
}
