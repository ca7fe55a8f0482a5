/** Typed reads over bytes nobody vouches for: beyond the end numbers are 0 and texts empty, and `over` says so. */
export class Reader {
  readonly #bytes: Buffer;
  at: number;
  /** Something was read that is not there. */
  over = false;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  #step(size: number): number {
    const { at } = this;
    this.at += size;
    if (this.at > this.#bytes.length) this.over = true;
    return this.over ? -1 : at;
  }

  u8(): number {
    const at = this.#step(1);
    return at < 0 ? 0 : this.#bytes[at]!;
  }

  u16(): number {
    const at = this.#step(2);
    return at < 0 ? 0 : this.#bytes.readUInt16LE(at);
  }

  u32(): number {
    const at = this.#step(4);
    return at < 0 ? 0 : this.#bytes.readUInt32LE(at);
  }

  u64(): bigint {
    const at = this.#step(8);
    return at < 0 ? 0n : this.#bytes.readBigUInt64LE(at);
  }

  /** A u64 or s64 whose value is small: an id, a descriptor, a result. */
  id(): number {
    const at = this.#step(8);
    return at < 0 ? 0 : Number(this.#bytes.readBigInt64LE(at));
  }

  bytes(length: number): Buffer {
    const at = this.#step(length);
    return at < 0 ? Buffer.alloc(0) : this.#bytes.subarray(at, at + length);
  }

  /** A text behind its 16-bit length, as byte text. */
  text(): string {
    return this.bytes(this.u16()).toString('latin1');
  }
}
