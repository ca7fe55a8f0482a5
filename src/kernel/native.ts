/**
 * The FFI interface: every function of native/saker.h, once. Results are >= 0 or a negative errno; handles and
 * addresses are plain numbers (user addresses have 47 bits). Each thread calls openNative for itself.
 *
 * koffi's own loader looks for its binary relative to its JavaScript, which a bundled program does not have, so
 * koffi.node is opened directly, next to our library or in node_modules.
 */
import { constants } from 'node:os';
import { BrokenInstallError } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { findLibraryFiles, MEND } from './library-files.ts';

const PROTOTYPES = {
  saker_log_take: 'int64_t saker_log_take(void *text, uint64_t size)',
  saker_log_tell: 'int saker_log_tell(int level)',
  saker_log_told: 'int64_t saker_log_told(void *text, uint64_t size)',
  saker_bpf_open: 'int saker_bpf_open(const void *image, uint64_t size, void *handle)',
  saker_bpf_close: 'int saker_bpf_close(uint64_t handle)',
  saker_bpf_select: 'int saker_bpf_select(uint64_t handle, const char *program)',
  saker_bpf_share: 'int saker_bpf_share(uint64_t handle, uint64_t first)',
  saker_bpf_resize: 'int saker_bpf_resize(uint64_t handle, const char *map, uint32_t entries)',
  saker_bpf_constant:
    'int saker_bpf_constant(uint64_t handle, const char *name, const void *value, uint64_t size)',
  saker_bpf_load: 'int saker_bpf_load(uint64_t handle, const char *types)',
  saker_functions: 'int saker_functions(const char *path, const char *names, void *found, uint32_t count)',
  saker_bpf_attach: 'int saker_bpf_attach(uint64_t handle, const char *program, const char *function)',
  saker_bpf_detach: 'int saker_bpf_detach(uint64_t handle, int link)',
  saker_bpf_link_id: 'int saker_bpf_link_id(uint64_t handle, int link)',
  saker_bpf_iterate: 'int saker_bpf_iterate(uint64_t handle, const char *program)',
  saker_bpf_program_facts: 'int saker_bpf_program_facts(uint64_t handle, const char *program, void *facts)',
  saker_bpf_program_fd: 'int saker_bpf_program_fd(uint64_t handle, const char *program)',
  saker_bpf_map_fd: 'int saker_bpf_map_fd(uint64_t handle, const char *map)',
  saker_bpf_map_update:
    'int saker_bpf_map_update(uint64_t handle, const char *map, const void *key, uint64_t keySize, const void *value, uint64_t valueSize)',
  saker_bpf_map_holds:
    'int saker_bpf_map_holds(uint64_t handle, const char *map, const void *key, uint64_t keySize, const void *value, uint64_t valueSize)',
  saker_bpf_map_sum:
    'int saker_bpf_map_sum(uint64_t handle, const char *map, uint32_t index, void *sums, uint32_t fields)',
  saker_ring_map: 'int saker_ring_map(int fd, uint64_t size, void *address)',
  saker_page_size: 'int saker_page_size()',
  saker_memory_release: 'int saker_memory_release()',
  saker_event_open: 'int saker_event_open()',
  saker_event_signal: 'int saker_event_signal(int fd)',
  saker_close: 'int saker_close(int fd)',
  saker_signal_unblock: 'int saker_signal_unblock(int signal)',
  saker_signal_note: 'int saker_signal_note(int signal)',
  saker_signal_sender: 'int saker_signal_sender(int signal)',
  saker_canary_open: 'int saker_canary_open(const char *path, int flags)',
  saker_wait: 'int saker_wait(int ringFd, int eventFd, int pauseMs, int timeoutMs)',
  saker_dgram_open: 'int saker_dgram_open(const char *path)',
  saker_dgram_send: 'int saker_dgram_send(int fd, const void *message, uint64_t size, int asFile)',
} as const;

/** What may take long, or never end, in the kernel; to be had on a thread of libuv's pool. */
const BLOCKING = ['saker_bpf_load', 'saker_bpf_attach', 'saker_bpf_detach', 'saker_bpf_close'] as const;

type Call = (...args: (number | string | Uint8Array | BigUint64Array)[]) => number;
type AsyncCall = (...args: (number | string)[]) => Promise<number>;

export type Native = Readonly<Record<keyof typeof PROTOTYPES, Call>> & {
  /** The same calls without blocking this thread. One at a time for each handle. */
  readonly async: Readonly<Record<(typeof BLOCKING)[number], AsyncCall>>;
  /** Foreign memory as an ArrayBuffer, valid as long as the mapping is. */
  readonly view: (address: number, sizeBytes: number) => ArrayBuffer;
};

type Function_ = Call & { async(...args: unknown[]): void };

interface Koffi {
  load(path: string): { func(prototype: string): Function_ };
  view(address: bigint, sizeBytes: number): ArrayBuffer;
}

function promised(call: Function_): AsyncCall {
  return (...args) =>
    new Promise((resolve, reject) => {
      call.async(...args, (error: Error | null, result: number) => {
        if (error === null) resolve(result);
        else reject(error);
      });
    });
}

/**
 * Opens libsaker.so and koffi.node.
 * @param folder where both lie; null looks where the package or the build put them (library-files.ts)
 * @throws BrokenInstallError when they are missing, or libsaker.so was built from other sources; Error when they cannot
 * be loaded
 */
export function openNative(folder: string | null = null): Native {
  const files = findLibraryFiles(folder);
  try {
    const module = { exports: {} as Koffi };
    process.dlopen(module, files.koffi);
    const koffi = module.exports;
    const lib = koffi.load(files.library);
    const find = (name: string, prototype: string): Function_ => {
      try {
        return lib.func(prototype);
      } catch {
        throw new BrokenInstallError(
          `${printable(files.library)} has no ${name}, it is older or newer than the rest of saker: ${MEND}`,
        );
      }
    };
    const calls = Object.fromEntries(
      Object.entries(PROTOTYPES).map(([name, prototype]) => [name, find(name, prototype)]),
    ) as Record<keyof typeof PROTOTYPES, Function_>;
    const waited = BLOCKING.map((name): [string, AsyncCall] => [name, promised(calls[name])]);
    return {
      ...calls,
      async: Object.fromEntries(waited) as Native['async'],
      view: (address: number, sizeBytes: number) => koffi.view(BigInt(address), sizeBytes),
    };
  } finally {
    files.done();
  }
}

const ERRNO_NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** `EPERM` for -1 and for 1. */
export function errnoName(result: number): string {
  return ERRNO_NAMES.get(Math.abs(result)) ?? `errno ${Math.abs(result)}`;
}
