/* SPDX-License-Identifier: Apache-2.0 */
/* One call of every family that the tables in bpf/probes name, with arguments that the test knows. Many fail on
 * purpose: an attempt is an event too. */
#define _GNU_SOURCE
#include "calls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define DIR "/tmp/smoke"
/* A call of the 32-bit ABI; pointers must lie below 4 GiB. */
static long call32(long number, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

void file_names(void)
{
	int dir = open(DIR, O_DIRECTORY | O_RDONLY);

	syscall(SYS_mkdir, DIR "/m", 0750);
	syscall(SYS_mkdirat, dir, "m2", 0700);
	syscall(SYS_mknod, DIR "/fifo", S_IFIFO | 0600, 0);
	syscall(SYS_mknodat, dir, "fifo2", S_IFIFO | 0600, 0);
	syscall(SYS_link, DIR "/fifo", DIR "/hard");
	syscall(SYS_linkat, dir, "fifo", AT_FDCWD, DIR "/hard2", 0);
	syscall(SYS_symlink, "text", DIR "/soft");
	syscall(SYS_symlinkat, "text", dir, "soft2");
	syscall(SYS_rename, DIR "/soft", DIR "/soft3");
	syscall(SYS_renameat, dir, "soft2", dir, "soft4");
	syscall(SYS_renameat2, AT_FDCWD, DIR "/hard", dir, "hard3", 1);
	syscall(SYS_unlink, DIR "/hard2");
	syscall(SYS_unlinkat, dir, "hard3", 0);
	syscall(SYS_unlinkat, dir, "m2", AT_REMOVEDIR);
	syscall(SYS_rmdir, DIR "/m");
	syscall(SYS_unlink, DIR "/not-there");
	syscall(SYS_unlink, NULL);
	syscall(SYS_unlink, (char *)16);
	syscall(SYS_chdir, DIR);
	syscall(SYS_unlink, "fifo");
	syscall(SYS_unlink, "fifo2");
	syscall(SYS_unlink, "soft3");
	syscall(SYS_unlink, "soft4");
}

void file_attributes(void)
{
	int fd = open(DIR "/target", O_RDWR), dir = open(DIR, O_DIRECTORY | O_RDONLY);

	syscall(SYS_chmod, DIR "/target", 0640);
	syscall(SYS_fchmod, fd, 0600);
	syscall(SYS_fchmodat, dir, "target", 04755);
	syscall(SYS_fchmodat2, dir, "target", 0600, 0);
	syscall(SYS_chown, DIR "/target", 1, 2);
	syscall(SYS_lchown, DIR "/link", -1, 3);
	syscall(SYS_fchown, fd, 0, 0);
	syscall(SYS_fchownat, dir, "target", 0, 0, AT_SYMLINK_NOFOLLOW);
	syscall(SYS_truncate, DIR "/target", 10);
	syscall(SYS_ftruncate, fd, 0);
	syscall(SYS_setxattr, DIR "/target", "user.saker", "v", 1, 0);
	syscall(SYS_lsetxattr, DIR "/link", "trusted.saker", "v", 1, 0);
	syscall(SYS_fsetxattr, fd, "user.saker", "v", 1, 0);
}

void mounts(void)
{
	struct {
		struct file_handle h;
		char bytes[128];
	} handle = { .h = { .handle_bytes = 128 } };
	int id, root, dir;

	name_to_handle_at(AT_FDCWD, DIR "/target", &handle.h, &id, 0);
	root = open("/", O_DIRECTORY | O_RDONLY);
	root = open("/", O_DIRECTORY | O_RDONLY);
	dir = open(DIR, O_DIRECTORY | O_RDONLY);
	syscall(SYS_open_by_handle_at, dir, &handle, O_RDONLY);
	syscall(SYS_mkdir, DIR "/mnt", 0755);
	syscall(SYS_mount, "none", DIR "/mnt", "tmpfs", 0, "size=1m");
	syscall(SYS_move_mount, AT_FDCWD, DIR "/not-there", AT_FDCWD, DIR "/mnt", 0);
	syscall(SYS_umount2, DIR "/mnt", MNT_DETACH);
	syscall(SYS_pivot_root, DIR "/mnt", DIR "/mnt/old");
	syscall(SYS_chdir, DIR);
	syscall(SYS_chdir, "mnt");
	syscall(SYS_fchdir, root);
	syscall(SYS_chdir, "not-there");
	syscall(SYS_chroot, DIR);
}

static void tcp(int family, struct sockaddr *address, socklen_t length)
{
	struct sockaddr_storage peer;
	socklen_t peer_length = sizeof(peer);
	char byte = 'x';
	int listener, client, server;

	listener = (int)syscall(SYS_socket, family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	syscall(SYS_setsockopt, listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	syscall(SYS_bind, listener, address, length);
	syscall(SYS_listen, listener, 5);
	client = (int)syscall(SYS_socket, family, SOCK_STREAM, 0);
	syscall(SYS_connect, client, address, length);
	server = (int)syscall(SYS_accept4, listener, &peer, &peer_length, SOCK_CLOEXEC);
	syscall(SYS_sendto, client, &byte, 1, 0, NULL, 0);
	syscall(SYS_recvfrom, server, &byte, 1, 0, NULL, NULL);
	syscall(SYS_shutdown, client, SHUT_RDWR);
	syscall(SYS_fcntl, listener, F_SETFL, O_NONBLOCK);
	syscall(SYS_accept, listener, NULL, NULL);
	close(client);
	close(server);
	close(listener);
}

void sockets(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(4711), .sin_addr.s_addr = htonl(0x7f000001) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(4712), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = DIR "/socket" };
	struct sockaddr_un abstract = { .sun_family = AF_UNIX, .sun_path = "\0saker" };
	struct iovec parts[2] = { { "abc", 3 }, { "de", 2 } };
	struct msghdr message = { .msg_name = &in, .msg_namelen = sizeof(in), .msg_iov = parts, .msg_iovlen = 2 };
	int udp, pair[2];

	syscall(SYS_unlink, un.sun_path);
	tcp(AF_INET, (struct sockaddr *)&in, sizeof(in));
	tcp(AF_INET6, (struct sockaddr *)&in6, sizeof(in6));
	tcp(AF_UNIX, (struct sockaddr *)&un, sizeof(un));
	tcp(AF_UNIX, (struct sockaddr *)&abstract, offsetof(struct sockaddr_un, sun_path) + 6);
	syscall(SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, pair);
	udp = (int)syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);
	in.sin_port = htons(53);
	syscall(SYS_sendto, udp, "q", 1, 0, &in, sizeof(in));
	syscall(SYS_sendmsg, udp, &message, 0);
	syscall(SYS_recvmsg, udp, &message, MSG_DONTWAIT);
	syscall(SYS_connect, udp, (char *)16, 16);
	syscall(SYS_connect, 12345, &in, sizeof(in));
	in.sin_port = htons(9);
	close(udp);
	udp = (int)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
	syscall(SYS_connect, udp, &in, sizeof(in));
	syscall(SYS_socket, 99, SOCK_STREAM, 0);
}

void control(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = 1, .permitted = 3 } };
	int ns = open("/proc/self/ns/uts", O_RDONLY), fd = open(DIR "/target", O_RDONLY), pair[2];

	syscall(SYS_setsid);
	syscall(SYS_setpgid, 0, 0);
	syscall(SYS_setns, ns, CLONE_NEWUTS);
	syscall(SYS_unshare, CLONE_NEWUTS);
	syscall(SYS_prctl, PR_SET_NAME, "renamed", 0, 0, 0);
	syscall(SYS_personality, 0xffffffff);
	syscall(SYS_seccomp, 99, 0, NULL);
	syscall(SYS_ptrace, 16, 0x7ffffff, 0, 0);
	syscall(SYS_kill, 0x7ffffff, SIGTERM);
	syscall(SYS_tkill, 0x7ffffff, SIGTERM);
	syscall(SYS_tgkill, 0x7ffffff, 0x7ffffff, SIGTERM);
	syscall(SYS_process_vm_readv, 0x7ffffff, NULL, 0, NULL, 0, 0);
	syscall(SYS_process_vm_writev, 0x7ffffff, NULL, 0, NULL, 0, 0);
	syscall(SYS_pidfd_open, getpid(), 0);
	syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, getpid(), 0), fd, 0);
	syscall(SYS_memfd_create, "memory", MFD_CLOEXEC);
	syscall(SYS_keyctl, 0, -3, 0);
	syscall(SYS_bpf, 99, NULL, 0);
	syscall(SYS_init_module, "junk", 4, "a=b");
	syscall(SYS_finit_module, fd, "c=d", 0);
	syscall(SYS_delete_module, "no_such_module", 0);
	syscall(SYS_perf_event_open, NULL, 0, 0, -1, 0);
	syscall(SYS_userfaultfd, 0xffffff);
	syscall(SYS_io_uring_setup, 0, NULL);
	syscall(SYS_kexec_load, 0, 99, NULL, 0xffff);
	syscall(SYS_kexec_file_load, fd, -1, 5, "quiet", 0xffff);
	syscall(SYS_dup, fd);
	syscall(SYS_dup2, fd, 60);
	syscall(SYS_dup3, fd, 61, O_CLOEXEC);
	syscall(SYS_fcntl, fd, F_DUPFD, 50);
	syscall(SYS_pipe, pair);
	syscall(SYS_pipe2, pair, O_CLOEXEC);
	syscall(SYS_eventfd, 1);
	syscall(SYS_eventfd2, 2, 0);
	syscall(SYS_signalfd, -1, NULL, 0);
	syscall(SYS_signalfd4, -1, NULL, 0, 0);
	syscall(SYS_inotify_init);
	syscall(SYS_inotify_init1, 0);
	syscall(SYS_timerfd_create, 99, 0);
	syscall(SYS_epoll_create, 1);
	syscall(SYS_epoll_create1, 0);
	syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	syscall(SYS_mprotect, NULL, 0, PROT_READ | PROT_EXEC);
	syscall(SYS_setgid, 7);
	syscall(SYS_setregid, 7, 7);
	syscall(SYS_setresgid, 7, 7, 7);
	syscall(SYS_setfsgid, 7);
	syscall(SYS_setfsuid, 0);
	syscall(SYS_setreuid, 0, 0);
	syscall(SYS_capset, &header, data);
	syscall(SYS_setuid, 0);
	syscall(SYS_setresuid, 5, 6, 7);
}

void compat_calls(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(0x7f000001) };
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long name = (long)low, address = (long)low + 512;

	strcpy(low, DIR "/compat");
	memcpy(low + 512, &in, sizeof(in));
	call32(39, name, 0700, 0); /* mkdir */
	call32(301, AT_FDCWD, name, AT_REMOVEDIR); /* unlinkat */
	call32(15, name, 04755, 0); /* chmod */
	call32(362, call32(359, AF_INET, SOCK_STREAM, 0), address, sizeof(in)); /* connect, socket */
	call32(37, 0x7ffffff, SIGTERM, 0); /* kill */
	call32(213, 0, 0, 0); /* setuid */
}

/* What has another shape there: socketcall, 16-bit ids, halves of 64-bit numbers, structures of 32-bit words. */
void compat_more(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(0x7f000001) };
	unsigned *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	unsigned at = (unsigned)(uintptr_t)low, *args = low, *message = low + 16, *part = low + 32;
	char *name = (char *)(low + 256), *address = (char *)(low + 128);
	int udp;

	strcpy(name, DIR "/target");
	memcpy(address, &in, sizeof(in));
	args[0] = AF_INET, args[1] = SOCK_DGRAM, args[2] = 0;
	udp = (int)call32(102, 1, at, 0);
	args[0] = (unsigned)udp, args[1] = at + 512, args[2] = sizeof(in);
	call32(102, 3, at, 0); /* connect */
	part[0] = at + 1024, part[1] = 7;
	message[0] = at + 512, message[1] = sizeof(in), message[2] = at + 128, message[3] = 1;
	args[0] = (unsigned)udp, args[1] = at + 64, args[2] = 0;
	call32(102, 16, at, 0); /* sendmsg by socketcall */
	call32(370, udp, at + 64, 0); /* sendmsg */
	call32(102, 99, at, 0); /* no such sub-call */
	call32(193, (long)at + 1024, 0, 1); /* truncate64 to 4 GiB */
	call32(92, (long)at + 1024, 5, 0); /* truncate */
	call32(22, (long)at + 1024, 0, 0); /* umount */
	call32(182, (long)at + 1024, 1, 2); /* chown of 16 bits */
	call32(212, (long)at + 1024, 0, 0); /* chown32 */
	call32(26, 16, 0x7ffffff, 0); /* ptrace */
	call32(221, udp, F_GETFD, 0); /* fcntl64 */
	call32(41, udp, 0, 0); /* dup */
	call32(195, (long)at + 1024, at, 0); /* stat64 */
	call32(4, 12345, at, 1); /* write */
	call32(6, udp, 0, 0); /* close */
	call32(46, 0, 0, 0); /* setgid of 16 bits */
	call32(164, 0, 0, 0); /* setresuid of 16 bits */
	call32(23, 0, 0, 0); /* setuid of 16 bits */
}
