/** One opened BPF object, configured and with the planned programs switched on. */
import * as record from '../schema/record.generated.ts';
import type { RecordPart } from '../schema/record-parts.ts';
import { DISPATCHER_PROGRAMS, HOOKS, TYPED_POINTERS } from './hooks.ts';
import { errnoName, type Native } from './native.ts';

export interface ObjectOptions {
  /** The compiled BPF object of the name that objectName() gives. */
  readonly image: Uint8Array;
  /** Size of the ring in bytes: a power of two and a multiple of the page size. */
  readonly ringBytes: number;
  /** Process id of the agent in the initial pid namespace; its own opens are not reported. */
  readonly ownPid: number;
  /** Report fork and exit of single threads too. */
  readonly threads: boolean;
}

/** A step that the kernel or libbpf refused. */
export class LoadError extends Error {
  /** Positive errno. */
  readonly errno: number;
  /** What libbpf and the verifier said. */
  readonly log: string;

  constructor(step: string, result: number, log: string) {
    super(`${step}: ${errnoName(result)}`);
    this.errno = Math.abs(result);
    this.log = log;
  }
}

const LOG_BYTES = 65536;

/** What libbpf said since the last call; the newest 64 KiB. */
export function takeLog(native: Native): string {
  const buffer = Buffer.alloc(LOG_BYTES);
  return buffer.toString('utf8', 0, native.saker_log_take(buffer, LOG_BYTES));
}

/** Passes a result on, or throws what it means. */
export function must(native: Native, result: number, step: string): number {
  if (result < 0) throw new LoadError(step, result, takeLog(native));
  return result;
}

/** File name of the object for a kernel with these of the TARGETS: both are built from one source. */
export function objectName(functions: ReadonlySet<string>): 'saker.bpf.o' | 'saker-probing.bpf.o' {
  return functions.has(TYPED_POINTERS) ? 'saker.bpf.o' : 'saker-probing.bpf.o';
}

/** Every program of the object. */
export const PROGRAMS: ReadonlySet<string> = new Set([
  ...DISPATCHER_PROGRAMS,
  ...HOOKS.map(({ program }) => program),
]);

function configBytes(options: ObjectOptions): Buffer {
  const config = Buffer.alloc(record.SIZE_CONFIG);
  config.writeBigUInt64LE(BigInt(Math.floor(options.ringBytes / 8) * 7), record.AT_CONFIG_BULK_LIMIT);
  config.writeUInt32LE(options.ownPid, record.AT_CONFIG_OWN_TGID);
  config.writeUInt32LE(options.threads ? 1 : 0, record.AT_CONFIG_THREADS);
  return config;
}

/**
 * Opens the object; nothing is in the kernel yet.
 * @param programs those to load; the others stay out
 * @param first handle of the object whose maps this one uses; null if this is the first
 * @returns a handle for the saker_bpf_* functions
 */
export function openObject(
  native: Native,
  programs: ReadonlySet<string>,
  first: number | null,
  options: ObjectOptions,
): number {
  const out = new BigUint64Array(1);
  must(native, native.saker_bpf_open(options.image, options.image.length, out), 'open the BPF object');
  const handle = Number(out[0]);
  const config = configBytes(options);
  try {
    must(
      native,
      native.saker_bpf_constant(handle, 'config', config, config.length),
      'configure the BPF object',
    );
    must(native, native.saker_bpf_resize(handle, 'ring', options.ringBytes), 'set the size of the ring');
    if (first !== null) must(native, native.saker_bpf_share(handle, first), 'share the maps');
    for (const program of PROGRAMS)
      must(
        native,
        native.saker_bpf_autoload(handle, program, programs.has(program) ? 1 : 0),
        `select program ${program}`,
      );
  } catch (error) {
    native.saker_bpf_close(handle);
    throw error;
  }
  return handle;
}

/** Tells programs and dispatcher who reports each system call, all at once. */
export function writeCarriers(native: Native, handle: number, bytes: Uint8Array): void {
  const key = new Uint8Array(4);
  must(
    native,
    native.saker_bpf_map_update(handle, '.data.carriers', key, key.length, bytes, bytes.length),
    'say who reports what',
  );
}

const PARTS: readonly (readonly [RecordPart, number])[] = [
  ['env', record.PART_ENV],
  ['data', record.PART_DATA],
];

/** Tells the loaded programs which event types to report, with which parts, all at once. */
export function enableTypes(
  native: Native,
  handle: number,
  types: ReadonlySet<string>,
  parts: ReadonlySet<RecordPart>,
): void {
  const enabled = new Uint8Array(record.SIZE_ENABLED);
  for (const [type, name] of record.TYPE_NAMES.entries()) {
    if (types.has(name)) enabled[record.AT_ENABLED_TYPES + type] = 1;
  }
  for (const [part, place] of PARTS) {
    if (parts.has(part)) enabled[record.AT_ENABLED_PARTS + place] = 1;
  }
  const key = new Uint8Array(4);
  must(
    native,
    native.saker_bpf_map_update(handle, '.data.enabled', key, key.length, enabled, enabled.length),
    'choose the event types',
  );
}
