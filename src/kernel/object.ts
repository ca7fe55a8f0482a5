/** One opened BPF object, configured and with the planned programs switched on. */

import * as record from '../schema/record.generated.ts';
import type { RecordPart } from '../schema/record-parts.ts';
import { DISPATCHER_PROGRAMS } from './dispatcher-forms.ts';
import { HOOKS, LIFE_PROGRAMS, TYPED_POINTERS } from './hooks.ts';
import { errnoName, type Native } from './native.ts';

export interface ObjectOptions {
  /** What readObjects() gives. */
  readonly images: Images;
  /** Size of the ring in bytes: a power of two and a multiple of the page size. */
  readonly ringBytes: number;
  /** Process id of the agent in the initial pid namespace; its own opens are not reported. */
  readonly ownPid: number;
  /** Report fork and exit of single threads too. */
  readonly threads: boolean;
  /** Most bytes kept of what a call reads or writes (DATA_MAX at most); Falco's snaplen. Left out: its default, 80. */
  readonly dataBytes?: number;
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

/** Compiled objects. What lets events flow is a small one, since libbpf relates all of an object to the kernel's types. */
export interface Images {
  /** FIRST_PROGRAMS */
  readonly first: Uint8Array;
  /** PROGRAMS */
  readonly all: Uint8Array;
}

const OBJECTS = {
  typed: ['saker-first.bpf.o', 'saker.bpf.o'],
  probing: ['saker-first-probing.bpf.o', 'saker-probing.bpf.o'],
} as const;

export type ObjectName = (typeof OBJECTS)['typed' | 'probing'][number];

/** The objects for a kernel with these of the TARGETS. */
export function readObjects(functions: ReadonlySet<string>, read: (name: ObjectName) => Uint8Array): Images {
  const [first, all] = OBJECTS[functions.has(TYPED_POINTERS) ? 'typed' : 'probing'];
  let bytes: Uint8Array | undefined;
  return {
    first: read(first),
    // Not needed until events flow.
    get all() {
      bytes ??= read(all);
      return bytes;
    },
  };
}

/** Process life and the dispatcher. */
export const FIRST_PROGRAMS: ReadonlySet<string> = new Set([...LIFE_PROGRAMS, ...DISPATCHER_PROGRAMS]);

/** Every program of hooks. */
export const PROGRAMS: ReadonlySet<string> = new Set(HOOKS.map(({ program }) => program));

const DATA_BYTES = 80;

function configBytes(options: ObjectOptions): Buffer {
  const config = Buffer.alloc(record.SIZE_CONFIG);
  config.writeBigUInt64LE(BigInt(Math.floor(options.ringBytes / 8) * 7), record.AT_CONFIG_BULK_LIMIT);
  config.writeUInt32LE(options.ownPid, record.AT_CONFIG_OWN_TGID);
  config.writeUInt32LE(options.threads ? 1 : 0, record.AT_CONFIG_THREADS);
  config.writeUInt32LE(
    Math.min(options.dataBytes ?? DATA_BYTES, record.DATA_MAX),
    record.AT_CONFIG_DATA_BYTES,
  );
  return config;
}

/**
 * Opens an object; nothing is in the kernel yet.
 * @param programs those to load; the others stay out
 * @param earlier handles of the objects whose maps this one uses
 * @returns a handle for the saker_bpf_* functions
 */
export function openObject(
  native: Native,
  image: Uint8Array,
  programs: ReadonlySet<string>,
  earlier: readonly number[],
  options: ObjectOptions,
): number {
  const out = new BigUint64Array(1);
  must(native, native.saker_bpf_open(image, image.length, out), 'open the BPF object');
  const handle = Number(out[0]);
  const config = configBytes(options);
  try {
    must(
      native,
      native.saker_bpf_constant(handle, 'config', config, config.length),
      'configure the BPF object',
    );
    must(native, native.saker_bpf_resize(handle, 'ring', options.ringBytes), 'set the size of the ring');
    for (const owner of earlier) must(native, native.saker_bpf_share(handle, owner), 'share the maps');
    for (const program of programs)
      must(native, native.saker_bpf_select(handle, program), `select program ${program}`);
  } catch (error) {
    native.saker_bpf_close(handle);
    throw error;
  }
  return handle;
}

/** Tells programs and dispatcher who reports each system call, all at once. */
export function writeCarriers(native: Native, handle: number, bytes: Uint8Array): Switch {
  return write(
    native,
    handle,
    { map: '.data.carriers', key: ONLY_KEY, value: bytes.slice() },
    'say who reports what',
  );
}

/** What the agent wrote into a map of one value, by which programs decide. */
export interface Switch {
  readonly map: string;
  /** Its place in the map, 4 bytes. */
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const ONLY_KEY = new Uint8Array(4);

function write(native: Native, handle: number, written: Switch, step: string): Switch {
  const { map, key, value } = written;
  must(native, native.saker_bpf_map_update(handle, map, key, key.length, value, value.length), step);
  return written;
}

/** False: somebody else has written into the map. */
export function stillHolds(native: Native, handle: number, { map, key, value }: Switch): boolean {
  return native.saker_bpf_map_holds(handle, map, key, key.length, value, value.length) === 1;
}

const PARTS: readonly (readonly [RecordPart, number])[] = [
  ['env', record.PART_ENV],
  ['data', record.PART_DATA],
];

/**
 * Fills one of the two tables of names.
 * @param place 0 or 1: the one that no program asks now
 */
export function writeGuard(native: Native, handle: number, place: number, value: Uint8Array): Switch {
  const key = new Uint8Array(Uint32Array.of(place).buffer);
  return write(native, handle, { map: 'guards', key, value }, 'say which names rules want');
}

/**
 * Tells the loaded programs which event types to report, with which parts, and which opens, all at once.
 * @param opens ASKED_* by OPENS_*
 */
export function enableTypes(
  native: Native,
  handle: number,
  types: ReadonlySet<string>,
  parts: ReadonlySet<RecordPart>,
  opens: Uint8Array,
): Switch {
  const enabled = new Uint8Array(record.SIZE_ENABLED);
  for (const [type, name] of record.TYPE_NAMES.entries()) {
    if (types.has(name)) enabled[record.AT_ENABLED_TYPES + type] = 1;
  }
  for (const [part, place] of PARTS) {
    if (parts.has(part)) enabled[record.AT_ENABLED_PARTS + place] = 1;
  }
  enabled.set(opens, record.AT_ENABLED_OPENS);
  return write(
    native,
    handle,
    { map: '.data.enabled', key: ONLY_KEY, value: enabled },
    'choose the event types',
  );
}
