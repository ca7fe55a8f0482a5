/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_VMLINUX_H
#define SAKER_VMLINUX_H
/*
 * The kernel types and constants that our programs touch, nothing else.
 *
 * Origin: written by hand from the BTF of Linux 6.18 (bpftool btf dump), checked
 * against 5.10, 6.1, 6.12 and 7.2. Members keep the kernel's names and types but
 * not their places: preserve_access_index makes libbpf look the offsets up in the
 * running kernel. A name with three underscores (inode___old) is another shape
 * of the same kernel type; see lib/compat.h.
 */

typedef unsigned char __u8;
typedef signed char __s8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef int pid_t;
typedef unsigned short umode_t;
typedef unsigned int fmode_t;
typedef u32 dev_t;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

/* include/uapi/linux/bpf.h */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_RINGBUF = 27,
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1, BPF_RB_AVAIL_DATA = 0, BPF_F_NO_PREALLOC = 1 };

/* Never used for their values: asked with bpf_core_enum_value_exists. */
enum bpf_func_id {
	BPF_FUNC_get_current_task_btf = 158,
	BPF_FUNC_task_pt_regs = 175,
	BPF_FUNC_loop = 181, /* since 5.17 */
	BPF_FUNC_user_ringbuf_drain = 209,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct bpf_refcount { /* since 6.4 */
	u32 opaque[1];
};

typedef struct {
	unsigned int val;
} kuid_t;
typedef struct {
	unsigned int val;
} kgid_t;
typedef struct {
	u64 val;
} kernel_cap_t;
typedef struct {
	int counter;
} atomic_t;

struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};

struct hlist_bl_node {
	struct hlist_bl_node *next, **pprev;
};

struct qstr {
	union {
		struct {
			u32 hash;
			u32 len;
		};
		u64 hash_len;
	};
	const unsigned char *name;
};

struct super_block {
	dev_t s_dev;
	unsigned long s_flags;
	unsigned long s_magic;
};

struct inode {
	umode_t i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	unsigned int i_flags;
	struct super_block *i_sb;
	unsigned long i_ino;
	unsigned int i_nlink;
	s64 i_mtime_sec, i_ctime_sec; /* since 6.11 */
	u32 i_mtime_nsec, i_ctime_nsec;
};
struct inode___5_10 {
	struct timespec64 i_mtime, i_ctime;
};
struct inode___6_6 {
	struct timespec64 i_mtime, __i_ctime;
};
struct inode___6_7 {
	struct timespec64 __i_mtime, __i_ctime;
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	unsigned char d_iname[32] __attribute__((aligned(8))); /* until 6.13 */
};

union shortname_store {
	unsigned long words[4];
};

struct dentry___6_14 {
	union shortname_store d_shortname;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file_operations {
	void *flush;
};
struct file {
	struct path f_path;
	struct inode *f_inode;
	const struct file_operations *f_op;
	fmode_t f_mode;
	unsigned int f_flags;
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	int users;
	struct path root, pwd;
};

struct filename {
	const char *name;
	const char iname[] __attribute__((aligned(8)));
};

struct open_how {
	u64 flags, mode, resolve;
};

struct open_flags;

struct ns_common {
	unsigned int inum;
};
struct mnt_namespace {
	struct ns_common ns;
	struct user_namespace *user_ns;
};
struct list_head {
	struct list_head *next, *prev;
};

struct pid_namespace {
	struct ns_common ns;
	struct task_struct *child_reaper;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};
struct pid {
	unsigned int level;
	struct upid numbers[1]; /* level + 1 of them */
};

struct net {
	struct ns_common ns;
};
struct user_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
};

struct cred {
	kuid_t uid, suid, euid;
	kgid_t gid, sgid, egid;
	kernel_cap_t cap_inheritable, cap_permitted, cap_effective;
	struct user_namespace *user_ns;
};

struct tty_driver {
	int major, minor_start;
};
struct tty_struct {
	struct tty_driver *driver;
	int index;
	char name[64];
};

struct kernfs_node {
	struct kernfs_node *__parent; /* since 6.15 */
	const char *name;
	u64 id;
};
struct kernfs_node___5_10 {
	struct kernfs_node___5_10 *parent;
};

struct cgroup {
	struct kernfs_node *kn;
};
struct css_set {
	struct cgroup *dfl_cgrp;
};

struct percpu_counter {
	s64 count;
};
struct mm_struct {
	unsigned long arg_start, arg_end, env_start, env_end;
	struct file *exe_file;
	unsigned long total_vm; /* pages, as all here */
	struct percpu_counter rss_stat[4]; /* since 6.2 */
};
struct mm_rss_stat {
	u64 opaque[4]; /* counters */
};
struct mm_struct___5_10 {
	struct mm_rss_stat rss_stat;
};

struct signal_struct {
	atomic_t live;
	int nr_threads;
	struct pid *pids[4];
	struct tty_struct *tty;
	int group_exit_code;
	unsigned int is_child_subreaper : 1;
	unsigned int has_child_subreaper : 1;
};

struct thread_info {
	u32 status;
};

struct sched_info {
	unsigned long pcount;
};

struct sched_entity {
	u64 sum_exec_runtime;
};

struct sender {
	pid_t _pid;
};
union __sifields {
	struct sender _kill, _sigchld;
};
struct kernel_siginfo {
	int si_code;
	union __sifields _sifields;
};

struct task_struct {
	struct thread_info thread_info;
	void *stack;
	unsigned int flags;
	struct mm_struct *mm;
	int exit_code;
	pid_t pid, tgid;
	struct task_struct *real_parent, *group_leader;
	struct list_head children;
	struct pid *thread_pid;
	unsigned long nvcsw, nivcsw, min_flt, maj_flt;
	struct sched_entity se;
	struct sched_info sched_info;
	u64 start_boottime;
	const struct cred *cred;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	void *io_uring;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	kuid_t loginuid;
	struct css_set *cgroups;
};

struct linux_binprm {
	const char *filename;
	const char *fdpath;
};

struct io_open {
	int dfd;
	u32 file_slot;
	struct filename *filename;
	struct open_how how;
};
struct delayed_filename { /* since 7.0 */
	struct filename *__incomplete_filename;
};
struct io_open___7_0 {
	struct delayed_filename filename;
};
struct io_cqe {
	s32 res;
};
struct io_kiocb {
	struct file *file;
	u8 opcode;
	u64 flags; /* 32 bits before 6.10 */
	struct io_cqe cqe;
	void *async_data;
};
struct io_ring_ctx___5_10 {
	unsigned int flags;
};
struct io_kiocb___5_10 {
	struct task_struct *task;
	struct io_ring_ctx___5_10 *ctx;
};

/* The beginnings of struct io_kiocb, by the kind of request. */
struct io_unlink {
	int dfd, flags;
	struct filename *filename;
};
struct io_unlink___7_0 {
	struct delayed_filename filename;
};
struct io_mkdir {
	int dfd;
	umode_t mode;
	struct filename *filename;
};
struct io_mkdir___7_0 {
	struct delayed_filename filename;
};
struct io_rename {
	int old_dfd, new_dfd;
	struct filename *oldpath, *newpath;
	int flags;
};
struct io_rename___7_0 {
	struct delayed_filename oldpath, newpath;
};
struct io_link {
	int old_dfd, new_dfd;
	struct filename *oldpath, *newpath;
	int flags;
};
struct io_link___7_0 {
	struct delayed_filename oldpath, newpath;
};
struct xattr_name {
	char name[256];
};
struct xattr_ctx {
	unsigned long size;
	struct xattr_name *kname;
	unsigned int flags;
};
struct kernel_xattr_ctx { /* since 6.13 */
	unsigned long size;
	struct xattr_name *kname;
	unsigned int flags;
};
struct io_xattr {
	struct xattr_ctx ctx;
	struct filename *filename;
};
struct io_xattr___6_13 {
	struct kernel_xattr_ctx ctx;
};
struct io_xattr___7_0 {
	struct delayed_filename filename;
};
struct kiocb {
	s64 ki_pos;
};
struct iomap_dio {
	u64 size;
	int error;
};
struct kiocb___6_6 {
	struct iomap_dio *private;
	int ki_flags;
	void *dio_complete;
};
struct io_rw {
	struct kiocb kiocb;
	u64 addr;
	u32 len;
};
struct io_async_rw {
	unsigned long bytes_done;
};
struct io_rw___5_10 {
	u64 len;
};
struct io_sync {
	s64 len, off;
	int flags, mode;
};
struct io_fadvise {
	u64 offset, len; /* len: 32 bits before 6.11 */
	u32 advice;
};
struct io_madvise {
	u64 addr, len;
	u32 advice;
};
struct io_splice {
	u64 len;
	int splice_fd_in;
	unsigned int flags;
};
struct io_epoll {
	int epfd, op, fd;
};
struct io_close {
	int fd;
	u32 file_slot;
};
struct io_pipe {
	int *fds;
	int flags, file_slot;
};
struct io_statx {
	int dfd;
	unsigned int mask, flags;
	struct filename *filename;
	void *buffer;
};
struct io_statx___7_0 {
	struct delayed_filename filename;
};
enum io_uring_cmd_flags {
	IO_URING_F_NONBLOCK = -2147483647 - 1,
};
struct io_ftrunc {
	s64 len;
};
struct sockaddr;
struct io_socket {
	int domain, type, protocol, flags;
	u32 file_slot;
};
struct io_connect {
	struct sockaddr *addr;
	int addr_len;
	bool in_progress;
};
struct io_listen {
	int backlog;
};
struct io_shutdown {
	int how;
};
struct io_sr_msg {
	void *buf;
	unsigned int len;
	void *addr;
	u16 addr_len;
};
struct io_sr_msg___5_10 {
	unsigned long len;
};
struct msghdr {
	void *msg_name;
	int msg_namelen;
};
struct __kernel_sockaddr_storage;
struct io_async_msghdr {
	struct msghdr msg;
	u64 addr;
};
struct in6_addr {
	u8 bytes[16];
};
struct sock_common {
	__be32 skc_daddr, skc_rcv_saddr;
	__be16 skc_dport;
	u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};
struct sock {
	struct sock_common __sk_common;
	u16 sk_type, sk_protocol;
	u32 sk_max_ack_backlog;
};
struct socket {
	struct sock *sk;
};
struct unix_address {
	int len;
};
struct unix_sock {
	struct unix_address *addr;
	struct sock *peer;
};

struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
	u64 session_id, seq_num;
};
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

#endif
