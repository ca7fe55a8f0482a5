import { EMPTY, Interned } from '../base/interning.ts';
import { STR_CUT, STR_UPWARD } from '../schema/record.generated.ts';
import { writeDownward } from './upward.ts';

/** Longer strings are rare and not worth remembering; this also bounds what an attacker's strings can occupy. */
const LONGEST_BYTES = 256;
const LONGEST_WORDS = LONGEST_BYTES / 4;

/** Lengths take nine bits of a kind, the flags lie above them. */
const FORM_SHIFT = 10;
const ROOT = new Interned('/');

function longText(bytes: Buffer, offset: number, length: number, form: number): string {
  if ((form & STR_UPWARD) === 0) return bytes.toString('latin1', offset, offset + length);
  const name = Buffer.allocUnsafe(length);
  return name.toString('latin1', 0, writeDownward(bytes, offset, length, (form & STR_CUT) !== 0, name));
}

/**
 * Bytes → Interned, through a table of fixed size. Each entry remembers its bytes and is compared in full: a hash
 * that collides costs a decoding, never a wrong name. The hash starts from a random number, so that nobody can
 * choose names that always collide.
 *
 * Words are compared, not bytes: strings in a record are padded with zeroes to whole words.
 */
export class ByteInterner {
  readonly #mask: number;
  readonly #words: Int32Array;
  /** Length and form. */
  readonly #kinds: Uint16Array;
  readonly #texts: (Interned | undefined)[];
  readonly #seed = (Math.random() * 0x100000000) | 0;
  /** A name that was turned around. */
  readonly #name = Buffer.alloc(LONGEST_BYTES);
  readonly #nameWords = new Int32Array(this.#name.buffer, this.#name.byteOffset, LONGEST_WORDS);

  /** @param slots a power of two; about 0.3 to 0.6 KiB each */
  constructor(slots: number) {
    this.#mask = slots - 1;
    this.#words = new Int32Array(slots * LONGEST_WORDS);
    this.#kinds = new Uint16Array(slots);
    this.#texts = new Array(slots).fill(undefined);
  }

  /**
   * @param memory words of the record's memory
   * @param bytes the same memory
   * @param offset first byte, a multiple of 4
   * @param length bytes
   * @param form STR_UPWARD and STR_CUT of its flags: an upward name is turned around
   */
  get(memory: Int32Array, bytes: Buffer, offset: number, length: number, form = 0): Interned {
    const upward = (form & STR_UPWARD) !== 0;
    if (length === 0) return upward ? ROOT : EMPTY;
    if (length > LONGEST_BYTES) return new Interned(longText(bytes, offset, length, form));
    const kind = length | (upward ? form << FORM_SHIFT : 0);
    const first = offset >> 2;
    const words = (length + 3) >> 2;
    const slot = this.#hash(memory, first, words) & this.#mask;
    const known = this.#texts[slot];
    if (known !== undefined && this.#kinds[slot] === kind && this.#equal(memory, first, words, slot))
      return known;
    const text = upward
      ? this.#downward(bytes, offset, length, form)
      : new Interned(bytes.toString('latin1', offset, offset + length));
    this.#words.set(memory.subarray(first, first + words), slot * LONGEST_WORDS);
    this.#kinds[slot] = kind;
    this.#texts[slot] = text;
    return text;
  }

  /** The same object as the name has that was given that way. */
  #downward(bytes: Buffer, offset: number, length: number, form: number): Interned {
    const end = writeDownward(bytes, offset, length, (form & STR_CUT) !== 0, this.#name);
    this.#name.fill(0, end);
    return this.get(this.#nameWords, this.#name, 0, end);
  }

  /** Mixes as murmur3 does; quality matters for speed only. */
  #hash(memory: Int32Array, first: number, words: number): number {
    let h = this.#seed;
    for (let i = first; i < first + words; i++) {
      h = Math.imul(h ^ memory[i]!, 0x9e3779b1);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    return h ^ (h >>> 13);
  }

  #equal(memory: Int32Array, first: number, words: number, slot: number): boolean {
    const mine = this.#words;
    const at = slot * LONGEST_WORDS;
    for (let i = 0; i < words; i++) if (mine[at + i] !== memory[first + i]) return false;
    return true;
  }
}
