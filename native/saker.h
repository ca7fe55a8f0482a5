/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SAKER_H
#define SAKER_H
/*
 * What JavaScript may call. All state that libbpf keeps behind callbacks, errno
 * and va_list ends here: every function returns a value >= 0 or -errno, takes
 * plain integers and buffers, and writes results into buffers of the caller.
 * A handle is the address of a private object, small enough for a JS number.
 *
 * Not thread-safe per handle, but while one thread loads, attaches or detaches
 * another may read maps and facts of what is loaded. The ring, the wait and the
 * signal work on descriptors and may be used elsewhere.
 */
#include <stddef.h>
#include <stdint.h>

#define SAKER_EXPORT __attribute__((visibility("default")))

/* log.c: libbpf's messages, newest 64 KiB. */
void saker_log_install(void);
/* Moves the collected text into `text` (at most `size` bytes, no ending zero);
 * returns the bytes written. */
SAKER_EXPORT int64_t saker_log_take(char *text, uint64_t size);
/* Keeps messages for saker_log_told as well, those of a level (enum libbpf_print_level) up to `level`; -1: none. */
SAKER_EXPORT int saker_log_tell(int level);
/* As saker_log_take; each message follows a byte 1 and a digit, its level, and ends a line. */
SAKER_EXPORT int64_t saker_log_told(char *text, uint64_t size);

/* bpf.c: one BPF object. The image is copied; `handle` receives the object. */
SAKER_EXPORT int saker_bpf_open(const void *image, uint64_t size, uint64_t *handle);
SAKER_EXPORT int saker_bpf_close(uint64_t handle);
/* Of an object only what is selected is loaded; only before load. */
SAKER_EXPORT int saker_bpf_select(uint64_t handle, const char *program);
/* Before load: all maps but the constants are those of `first`, a loaded object of the same image. */
SAKER_EXPORT int saker_bpf_share(uint64_t handle, uint64_t first);
SAKER_EXPORT int saker_bpf_resize(uint64_t handle, const char *map, uint32_t entries);
/* Sets the initial value of a `const volatile` variable; `size` must be its size. */
SAKER_EXPORT int saker_bpf_constant(uint64_t handle, const char *name, const void *value, uint64_t size);
/* `types`: path of the kernel's BTF, of which libbpf gets what the object needs (reduced.c); empty: libbpf reads all. */
SAKER_EXPORT int saker_bpf_load(uint64_t handle, const char *types);
/* Returns a link id for saker_bpf_detach. `function` is where a kprobe.multi program that many functions share is
 * attached to; empty: where its section says. */
SAKER_EXPORT int saker_bpf_attach(uint64_t handle, const char *program, const char *function);
SAKER_EXPORT int saker_bpf_detach(uint64_t handle, int link);
/* The kernel's id of a link, or -errno when its descriptor is no longer one of a link. */
SAKER_EXPORT int saker_bpf_link_id(uint64_t handle, int link);
/* Returns a descriptor that yields the output of an iterator program; the caller closes it. */
SAKER_EXPORT int saker_bpf_iterate(uint64_t handle, const char *program);
/* Writes six values: verified instructions (0 before kernel 5.16), runs missed through recursion, translated bytes,
 * machine code bytes, and runs and their ns, which the kernel counts while kernel.bpf_stats_enabled is 1. */
SAKER_EXPORT int saker_bpf_program_facts(uint64_t handle, const char *program, uint64_t facts[6]);
SAKER_EXPORT int saker_bpf_program_fd(uint64_t handle, const char *program);
SAKER_EXPORT int saker_bpf_map_fd(uint64_t handle, const char *map);
SAKER_EXPORT int saker_bpf_map_update(uint64_t handle, const char *map, const void *key, uint64_t key_size,
				      const void *value, uint64_t value_size);
/* Sums entry `index` of a per-CPU array, whose value is `fields` u64, over all CPUs. */
/* 1 if the map holds this value under the key, 0 if another, or -errno. */
SAKER_EXPORT int saker_bpf_map_holds(uint64_t handle, const char *map, const void *key, uint64_t key_size,
				     const void *value, uint64_t value_size);
SAKER_EXPORT int saker_bpf_map_sum(uint64_t handle, const char *map, uint32_t index, uint64_t *sums,
				   uint32_t fields);

/* types.c: which of `count` functions, named one a line, the kernel with the BTF at `path` has: a byte for each. */
SAKER_EXPORT int saker_functions(const char *path, const char *names, uint8_t *found, uint32_t count);

/* ring.c: mapping of a BPF ring buffer, for the life of the process, and the wait for it.
 * `address[0]`: the consumer page (read-write); `address[1]`: the producer page
 * followed by the data area, mapped twice (read-only), page + 2 * size bytes. */
SAKER_EXPORT int saker_ring_map(int fd, uint64_t size, uint64_t address[2]);
SAKER_EXPORT int saker_page_size(void);
SAKER_EXPORT int saker_event_open(void);
SAKER_EXPORT int saker_event_signal(int fd);
SAKER_EXPORT int saker_close(int fd);

/* memory.c: gives back free memory of the allocator, and pages of programs and libraries as far as they can be had
 * again; 0 or -errno. */
SAKER_EXPORT int saker_memory_release(void);

/*
 * Lets a signal through to the calling thread. Node started with
 * --disable-sigusr1 keeps SIGUSR1 blocked, handler or not.
 */
SAKER_EXPORT int saker_signal_unblock(int signal);

/*
 * Notes who sends this signal from now on, before the handler that is installed already is called. -ENOENT: there is
 * none. Then saker_signal_sender: the process id of the last sender (0: the kernel, or a process outside of our pid
 * namespace), or -ENOENT while none came. sigaction(2), si_pid.
 */
SAKER_EXPORT int saker_signal_note(int signal);
SAKER_EXPORT int saker_signal_sender(int signal);

/* canary.c: opens and closes a file; 0 or -errno. */
SAKER_EXPORT int saker_canary_open(const char *path, int flags);

/* Sleeps `pause_ms` unless the event is signalled, then waits at most `timeout_ms`
 * for data or the event. Returns SAKER_WAIT_* bits, 0 on timeout. The event is reset. */
#define SAKER_WAIT_DATA 1
#define SAKER_WAIT_EVENT 2
SAKER_EXPORT int saker_wait(int ring_fd, int event_fd, int pause_ms, int timeout_ms);

/* dgram.c: AF_UNIX datagrams. `path` may start with @ (abstract name). Never blocks. */
SAKER_EXPORT int saker_dgram_open(const char *path);
/* A message above the socket's limit goes as a sealed memory file when `as_file` is
 * set, the way journald accepts it; else -EMSGSIZE. */
SAKER_EXPORT int saker_dgram_send(int fd, const void *message, uint64_t size, int as_file);

#endif
