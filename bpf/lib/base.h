/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAKER_BASE_H
#define SAKER_BASE_H
/* What every BPF file includes, in the one order that works. */
#include "../vmlinux/vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "../abi/event.h"

/* Hides a value's history from clang, so that the bound check that follows is
 * the one the verifier sees. */
#define opaque(x) asm volatile("" : "+r"(x))

#endif
