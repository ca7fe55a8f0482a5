/* SPDX-License-Identifier: GPL-2.0 */
/* Where requests of io_uring are caught. fexit: ctx[0] is the request, ctx[1] the issue flags, ctx[2] the result. */
#include "uring-names.bpf.h"
#include "uring-socket.bpf.h"
#include "uring-file.bpf.h"

/* Arguments of a program are typed pointers, which a global function does not take. */
static __always_inline u64 as_number(u64 pointer)
{
	u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), &pointer);
	return number;
}

#define URING_PAIR(op, begin, end)                                                                                    \
	SEC("fentry/io_" #op) int uring_begin_##op(unsigned long long *ctx) { return begin; }                         \
	SEC("fexit/io_" #op) int uring_end_##op(unsigned long long *ctx) { return end; }

#define URING_NAME_CALL(op)                                                                                           \
	URING_PAIR(op, begin_##op(ctx[0]), end_op((s32)ctx[2]))                                                       \
	SEC("kprobe.multi/io_" #op)                                                                                   \
	int uring_begin_##op##_fprobe(struct pt_regs *ctx)                                                            \
	{                                                                                                             \
		return begin_##op(BPF_CORE_READ(ctx, FUNC_ARG0));                                                     \
	}
URING_NAME_CALL(unlinkat) URING_NAME_CALL(mkdirat) URING_NAME_CALL(renameat) URING_NAME_CALL(linkat)
URING_NAME_CALL(symlinkat) URING_NAME_CALL(setxattr) URING_NAME_CALL(fsetxattr) URING_NAME_CALL(ftruncate)
URING_NAME_CALL(getxattr) URING_NAME_CALL(fgetxattr) URING_NAME_CALL(statx)

SEC("kretprobe.multi")
int uring_end_name_fprobe(struct pt_regs *ctx)
{
	return end_op((s32)BPF_CORE_READ(ctx, FUNC_RET));
}

/* A return probe does not see the request: threads that are inside one of the functions below. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, URING_THREADS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u32);
	__type(value, u64);
} uring_requests SEC(".maps");

static __always_inline int begin_request(u64 req)
{
	u32 tid = bpf_get_current_pid_tgid();

	bpf_map_update_elem(&uring_requests, &tid, &req, BPF_ANY);
	return 0;
}

SEC("kprobe.multi")
int uring_begin_request_fprobe(struct pt_regs *ctx)
{
	return begin_request(BPF_CORE_READ(ctx, FUNC_ARG0));
}

static __always_inline u64 take_request(void)
{
	u32 tid = bpf_get_current_pid_tgid();
	u64 *found = bpf_map_lookup_elem(&uring_requests, &tid), req = found ? *found : 0;

	bpf_map_delete_elem(&uring_requests, &tid);
	return req;
}

static __always_inline u64 current_request(void)
{
	u32 tid = bpf_get_current_pid_tgid();
	u64 *found = bpf_map_lookup_elem(&uring_requests, &tid);

	return found ? *found : 0;
}

/* There was no room for the request, or it began before the programs were attached. */
static __always_inline int lost_request(u32 type)
{
	if (uring_wanted(type))
		count(type, false);
	return 0;
}

#define URING_SOCKET_CALL(op, type)                                                                                   \
	SEC("fexit/io_" #op)                                                                                          \
	int uring_end_##op(unsigned long long *ctx)                                                                   \
	{                                                                                                             \
		return uring_socket(as_number(ctx[0]), SAKER_TYPE_##type, (s32)ctx[2]);                                          \
	}                                                                                                             \
	SEC("kretprobe.multi/io_" #op)                                                                                \
	int uring_end_##op##_fprobe(struct pt_regs *ctx)                                                              \
	{                                                                                                             \
		u64 req = take_request();                                                                             \
                                                                                                                      \
		return req ? uring_socket(req, SAKER_TYPE_##type, (s32)BPF_CORE_READ(ctx, FUNC_RET))                  \
			   : lost_request(SAKER_TYPE_##type);                                                         \
	}
URING_SOCKET_CALL(socket, SOCKET) URING_SOCKET_CALL(connect, CONNECT) URING_SOCKET_CALL(bind, BIND)
URING_SOCKET_CALL(listen, LISTEN) URING_SOCKET_CALL(shutdown, SHUTDOWN) URING_SOCKET_CALL(send, SENDTO)
URING_SOCKET_CALL(sendmsg, SENDMSG) URING_SOCKET_CALL(send_zc, SENDTO) URING_SOCKET_CALL(sendmsg_zc, SENDMSG)
URING_SOCKET_CALL(recv, RECVFROM) URING_SOCKET_CALL(recvmsg, RECVMSG)

#define URING_FILE_CALL(op, call)                                                                                     \
	SEC("fexit/io_" #op)                                                                                          \
	int uring_end_##op(unsigned long long *ctx)                                                                   \
	{                                                                                                             \
		u64 req = as_number(ctx[0]);                                                                          \
		s64 ret = (s32)ctx[2];                                                                                \
                                                                                                                      \
		return call;                                                                                          \
	}                                                                                                             \
	SEC("kretprobe.multi/io_" #op)                                                                                \
	int uring_end_##op##_fprobe(struct pt_regs *ctx)                                                              \
	{                                                                                                             \
		u64 req = take_request();                                                                             \
		s64 ret = (s32)BPF_CORE_READ(ctx, FUNC_RET);                                                          \
                                                                                                                      \
		return req ? call : 0;                                                                                \
	}
#define FILE_CALL(type) uring_file_call(req, SAKER_TYPE_##type, ret)
URING_FILE_CALL(fsync, FILE_CALL(FSYNC)) URING_FILE_CALL(sync_file_range, FILE_CALL(SYNC_FILE_RANGE))
URING_FILE_CALL(fallocate, FILE_CALL(FALLOCATE)) URING_FILE_CALL(fadvise, FILE_CALL(FADVISE64))
URING_FILE_CALL(madvise, FILE_CALL(MADVISE)) URING_FILE_CALL(splice, FILE_CALL(SPLICE))
URING_FILE_CALL(tee, FILE_CALL(TEE)) URING_FILE_CALL(epoll_ctl, FILE_CALL(EPOLL_CTL))
URING_FILE_CALL(pipe, uring_pipe(req, ret))

SEC("fentry/io_close")
int uring_begin_close(unsigned long long *ctx)
{
	return uring_close(as_number(ctx[0]), ctx[1]);
}

SEC("kprobe.multi/io_close")
int uring_begin_close_fprobe(struct pt_regs *ctx)
{
	return uring_close(BPF_CORE_READ(ctx, FUNC_ARG0), BPF_CORE_READ(ctx, FUNC_ARG1));
}

#include "uring-rw.bpf.h"

#define URING_RW_ENTRY(name, function)                                                                                \
	SEC("fentry/" #function) int name(unsigned long long *ctx)                                                    \
	{                                                                                                             \
		return begin_rw_request(as_number(ctx[0]));                                                           \
	}                                                                                                             \
	SEC("kprobe.multi/" #function) int name##_fprobe(struct pt_regs *ctx)                                         \
	{                                                                                                             \
		return begin_rw_request(BPF_CORE_READ(ctx, FUNC_ARG0));                                               \
	}
URING_RW_ENTRY(uring_begin_read, io_read) URING_RW_ENTRY(uring_begin_write, io_write)
URING_RW_ENTRY(uring_begin_read_mshot, io_read_mshot)

SEC("fentry/io_complete_rw")
int uring_complete_rw(unsigned long long *ctx)
{
	return complete_rw(as_number(ctx[0]), ctx[1], 0);
}

SEC("fentry/io_complete_rw_iopoll")
int uring_complete_polled(unsigned long long *ctx)
{
	return complete_rw(as_number(ctx[0]), ctx[1], 1);
}

#define URING_RW_RETURN(name, function, call)                                                                         \
	SEC("fexit/" #function) int name(unsigned long long *ctx)                                                     \
	{                                                                                                             \
		s64 ret = (s32)ctx[2];                                                                                \
                                                                                                                      \
		(void)ret;                                                                                            \
		return call;                                                                                          \
	}                                                                                                             \
	SEC("kretprobe.multi/" #function) int name##_fprobe(struct pt_regs *ctx)                                      \
	{                                                                                                             \
		s64 ret = (s32)BPF_CORE_READ(ctx, FUNC_RET);                                                          \
                                                                                                                      \
		(void)ret;                                                                                            \
		return call;                                                                                          \
	}
URING_RW_RETURN(uring_end_read, io_read, end_rw_request(ret))
URING_RW_RETURN(uring_end_write, io_write, end_rw_request(ret))
URING_RW_RETURN(uring_end_read_part, __io_read, part_of_multishot(current_request(), ret))
URING_RW_RETURN(uring_end_read_mshot, io_read_mshot, end_multishot())

URING_PAIR(accept, begin_accept(), end_accept(as_number(ctx[0]), (s32)ctx[2]))

SEC("kprobe.multi/io_accept")
int uring_begin_accept_fprobe(struct pt_regs *ctx)
{
	begin_request(BPF_CORE_READ(ctx, FUNC_ARG0));
	return begin_accept();
}

SEC("kretprobe.multi/io_accept")
int uring_end_accept_fprobe(struct pt_regs *ctx)
{
	return end_accept(take_request(), (s32)BPF_CORE_READ(ctx, FUNC_RET));
}

/* Every accept of the host passes here; the arguments are five on all kernels. */
SEC("fexit/do_accept")
int uring_accepted_file(unsigned long long *ctx)
{
	return uring_accepted(as_number(ctx[5]));
}

SEC("kretprobe.multi/do_accept")
int uring_accepted_file_fprobe(struct pt_regs *ctx)
{
	return uring_accepted(BPF_CORE_READ(ctx, FUNC_RET));
}

/* Kernels before 5.19. */
SEC("fentry/kiocb_done")
int uring_done_old(unsigned long long *ctx)
{
	return done_old(as_number(ctx[0]), ctx[1]);
}

#define URING_OLD(function, begin, end)                                                                               \
	SEC("fentry/" #function) int uring_begin_##function(unsigned long long *ctx) { return begin; }                \
	SEC("fexit/" #function) int uring_end_##function(unsigned long long *ctx) { return end; }
URING_OLD(do_unlinkat, begin_do_unlinkat(ctx[0], ctx[1], 0), end_op(ctx[2]))
URING_OLD(do_rmdir, begin_do_unlinkat(ctx[0], ctx[1], AT_REMOVEDIR), end_op(ctx[2]))
URING_OLD(do_renameat2, begin_do_renameat2(ctx[0], ctx[1], ctx[2], ctx[3], ctx[4]), end_op((s32)ctx[5]))

SEC("fexit/do_accept")
int uring_accepted_file_old(unsigned long long *ctx)
{
	return uring_accepted_old(as_number(ctx[5]));
}

SEC("fexit/__sys_connect_file")
int uring_connected_file_old(unsigned long long *ctx)
{
	return uring_connected_old(as_number(ctx[0]), (s32)ctx[4]);
}
