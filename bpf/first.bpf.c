/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lets events flow at the start: process life and the dispatcher. It shares the maps of saker.bpf.c. libbpf relates
 * all functions of an object to the types of the running kernel before it loads one, so a small object is there sooner.
 */
#define SAKER_FIRST
#include "probes/calls.bpf.h"
#include "probes/open.bpf.h"
#include "probes/process.bpf.h"
/* Goes on with the functions of those above. */
#include "probes/dispatch.bpf.h"

char LICENSE[] SEC("license") = "GPL";
