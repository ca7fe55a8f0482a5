/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Process life: fork, exec, exit, failed exec, and the processes that were there
 * before. These records are never dropped for the ring's bulk limit.
 *
 * Each event has two programs, of which one is loaded (src/kernel/plan.ts): one for
 * tracepoints and fexit, and one (_fprobe) for kernels that preempt programs.
 */
#include "../lib/carrier.h"
#include "../lib/task.h"

static __always_inline u32 fork_type(u32 nr, bool compat)
{
	if (nr == 435)
		return SAKER_TYPE_CLONE3;
	if (compat)
		return nr == 2 ? SAKER_TYPE_FORK : nr == 190 ? SAKER_TYPE_VFORK : SAKER_TYPE_CLONE;
	return nr == NR_FORK ? SAKER_TYPE_FORK : nr == NR_VFORK ? SAKER_TYPE_VFORK : SAKER_TYPE_CLONE;
}

static __always_inline u64 clone_flags_of(struct pt_regs *regs, u32 type, bool compat)
{
	u64 first = compat ? READ(regs, REG32_ARG0) : READ(regs, REG_ARG0), flags = 0;

	if (type == SAKER_TYPE_CLONE)
		return (u32)first;
	if (type == SAKER_TYPE_CLONE3) /* struct clone_args begins with the flags */
		bpf_probe_read_user(&flags, sizeof(flags), (void *)first);
	return flags;
}

static __always_inline int fork_event(struct task_struct *parent, struct task_struct *child)
{
	bool compat = is_compat(parent), kernel = READ(parent, flags) & PF_KTHREAD;
	bool thread = READ(child, pid) != READ(child, tgid);
	struct pt_regs *regs = user_regs();
	u32 type = kernel ? SAKER_TYPE_CLONE : fork_type(READ(regs, REG_NR), compat);
	struct saker_fork *f;
	struct upid own;
	struct pid *pid;

	if (!type_enabled(type) || (thread && !config.threads))
		return 0;
	f = bpf_ringbuf_reserve(&ring, sizeof(*f), 0);
	count(type, f != NULL);
	if (!f)
		return 0;
	fill_header(&f->h, parent, READ(parent, tgid), type, SAKER_LAYOUT_FORK, 0, 0, 0);
	f->h.len = sizeof(*f);
	f->h.flags = (compat ? SAKER_FLAG_COMPAT : 0) | (thread ? SAKER_FLAG_THREAD : 0) |
		     (kernel ? SAKER_FLAG_KTHREAD : 0);
	f->h.ret = id_at(READ(child, thread_pid), READ(parent, thread_pid, level));
	f->child_start = READ(child, group_leader, start_boottime);
	f->child_cgroup_id = cgroup_id_of(child);
	f->clone_flags = kernel ? 0 : clone_flags_of(regs, type, compat);
	f->child_pid = READ(child, tgid);
	f->child_tid = READ(child, pid);
	pid = READ(child, group_leader, thread_pid);
	own = innermost(pid);
	f->child_vpid = own.nr;
	f->child_pid_ns = LOOSE(own.ns, ns.inum);
	f->child_vpgid = id_at(READ(child, signal, pids[PIDTYPE_PGID]), READ(pid, level));
	f->child_vtid = innermost(READ(child, thread_pid)).nr;
	bpf_ringbuf_submit(f, 0);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	/* Some kernels want to be told that a tracepoint's argument is not null. */
	return child ? fork_event(current_task(), CAN_CAST ? CAST(struct task_struct, child) : child) : 0;
}

SEC("kprobe.multi/wake_up_new_task")
int process_fork_fprobe(struct pt_regs *ctx)
{
	return fork_event(current_task(), CAST(struct task_struct, ctx->FUNC_ARG0));
}

/* A successful execveat looks like execve in the registers (the kernel rewrites
 * orig_ax); fdpath betrays the ones that started from a descriptor. */
static __always_inline u32 exec_type(struct linux_binprm *bprm)
{
	if (bpf_core_field_exists(bprm->fdpath) && LOOSE(bprm, fdpath))
		return SAKER_TYPE_EXECVEAT;
	return SAKER_TYPE_EXECVE;
}

static __always_inline int exec_event(struct linux_binprm *bprm)
{
	struct task_struct *task = current_task();
	struct mm_struct *mm = READ(task, mm);
	struct workspace *ws;
	u32 type = exec_type(bprm);

	if (!type_enabled(type))
		return 0;
	ws = workspace_of(SLOT_EXEC);
	if (!ws)
		return 0;
	begin_exec(ws, task, type);
	if (is_compat(task))
		ws->record.h.flags |= SAKER_FLAG_COMPAT;
	put_executable(ws, task, mm);
	put_string(ws, &ws->record.exec.str[SAKER_EXEC_FILENAME], LOOSE(bprm, filename), SAKER_STR_MAX, false);
	put_argv(ws, mm);
	put_surroundings(ws, task);
	put_env(ws, mm);
	send_record(ws, false);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	return exec_event(bprm);
}

/* The last thing a binary format does before the new program may start: memory, arguments, credentials and name are
 * the new ones. */
SEC("kprobe.multi/finalize_exec")
int process_exec_fprobe(struct pt_regs *ctx)
{
	return exec_event((void *)ctx->FUNC_ARG0);
}

#define ANCESTORS_MAX 16

/* Who inherits the children of a process that ends, as find_new_reaper() in kernel/exit.c chooses: the nearest ancestor
 * that asked for it (PR_SET_CHILD_SUBREAPER), else the first process of the pid namespace. */
static __always_inline u32 reaper_of(struct task_struct *task)
{
	u64 children = (u64)task + bpf_core_field_offset(task->children);
	struct task_struct *init, *at = task;
	struct signal_struct *signal;
	struct upid own;
	u32 level;

	if ((u64)READ(task, children.next) == children)
		return 0;
	level = READ(task, thread_pid, level);
	own = innermost(READ(task, thread_pid));
	init = LOOSE(own.ns, child_reaper);
	signal = READ(task, signal);
	if (!READ_BITFIELD(signal, has_child_subreaper))
		return LOOSE(init, tgid);
	for (int i = 0; i < ANCESTORS_MAX; i++) {
		/* The same kind of pointer in each round. */
		if (CAN_CAST)
			at = CAST(struct task_struct, at);
		at = READ(at, real_parent);
		if (!at || at == init || READ(at, thread_pid, level) != level)
			break;
		signal = READ(at, signal);
		if (READ_BITFIELD(signal, is_child_subreaper) && READ(signal, live.counter) > 0)
			return READ(at, tgid);
	}
	return LOOSE(init, tgid);
}

static __always_inline int exit_event(void)
{
	struct task_struct *task = current_task();
	bool dead = READ(task, signal, live.counter) == 0;
	bool thread = READ(task, pid) != READ(task, tgid);
	struct saker_exit *x;
	u32 group;

	if (!type_enabled(SAKER_TYPE_PROCEXIT) || (!dead && !config.threads))
		return 0;
	x = bpf_ringbuf_reserve(&ring, sizeof(*x), 0);
	count(SAKER_TYPE_PROCEXIT, x != NULL);
	if (!x)
		return 0;
	fill_header(&x->h, task, READ(task, tgid), SAKER_TYPE_PROCEXIT, SAKER_LAYOUT_EXIT, 0, 0, 0);
	x->h.len = sizeof(*x);
	x->h.flags = (dead ? SAKER_FLAG_GROUP_DEAD : 0) | (thread ? SAKER_FLAG_THREAD : 0);
	group = READ(task, signal, group_exit_code);
	x->status = group ? group : (u32)READ(task, exit_code);
	x->reaper = dead ? reaper_of(task) : 0;
	bpf_ringbuf_submit(x, 0);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	return exit_event();
}

/* Right after the exit status is stored and the thread is counted out. */
SEC("kprobe.multi/taskstats_exit")
int process_exit_fprobe(struct pt_regs *ctx)
{
	return exit_event();
}

/* The wrappers share one workspace: a failing exec is rare, and one that preempts another on the same CPU is counted
 * as lost. */
static __always_inline int exec_failed(u32 type, bool compat, s64 ret, u32 slot)
{
	struct task_struct *task = current_task();
	bool at = type == SAKER_TYPE_EXECVEAT;
	struct saker_exec_failed *e;
	struct workspace *ws;
	struct args args;

	if (ret >= 0 || !type_enabled(type) || is_repeated(type, ret) ||
	    (slot != SLOT_DISPATCH && !program_carries(type, compat)))
		return 0;
	ws = workspace_of(slot);
	if (!ws)
		return 0;
	if (ws->busy) {
		count(type, false);
		return 0;
	}
	ws->busy = 1;
	read_args(&args, compat);
	e = &ws->record.failed;
	begin_record(ws, task, type, SAKER_LAYOUT_EXEC_FAILED, SAKER_EXEC_FAILED_NSTR, sizeof(*e));
	e->h.ret = ret;
	e->h.flags = compat ? SAKER_FLAG_COMPAT : 0;
	e->dirfd = at ? (s32)args.a : AT_FDCWD;
	e->at_flags = at ? args.e : 0;
	put_string(ws, &e->str[SAKER_EXEC_FAILED_FILENAME], (void *)(at ? args.b : args.a), SAKER_STR_MAX, true);
	put_base(ws, &e->str[SAKER_EXEC_FAILED_BASE], &e->str[SAKER_EXEC_FAILED_FILENAME], task, e->dirfd);
	send_record(ws, false);
	ws->busy = 0;
	return 0;
}

/* fexit: ctx[0] is the kernel's pt_regs, ctx[1] the result. The user registers are taken from the task, because some
 * kernels do not let a program read ctx[0]. */
#define EXEC_FAILED(name, symbol, type, compat)                                                                      \
	SEC("fexit/" symbol) int name(unsigned long long *ctx)                                                       \
	{                                                                                                            \
		return exec_failed(type, compat, (s64)ctx[1], SLOT_EXEC_FAILED);                                     \
	}                                                                                                            \
	SEC("kretprobe.multi/" symbol) int name##_fprobe(struct pt_regs *ctx)                                        \
	{                                                                                                            \
		return exec_failed(type, compat, (s64)ctx->FUNC_RET, SLOT_EXEC_FAILED);               \
	}

EXEC_FAILED(execve_failed, "__x64_sys_execve", SAKER_TYPE_EXECVE, false)
EXEC_FAILED(execveat_failed, "__x64_sys_execveat", SAKER_TYPE_EXECVEAT, false)
EXEC_FAILED(execve_compat_failed, "__ia32_compat_sys_execve", SAKER_TYPE_EXECVE, true)
EXEC_FAILED(execveat_compat_failed, "__ia32_compat_sys_execveat", SAKER_TYPE_EXECVEAT, true)

/* One record per process. argv lies in another address space; user space reads
 * /proc/PID/cmdline instead. */
SEC("iter/task")
int task_dump(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct saker_exec *e;
	struct workspace *ws;
	struct mm_struct *mm;
	u32 len;

	if (!task || READ(task, pid) != READ(task, tgid))
		return 0;
	ws = workspace_of(SLOT_TASK);
	if (!ws)
		return 0;
	e = &ws->record.exec;
	begin_exec(ws, task, SAKER_TYPE_TASK);
	e->h.flags = SAKER_FLAG_ARGV_ABSENT;
	if (READ(task, flags) & PF_KTHREAD)
		e->h.flags |= SAKER_FLAG_KTHREAD;
	mm = READ(task, mm);
	put_executable(ws, task, mm);
	put_absent(ws, &e->str[SAKER_EXEC_FILENAME], 0);
	put_absent(ws, &e->str[SAKER_EXEC_ARGV], 0);
	put_surroundings(ws, task);
	put_absent(ws, &e->str[SAKER_EXEC_ENV], 0);
	len = ws->end;
	e->h.len = len;
	opaque(len);
	if (len <= sizeof(struct record))
		bpf_seq_write(ctx->meta->seq, e, len);
	return 0;
}
