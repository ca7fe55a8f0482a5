import type { Block } from './blocks.ts';
import { Reader } from './reader.ts';
import { zeroEnded } from './sockets.ts';

/** One recorded event: the header, and parameters as bytes. */

/** Event blocks whose events tell how many parameters they have: without and with flags, with lengths of 16 and 32 bits. */
const PLAIN = 0x216;
const FLAGGED = 0x217;
const LARGE = 0x221;
const FLAGGED_LARGE = 0x222;
/** Of older writers, whose events do not tell it. */
const OLD = 0x204;
const OLD_FLAGGED = 0x208;
const BLOCKS: ReadonlySet<number> = new Set([PLAIN, FLAGGED, LARGE, FLAGGED_LARGE, OLD, OLD_FLAGGED]);

export const isEvents = ({ type }: Block): boolean => BLOCKS.has(type);

const OLD_HEADER = 22;
/** execve has 31; no event has more than some dozens. */
const MAX_PARAMS = 64;

export class RecordedEvent {
  readonly cpu: number;
  /** ns since the epoch. */
  readonly wallNs: bigint;
  readonly tid: number;
  /** PPME_*: even numbers where a call begins, odd ones where it ends. */
  readonly type: number;
  readonly #params: readonly Buffer[];

  constructor(cpu: number, wallNs: bigint, tid: number, type: number, params: readonly Buffer[]) {
    this.cpu = cpu;
    this.wallNs = wallNs;
    this.tid = tid;
    this.type = type;
    this.#params = params;
  }

  /** @returns null when lengths do not fit */
  static read({ type: block, body }: Block): RecordedEvent | null {
    const r = new Reader(body);
    const cpu = r.u16();
    if (block === FLAGGED || block === FLAGGED_LARGE || block === OLD_FLAGGED) r.u32();
    const start = r.at;
    const [wallNs, tid, length, type] = [r.u64(), r.id(), r.u32(), r.u16()];
    if (r.over || length < OLD_HEADER || start + length > body.length) return null;
    const isOld = block === OLD || block === OLD_FLAGGED;
    const count = isOld ? countParams(body.subarray(r.at, start + length)) : r.u32();
    if (count > MAX_PARAMS) return null;
    const large = block === LARGE || block === FLAGGED_LARGE;
    const lengths = Array.from({ length: count }, () => (large ? r.u32() : r.u16()));
    const params = lengths.map((size) => r.bytes(size));
    if (r.over || r.at > start + length) return null;
    return new RecordedEvent(cpu, wallNs, tid, type, params);
  }

  get count(): number {
    return this.#params.length;
  }

  has(index: number): boolean {
    return (this.#params[index]?.length ?? 0) > 0;
  }

  bytes(index: number): Buffer {
    return this.#params[index] ?? Buffer.alloc(0);
  }

  /** A number by the size it has; ids, descriptors and results, which have eight bytes, with a sign. 0 when it is missing. */
  number(index: number): number {
    const bytes = this.bytes(index);
    switch (bytes.length) {
      case 8:
        return Number(bytes.readBigInt64LE());
      case 4:
        return bytes.readUInt32LE();
      case 2:
        return bytes.readUInt16LE();
      case 1:
        return bytes[0]!;
      default:
        return 0;
    }
  }

  big(index: number): bigint {
    const bytes = this.bytes(index);
    return bytes.length === 8 ? bytes.readBigUInt64LE() : BigInt(this.number(index));
  }

  /** The number of a parameter whose first byte tells which of several forms it has. */
  formed(index: number): bigint {
    const bytes = this.bytes(index);
    return bytes.length === 9 ? bytes.readBigUInt64LE(1) : bytes.length === 2 ? BigInt(bytes[1]!) : 0n;
  }

  /** A text that a zero byte ends; a path that could not be read is written as `<NA>`. */
  text(index: number): string {
    const text = zeroEnded(this.bytes(index));
    return text === '<NA>' ? '' : text;
  }

  /**
   * With the parameters that older writers put where the call began, behind those of its end.
   * @param without places of `begin` that are left out
   */
  joined(begin: RecordedEvent, without: readonly number[]): RecordedEvent {
    const more = begin.#params.filter((_, place) => !without.includes(place));
    return new RecordedEvent(this.cpu, this.wallNs, this.tid, this.type, [...this.#params, ...more]);
  }

  /** Bytes that it keeps. */
  get size(): number {
    return this.#params.reduce((sum, { length }) => sum + length, 0);
  }

  /** With bytes of its own, to be kept longer than its block. */
  copy(): RecordedEvent {
    const params = this.#params.map((bytes) => Buffer.from(bytes));
    return new RecordedEvent(this.cpu, this.wallNs, this.tid, this.type, params);
  }
}

/**
 * Lengths of 16 bits, then as many parameters of those lengths, and nothing else: only one number of them fits.
 * @returns more than MAX_PARAMS when none does
 */
function countParams(bytes: Buffer): number {
  let size = 0;
  for (let count = 0; count <= MAX_PARAMS; count++) {
    if (size === bytes.length) return count;
    if (2 * count + 2 > bytes.length) break;
    size += 2 + bytes.readUInt16LE(2 * count);
  }
  return MAX_PARAMS + 1;
}
