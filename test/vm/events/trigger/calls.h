/* SPDX-License-Identifier: Apache-2.0 */
/* Short forms for tables of calls. */
#ifndef CALLS_H
#define CALLS_H
#include "truth.h"

/* A process and a descriptor that nobody has. */
#define NOBODY 0x7ffffff
#define BAD 12345

/* Begins an action of `type` and does it: the number of the call and its arguments follow. */
#define call(label, type, ...) (begin(label, type), end(syscall(__VA_ARGS__)))
/* The same, by int 0x80. */
#define call_32(label, type, ...) (begin(label, type), end(call32_5(__VA_ARGS__)))
/* The result and the arguments that are named, then the end of the action. */
#define TOLD(...) tell_arguments((const char *[]){ __VA_ARGS__ __VA_OPT__(,) NULL })

static inline void tell_arguments(const char *const *args)
{
	arg_res();
	for (; *args; args++)
		arg("%s", *args);
	done();
}
#endif
