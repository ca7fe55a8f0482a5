/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef SAKER_ABI_EVENT_H
#define SAKER_ABI_EVENT_H
/*
 * The record that travels from the kernel to user space (the other way: control.h). This file is its only
 * definition: src/schema/record.generated.ts is made from the BTF of the
 * compiled object and a test fails when the two differ.
 *
 *   +--------------+---------------------+-----------+-----+-----------+
 *   | saker_header | arguments of layout | string 0  | ... | string n  |
 *   +--------------+---------------------+-----------+-----+-----------+
 *   0              sizeof(header)        sizeof(layout struct)       len
 *
 * Little-endian, 8-byte aligned, no implicit padding. `type` is the name of the
 * event, `layout` the shape of its arguments (several types share one). Each
 * string is described by a cell of the layout struct; its bytes start at an
 * offset that is a multiple of 8 and are padded with zero bytes to the next
 * multiple of 8, so that user space may compare whole 32-bit words. Strings
 * hold raw bytes: no terminating zero, no promise of UTF-8.
 *
 * Includers provide __u8 .. __u64, __s32 and __s64.
 */
#include "types.h"

/* Shapes of arguments. */
enum saker_layout {
	SAKER_LAYOUT_NONE = 0,
	SAKER_LAYOUT_OPEN = 1,
	SAKER_LAYOUT_EXEC = 2, /* successful execve, execveat; task */
	SAKER_LAYOUT_EXEC_FAILED = 3, /* execve, execveat that returned an error */
	SAKER_LAYOUT_FORK = 4,
	SAKER_LAYOUT_EXIT = 5,
	SAKER_LAYOUT_CALL = 6, /* a system call by its raw arguments and names */
	SAKER_LAYOUT_SOCKET = 7, /* a system call on a socket */
	SAKER_LAYOUT_MOMENT = 8, /* what happens to a thread without a call of it: numbers only */
	SAKER_LAYOUT_MAX = 9,
};

/* saker_header.flags */
enum saker_flag {
	SAKER_FLAG_IO_URING = 1, /* done through io_uring, not a syscall */
	SAKER_FLAG_COMPAT = 2, /* 32-bit syscall ABI */
	SAKER_FLAG_FD_UNKNOWN = 4, /* open succeeded, ret is 0 but is not the fd */
	SAKER_FLAG_CREATED = 8, /* the open created the file (FMODE_CREATED) */
	SAKER_FLAG_OVERLAY = 16, /* the file lies on overlayfs */
	SAKER_FLAG_OVERLAY_UPPER = 32, /* and has been written there (upper layer) */
	SAKER_FLAG_THREAD = 64, /* fork, exit: of a thread, not of a process */
	SAKER_FLAG_GROUP_DEAD = 128, /* exit: the last thread of the process ended */
	SAKER_FLAG_KTHREAD = 256, /* task: a kernel thread */
	SAKER_FLAG_ARGV_ABSENT = 512, /* task: read /proc/PID/cmdline instead */
	SAKER_FLAG_FILE_ABSENT = 1024, /* dev, ino and resolved name are unknown */
	SAKER_FLAG_EXE_READONLY = 2048, /* exec: on a read-only file system, or immutable (chattr +i) */
	SAKER_FLAG_CWD_THREAD = 4096, /* chdir, fchdir: the thread does not share the directory with the first one */
	SAKER_FLAG_CWD_SHARED = 8192, /* chdir, fchdir: other processes share it (CLONE_FS) */
};

/* saker_str.flags */
enum saker_str_flag {
	SAKER_STR_CUT = 1, /* longer than the record keeps; for a walked path: the
			    * FRONT is missing and the text does not start with / */
	SAKER_STR_FAULT = 2, /* memory could not be read: the string is empty */
	SAKER_STR_UNREACHABLE = 4, /* path is not below the process's root directory */
	SAKER_STR_UNLINKED = 8, /* the name was removed (d_path's " (deleted)") */
	SAKER_STR_UPWARD = 16, /* a path from its last component to its first, each a byte
				* with its length and the name; the root itself is empty */
};

/* Limits, all in bytes unless said. */
enum saker_limit {
	SAKER_COMM_LEN = 16,
	SAKER_STR_MAX = 4096, /* PATH_MAX, and the part of argv that is kept */
	SAKER_TTY_MAX = 64,
	SAKER_PATH_LEVELS = 64, /* directory levels and mount crossings walked */
	SAKER_CGROUP_LEVELS = 12,
	SAKER_UNIX_PATH_MAX = 108,
	SAKER_DATA_MAX = 4096, /* of what a call reads or writes; how much it is says saker_config.data_bytes */
	SAKER_TYPES_MAX = 512, /* a power of two above SAKER_TYPE_MAX */
	/*
	 * The agent's own opens are not reported, but for those with all of these
	 * O_* bits: O_NOCTTY O_DSYNC O_DIRECTORY O_NOFOLLOW. Nobody has a reason
	 * to ask for them together; the agent does, to see that it sees.
	 */
	SAKER_CANARY_OPEN_FLAGS = 0400 | 010000 | 0200000 | 0400000,
};

struct saker_str {
	__u16 off; /* from the start of the record, multiple of 8 */
	__u16 len; /* bytes, without padding */
	__u16 flags; /* enum saker_str_flag */
	__u16 pad;
};

struct saker_header {
	__u32 len; /* whole record, multiple of 8 */
	__u16 type; /* enum saker_type */
	__u8 layout; /* enum saker_layout */
	__u8 nstr; /* number of string cells of the layout */
	__u64 ts; /* ns, CLOCK_BOOTTIME, at the end of the operation */
	__u64 cgroup_id; /* of the default hierarchy (cgroup v2) */
	__u64 start; /* ns, CLOCK_BOOTTIME: start of the process (thread-group leader) */
	__u32 pid; /* process id (kernel: tgid), initial pid namespace */
	__u32 tid; /* thread id (kernel: pid), initial pid namespace */
	__u32 uid; /* effective, initial user namespace */
	__u32 gid;
	__s64 ret; /* result of the call: >= 0 or -errno */
	__u32 flags; /* enum saker_flag */
	__u32 cpu; /* that the operation ended on */
	char comm[SAKER_COMM_LEN]; /* of the thread, zero padded */
};

/* Strings of saker_open. */
enum saker_open_str {
	SAKER_OPEN_NAME = 0, /* as given by the caller */
	SAKER_OPEN_PATH = 1, /* as the kernel resolved it; empty when the open failed */
	SAKER_OPEN_BASE = 2, /* directory a relative `name` starts from, else empty */
	SAKER_OPEN_NSTR = 3,
};

struct saker_open {
	struct saker_header h;
	__s32 dirfd; /* AT_FDCWD (-100) for open and creat */
	__u32 open_flags; /* O_* as the kernel defines them on this machine */
	__u32 mode; /* permission bits asked for, without S_IFMT */
	__u32 dev; /* as st_dev of stat(2), 32-bit form; 0 when failed */
	__u64 ino;
	__u64 resolve; /* RESOLVE_* of openat2 */
	__u32 file_mode; /* st_mode of the opened file, 0 when failed */
	__u32 nlink;
	struct saker_str str[SAKER_OPEN_NSTR];
};

/* Strings of saker_exec. */
enum saker_exec_str {
	SAKER_EXEC_EXE = 0, /* executable, as the kernel resolved it */
	SAKER_EXEC_FILENAME = 1, /* as given to execve (empty for task) */
	SAKER_EXEC_ARGV = 2, /* arguments, each ended by a zero byte */
	SAKER_EXEC_CWD = 3,
	SAKER_EXEC_TTY = 4, /* device name without /dev/, for example pts0 or tty1 */
	SAKER_EXEC_CGROUP = 5, /* path of the cgroup below the v2 root, "/" on a v1 host */
	SAKER_EXEC_ENV = 6, /* NAME=value, each ended by a zero byte; empty for task and
			     * unless SAKER_PART_ENV is wanted */
	SAKER_EXEC_NSTR = 7,
};

/* A process as it is after exec (or now, for type task). */
struct saker_exec {
	struct saker_header h;
	__u64 parent_start; /* ns, CLOCK_BOOTTIME: start of the parent process */
	__u64 cap_permitted;
	__u64 cap_effective;
	__u64 cap_inheritable;
	__u64 exe_ino;
	__u64 exe_ctime; /* ns since the Epoch */
	__u64 exe_mtime;
	__u32 exe_dev; /* as st_dev, 32-bit form */
	__u32 exe_mode; /* st_mode */
	__u32 exe_nlink; /* 0: removed, or a memfd */
	__u32 exe_uid;
	__u32 exe_gid;
	__u32 ppid; /* parent process, initial pid namespace */
	__u32 sid; /* session and process group, initial pid namespace */
	__u32 pgid;
	__u32 vpid; /* own ids in the innermost pid namespace */
	__u32 vpgid;
	__u32 vsid;
	__u32 tty; /* controlling terminal as in /proc/PID/stat, 0 = none */
	__u32 loginuid; /* 0xffffffff = not set */
	__u32 uid; /* real; the effective ids are in the header */
	__u32 gid;
	__u32 suid;
	__u32 sgid;
	__u32 mnt_ns; /* inode numbers of the namespaces */
	__u32 pid_ns;
	__u32 net_ns;
	__u32 user_ns;
	__u32 mnt_user_ns; /* the one that owns mnt_ns: whose root may mount there */
	struct saker_str str[SAKER_EXEC_NSTR];
};

/* Strings of saker_exec_failed. */
enum saker_exec_failed_str {
	SAKER_EXEC_FAILED_FILENAME = 0, /* as given */
	SAKER_EXEC_FAILED_BASE = 1, /* directory a relative filename starts from */
	SAKER_EXEC_FAILED_NSTR = 2,
};

struct saker_exec_failed {
	struct saker_header h;
	__s32 dirfd; /* AT_FDCWD (-100) for execve */
	__u32 at_flags; /* AT_* of execveat */
	struct saker_str str[SAKER_EXEC_FAILED_NSTR];
};

/* The header describes the parent; ret is the child's id as the parent sees it. */
struct saker_fork {
	struct saker_header h;
	__u64 child_start; /* ns, CLOCK_BOOTTIME, of the child's process */
	__u64 child_cgroup_id;
	__u64 clone_flags; /* CLONE_*; 0 for fork and vfork */
	__u32 child_pid; /* process and thread, initial pid namespace */
	__u32 child_tid;
	__u32 child_vpid; /* process and thread, innermost pid namespace */
	__u32 child_vtid;
	__u32 child_pid_ns; /* inode number of its pid namespace */
	__u32 child_vpgid; /* its process group there; 0: a group from outside */
};

struct saker_exit {
	struct saker_header h;
	__u32 status; /* wait status: exit code << 8 | core 0x80 | signal */
	__u32 reaper; /* process that inherits the children, initial pid namespace; 0: there are none */
};

/*
 * The header describes who gave up the processor, received the signal, or touched the page.
 *
 *   switch         thread that comes next (initial pid namespace); major and minor page faults of the thread so far;
 *                  size, resident and swapped memory of the process in KiB, 0 of kernel threads
 *   signaldeliver  process that sent it, in the receiver's pid namespace, 0 if that is the kernel or not known;
 *                  thread that receives it (initial pid namespace); its number
 *   page_fault     address; address of the instruction; error code of the processor, X86_PF_* in
 *                  arch/x86/include/asm/trap_pf.h
 */
struct saker_moment {
	struct saker_header h;
	__u64 args[6]; /* 0 where a type has less */
	__u64 slice; /* switch: ns since the one before on this processor; 0: there was none */
	__u64 cpu_time; /* switch: ns that the thread has had of processors */
};

/* Strings of saker_call. Which of them a type has: the table in probes/calls.bpf.h. */
enum saker_call_str {
	SAKER_CALL_NAME = 0, /* the (first) path as given */
	SAKER_CALL_BASE = 1, /* directory a relative `name` starts from, else empty */
	SAKER_CALL_NAME2 = 2, /* the second path: the new name of rename and link */
	SAKER_CALL_BASE2 = 3,
	SAKER_CALL_PATH = 4, /* resolved: the file of the descriptor given, of the one
			      * returned by open_by_handle_at, and the directory
			      * that chdir and fchdir went to */
	SAKER_CALL_TEXT = 5, /* other text: name of an xattr, a file system type, a
			      * module, its parameters, a memfd, a thread (prctl) */
	SAKER_CALL_DATA = 6, /* what was read or written; empty unless SAKER_PART_DATA is wanted */
	SAKER_CALL_NSTR = 7,
};

struct saker_call {
	struct saker_header h;
	__u64 args[6]; /* registers as given; upper halves are zero in the 32-bit ABI */
	/*
	 * What pointers led to. pipe, pipe2: the two descriptors. capset: the
	 * process's permitted, effective and inheritable set after the call.
	 * readv, writev and their like: the bytes over all parts. Limits: soft and
	 * hard. Times: seconds and nanoseconds.
	 */
	__u64 out[3];
	__u32 nr; /* of the system call, in the table of its ABI */
	__s32 fd; /* whose file `path` is, or -1 */
	__u64 ino; /* of that file; 0 without one */
	__u32 dev; /* as st_dev of stat(2), 32-bit form */
	__u32 file_mode; /* st_mode */
	struct saker_str str[SAKER_CALL_NSTR];
};

/* saker_socket.known */
enum saker_socket_known {
	SAKER_SOCKET_LOCAL = 1, /* the socket has a local address */
	SAKER_SOCKET_REMOTE = 2, /* there is a remote address */
	SAKER_SOCKET_GIVEN = 4, /* remote (for bind: local) is what the caller's memory
				 * says, not what the socket is bound to */
	SAKER_SOCKET_FAULT = 8, /* that memory could not be read */
	SAKER_SOCKET_FOUND = 16, /* the descriptor is a socket */
	SAKER_SOCKET_ACCEPTED = 32, /* of IP: it came from a listening socket */
};

/* Strings of saker_socket. */
enum saker_socket_str {
	SAKER_SOCKET_LOCAL_PATH = 0, /* AF_UNIX: sun_path; abstract names start with a zero byte */
	SAKER_SOCKET_REMOTE_PATH = 1,
	SAKER_SOCKET_DATA = 2, /* what was sent or received; empty unless SAKER_PART_DATA is wanted */
	SAKER_SOCKET_NSTR = 3,
};

/* Both ends as the kernel knows them when the call ends. */
struct saker_socket {
	struct saker_header h;
	__u64 args[6];
	__u64 size; /* bytes asked for by send and recv calls, over all parts */
	__u64 ino; /* of the socket in sockfs, the number in /proc/PID/fd */
	__u32 nr;
	__s32 fd; /* the socket described: for accept the new one if there is one */
	__s32 fds[2]; /* socketpair; else -1 */
	__u32 family; /* AF_*; 0xffff = unknown */
	__u32 sock_type; /* SOCK_* without the flag bits */
	__u32 protocol; /* IPPROTO_* */
	__u32 state; /* TCP_* of tcp_states.h: 1 established, 2 connecting, 7 closed, 10 listening */
	__u32 known; /* enum saker_socket_known */
	__u32 local_port; /* host byte order */
	__u32 remote_port;
	__u32 pad;
	__u8 local_addr[16]; /* network byte order; IPv4 takes the first four bytes */
	__u8 remote_addr[16];
	struct saker_str str[SAKER_SOCKET_NSTR];
};

#define SAKER_SIZE_IS(t, n) _Static_assert(sizeof(struct t) == (n), #t " changed size")
SAKER_SIZE_IS(saker_str, 8);
SAKER_SIZE_IS(saker_header, 80);
SAKER_SIZE_IS(saker_open, 80 + 40 + 8 * SAKER_OPEN_NSTR);
SAKER_SIZE_IS(saker_exec, 80 + 144 + 8 * SAKER_EXEC_NSTR);
SAKER_SIZE_IS(saker_exec_failed, 80 + 8 + 8 * SAKER_EXEC_FAILED_NSTR);
SAKER_SIZE_IS(saker_fork, 80 + 48);
SAKER_SIZE_IS(saker_exit, 80 + 8);
SAKER_SIZE_IS(saker_moment, 80 + 64);
SAKER_SIZE_IS(saker_call, 80 + 96 + 8 * SAKER_CALL_NSTR);
SAKER_SIZE_IS(saker_socket, 80 + 144 + 8 * SAKER_SOCKET_NSTR);
#undef SAKER_SIZE_IS

#endif
