/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens to a thread without a call of its own: it gives up the processor, receives a signal, touches a page that
 * is not there. Attached only when a rule names the event.
 *
 * The three may come while another of our programs is at work on the same processor (its reads of user memory fault),
 * and the scheduler calls with its lock held and interrupts off. So they use no workspace: the record is built where it
 * will be read, and nothing of user memory is touched.
 */
#include "../lib/maps.h"
#include "../lib/record.h"

#define SIGCHLD 17
/* Senders that are no process, include/uapi/asm-generic/siginfo.h; codes above 0 are the kernel's. */
#define SI_TIMER -2
#define SI_ASYNCIO -4
#define SI_SIGIO -5
#define PAGE_KIB 4

/* A place in the ring, filled but for the numbers; NULL: none is left, which is counted. */
static __always_inline struct saker_moment *begin_moment(struct task_struct *task, u32 type)
{
	struct saker_moment *m = NULL;

	if (bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) <= config.bulk_limit)
		m = bpf_ringbuf_reserve(&ring, sizeof(*m), 0);
	count(type, m != NULL);
	if (!m)
		return NULL;
	fill_header(&m->h, task, READ(task, tgid), type, SAKER_LAYOUT_MOMENT, 0, 0,
		    READ(task, flags) & PF_KTHREAD ? SAKER_FLAG_KTHREAD : 0);
	m->h.len = sizeof(*m);
	m->args[3] = m->args[4] = m->args[5] = 0;
	m->slice = m->cpu_time = 0;
	return m;
}

/* When each processor went to another thread, CLOCK_BOOTTIME. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} switched SEC(".maps");

static __always_inline u64 slice_until(u64 now)
{
	u32 key = 0;
	u64 *last = bpf_map_lookup_elem(&switched, &key), before;

	if (!last)
		return 0;
	before = *last;
	*last = now;
	return before ? now - before : 0;
}

/* include/linux/mm_types_task.h */
enum { MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES };

/* Pages of one kind. Of what processors have counted and not added up yet nothing is known, as in /proc. */
static __always_inline u64 pages_of(struct mm_struct *mm, u32 kind)
{
	struct mm_struct___5_10 *v5_10 = (void *)mm;
	struct percpu_counter *counter = NULL;
	u64 at;
	s64 pages;

	if (bpf_core_type_exists(struct mm_rss_stat))
		at = bpf_core_field_offset(v5_10->rss_stat) + kind * sizeof(pages);
	else
		at = bpf_core_field_offset(mm->rss_stat) + kind * bpf_core_type_size(struct percpu_counter) +
		     bpf_core_field_offset(counter->count);
	pages = word_at((void *)mm + at);
	return pages > 0 ? pages : 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct task_struct *task = own_task();
	u32 tgid = READ(task, tgid), next_tgid = LOOSE(next, tgid);
	u64 slice = slice_until(bpf_ktime_get_boot_ns());
	struct saker_moment *m;
	struct mm_struct *mm;

	/* Neither the agent nor that an idle processor goes to it: it would have to run to tell so. */
	if (!type_enabled(SAKER_TYPE_SWITCH) || (tgid ? tgid : next_tgid) == config.own_tgid)
		return 0;
	m = begin_moment(task, SAKER_TYPE_SWITCH);
	if (!m)
		return 0;
	mm = READ(task, mm);
	m->args[0] = (u32)LOOSE(next, pid);
	m->args[1] = READ(task, maj_flt);
	m->args[2] = READ(task, min_flt);
	if (mm) {
		m->args[3] = LOOSE(mm, total_vm) * PAGE_KIB;
		m->args[4] = PAGE_KIB * (pages_of(mm, MM_FILEPAGES) + pages_of(mm, MM_ANONPAGES) +
					 pages_of(mm, MM_SHMEMPAGES));
		m->args[5] = PAGE_KIB * pages_of(mm, MM_SWAPENTS);
	}
	m->slice = slice;
	m->cpu_time = READ(task, se.sum_exec_runtime);
	bpf_ringbuf_submit(m, 0);
	return 0;
}

/* As siginfo_layout() of kernel/signal.c tells them apart. `info` may be one of two small numbers (SEND_SIG_NOINFO,
 * SEND_SIG_PRIV); behind them everything reads as 0. */
static __always_inline u32 sender_of(int signal, struct kernel_siginfo *info)
{
	int code = LOOSE(info, si_code);

	if (code > 0)
		return signal == SIGCHLD ? LOOSE(info, _sifields._sigchld._pid) : 0;
	if (code == SI_TIMER || code == SI_ASYNCIO || code == SI_SIGIO)
		return 0;
	return LOOSE(info, _sifields._kill._pid);
}

/* Also of those for the agent: they come one at a time, and who ends it is of interest. */
SEC("tp_btf/signal_deliver")
int BPF_PROG(on_signal_deliver, int signal, struct kernel_siginfo *info)
{
	struct task_struct *task = own_task();
	struct saker_moment *m;

	if (!type_enabled(SAKER_TYPE_SIGNALDELIVER))
		return 0;
	m = begin_moment(task, SAKER_TYPE_SIGNALDELIVER);
	if (!m)
		return 0;
	m->args[0] = sender_of(signal, info);
	m->args[1] = (u32)READ(task, pid);
	m->args[2] = (u32)signal;
	bpf_ringbuf_submit(m, 0);
	return 0;
}

static __always_inline int page_fault(u64 address, struct pt_regs *regs, u64 error)
{
	struct task_struct *task = own_task();
	struct saker_moment *m;

	if (!type_enabled(SAKER_TYPE_PAGE_FAULT) || (u32)READ(task, tgid) == config.own_tgid)
		return 0;
	m = begin_moment(task, SAKER_TYPE_PAGE_FAULT);
	if (!m)
		return 0;
	m->args[0] = address;
	m->args[1] = LOOSE(regs, REG_IP);
	m->args[2] = error;
	bpf_ringbuf_submit(m, 0);
	return 0;
}

/* By the mode of the processor that touched the page. */
SEC("tp_btf/page_fault_user")
int BPF_PROG(on_page_fault_user, u64 address, struct pt_regs *regs, u64 error)
{
	return page_fault(address, regs, error);
}

SEC("tp_btf/page_fault_kernel")
int BPF_PROG(on_page_fault_kernel, u64 address, struct pt_regs *regs, u64 error)
{
	return page_fault(address, regs, error);
}
