import type { Interned } from '../base/interning.ts';
import { AT_STR_FLAGS, AT_STR_LEN, AT_STR_OFF, SIZE_STR, STR_UPWARD } from '../schema/record.generated.ts';
import { ByteInterner } from './intern-bytes.ts';
import { FORM } from './upward.ts';

/** Command names are few, paths are many; a table of its own keeps them from pushing each other out. */
const COMM_SLOTS = 1 << 10;
const TEXT_SLOTS = 1 << 13;

/** The place of the current record and typed reads relative to it. Shared by all views of one thread. */
export class Cursor {
  base = 0;
  readonly #u32: Uint32Array;
  readonly #i32: Int32Array;
  readonly #u16: Uint16Array;
  readonly #bytes: Buffer;
  readonly #comms = new ByteInterner(COMM_SLOTS);
  readonly #texts = new ByteInterner(TEXT_SLOTS);

  /** @param memory 8-byte aligned in its buffer, a multiple of 8 long */
  constructor(memory: Uint8Array) {
    const { buffer, byteOffset, byteLength } = memory;
    this.#u32 = new Uint32Array(buffer, byteOffset, byteLength >> 2);
    this.#i32 = new Int32Array(buffer, byteOffset, byteLength >> 2);
    this.#u16 = new Uint16Array(buffer, byteOffset, byteLength >> 1);
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength);
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  u8(at: number): number {
    return this.#bytes[this.base + at]!;
  }

  u16(at: number): number {
    return this.#u16[(this.base + at) >> 1]!;
  }

  u32(at: number): number {
    return this.#u32[(this.base + at) >> 2]!;
  }

  i32(at: number): number {
    return this.#i32[(this.base + at) >> 2]!;
  }

  /** A u64 as a number: exact to 2^53 (104 days in ns), the same number for the same value always. */
  u64(at: number): number {
    return this.u32(at + 4) * 0x100000000 + this.u32(at);
  }

  /** An s64 whose value is small, such as a result or -errno. */
  i64(at: number): number {
    return this.i32(at + 4) * 0x100000000 + this.u32(at);
  }

  big(at: number): bigint {
    return (BigInt(this.u32(at + 4)) << 32n) | BigInt(this.u32(at));
  }

  /** `at` is the place of the string's cell. */
  text(at: number): Interned {
    const offset = this.base + this.u16(at + AT_STR_OFF);
    const form = this.u16(at + AT_STR_FLAGS) & FORM;
    return this.#texts.get(this.#i32, this.#bytes, offset, this.u16(at + AT_STR_LEN), form);
  }

  /** STR_* bits of the string as `text` gives it. */
  textFlags(at: number): number {
    return this.u16(at + AT_STR_FLAGS) & ~STR_UPWARD;
  }

  /** The string as byte text, not remembered. */
  latin1(at: number): string {
    const offset = this.base + this.u16(at + AT_STR_OFF);
    return this.#bytes.toString('latin1', offset, offset + this.u16(at + AT_STR_LEN));
  }

  /** The bytes of the string, a view that is valid until the next record. */
  stringBytes(at: number): Uint8Array {
    return this.bytes(this.u16(at + AT_STR_OFF), this.u16(at + AT_STR_LEN));
  }

  /** `length` bytes as a view that is valid until the next record. */
  bytes(at: number, length: number): Uint8Array {
    return this.#bytes.subarray(this.base + at, this.base + at + length);
  }

  /** A zero-padded array of `length` bytes. */
  name(at: number, length: number): Interned {
    const offset = this.base + at;
    let end = offset;
    while (end < offset + length && this.#bytes[end] !== 0) end++;
    return this.#comms.get(this.#i32, this.#bytes, offset, end - offset);
  }

  /** True if all string cells from `at` on describe bytes between `from` and `to`. */
  cellsWithin(at: number, count: number, from: number, to: number): boolean {
    for (let cell = at; cell < at + count * SIZE_STR; cell += SIZE_STR) {
      const offset = this.u16(cell + AT_STR_OFF);
      if ((offset & 7) !== 0 || offset < from || offset + this.u16(cell + AT_STR_LEN) > to) return false;
    }
    return true;
  }
}
