/* SPDX-License-Identifier: GPL-2.0 */
/* All programs of hooks, one object: they share the ring, the counters and the workspaces, with those of first.bpf.c too. */
#include "probes/programs.bpf.h"
#include "probes/open.bpf.h"
#include "probes/process.bpf.h"
#include "probes/moments.bpf.h"
#include "probes/uring-programs.bpf.h"
#include "probes/uring-open.bpf.h"
#include "probes/uring-open-old.bpf.h"

/* Keeps the enums in the object's BTF, from which TypeScript is generated. */
const volatile struct {
	enum saker_type type;
	enum saker_layout layout;
	enum saker_flag flag;
	enum saker_str_flag str_flag;
	enum saker_limit limit;
	enum saker_carrier carrier;
	enum saker_kind kind;
	enum saker_part part;
	enum saker_open_kind open_kind;
	enum saker_guard_limit guard_limit;
	enum saker_asked asked;
	enum saker_open_str open_str;
	enum saker_exec_str exec_str;
	enum saker_exec_failed_str exec_failed_str;
	enum saker_call_str call_str;
	enum saker_socket_known socket_known;
	enum saker_socket_str socket_str;
	struct saker_call call;
	struct saker_socket socket;
	struct saker_fork fork;
	struct saker_exit exit;
	struct saker_moment moment;
} saker_abi;

char LICENSE[] SEC("license") = "GPL";
