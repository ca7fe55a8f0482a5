/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System calls done through io_uring, other than opens (open.bpf.h). The kernel issues each kind of request in a function
 * of its own, in the thread that submits or in a worker of the same process; it has the request as argument.
 *
 *   names:    entry  the names are copied, since the function gives them up before it returns  -> uring_ops
 *             return the result lies in the request                                            -> record
 *   sockets:  return, or return of do_accept for each connection that is accepted              -> record
 *
 * A request that has to wait is issued again: its first returns are not results (result_of).
 */
#include "../lib/socket.h"

#define EAGAIN 11
#define ENOSYS 38
#define EINPROGRESS 115
#define EIOCBQUEUED 529
#define IOU_REQUEUE 3072
#define NR_IO_URING_ENTER 426
#define IORING_OP_OPENAT2 28
#define PF_IO_WORKER 0x10
/* Threads that may be inside these functions at once, workers that wait included; more are counted as lost. */
#define URING_THREADS 65536

static __always_inline bool uring_wanted(u32 type)
{
	return type_enabled(type) && bpf_get_current_pid_tgid() >> 32 != config.own_tgid;
}

/* Before 5.19 the functions of requests are part of io_issue_sqe and requests keep no result; what they call has both. */
static __always_inline bool inside_uring(void)
{
	struct task_struct *task = current_task();
	struct pt_regs *regs = user_regs();

	return (READ(task, flags) & PF_IO_WORKER) || (u32)READ(regs, REG_NR) == NR_IO_URING_ENTER;
}

/*
 * The same for accept and connect: what had to wait is issued again when whichever call of the thread returns. Until a
 * call has its result, ax holds -ENOSYS (arch/x86/entry).
 */
static __always_inline bool outside_socket_call(void)
{
	struct task_struct *task = current_task();
	struct pt_regs *regs = user_regs();
	struct current_call call;

	if ((READ(task, flags) & PF_IO_WORKER) || (s64)READ(regs, FUNC_RET) != -ENOSYS || !find_call(&call, regs))
		return true;
	return call.type != SAKER_TYPE_ACCEPT && call.type != SAKER_TYPE_ACCEPT4 && call.type != SAKER_TYPE_CONNECT;
}

/* False while the request is not done. */
static __always_inline bool result_of(u64 request, s64 *ret)
{
	struct io_kiocb *req = (void *)request;

	if (*ret == -EAGAIN || *ret == -EIOCBQUEUED || *ret == -IOU_REQUEUE)
		return false;
	if (*ret >= 0 && bpf_core_field_exists(req->cqe.res))
		*ret = (s32)BPF_CORE_READ(req, cqe.res);
	return true;
}

/* The worker is a thread with a name of its own; the program is the leader. */
static __always_inline void begin_uring_record(struct workspace *ws, struct task_struct *task, u32 type, u32 layout,
					       u32 nstr, u32 size, s64 ret)
{
	struct task_struct *leader = READ(task, group_leader);

	begin_record(ws, task, type, layout, nstr, size);
	__builtin_memset((char *)&ws->record + sizeof(struct saker_header), 0,
			 (layout == SAKER_LAYOUT_CALL ? __builtin_offsetof(struct saker_call, str)
						      : __builtin_offsetof(struct saker_socket, str)) -
				 sizeof(struct saker_header));
	bpf_core_read(ws->record.h.comm, SAKER_COMM_LEN, &leader->comm);
	ws->record.h.ret = ret;
	ws->record.h.flags = SAKER_FLAG_IO_URING;
}
