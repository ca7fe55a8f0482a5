/** Ring memory as the kernel lays it out, written by a test in the kernel's place. */
const PAGE = 4096;
export const BUSY = 0x80000000;
export const DISCARDED = 0x40000000;

export class RingMemory {
  readonly page = PAGE;
  readonly size: number;
  readonly consumer = new ArrayBuffer(PAGE);
  readonly producer: ArrayBuffer;
  readonly #data: DataView;
  #produced: number;

  constructor(size: number, start = 0) {
    this.size = size;
    this.producer = new ArrayBuffer(PAGE + 2 * size);
    this.#data = new DataView(this.producer, PAGE);
    this.#produced = start;
    new DataView(this.consumer).setBigUint64(0, BigInt(start), true);
    this.#publish();
  }

  #publish(): void {
    new DataView(this.producer).setBigUint64(0, BigInt(this.#produced), true);
  }

  /** One byte in both mappings. */
  #byte(position: number, value: number): void {
    const at = position % this.size;
    this.#data.setUint8(at, value);
    this.#data.setUint8(at + this.size, value);
  }

  #word(position: number, value: number): void {
    for (let i = 0; i < 4; i++) this.#byte(position + i, (value >>> (8 * i)) & 0xff);
  }

  /** Writes a record; returns its position for `setHeader`. */
  write(bytes: Uint8Array, flags = 0): number {
    const position = this.#produced;
    this.#word(position, (bytes.length | flags) >>> 0);
    this.#word(position + 4, 0);
    for (const [i, byte] of bytes.entries()) this.#byte(position + 8 + i, byte);
    this.#produced += (bytes.length + 8 + 7) & ~7;
    this.#publish();
    return position;
  }

  setHeader(position: number, header: number): void {
    this.#word(position, header >>> 0);
  }

  get consumed(): number {
    return Number(new DataView(this.consumer).getBigUint64(0, true));
  }

  get produced(): number {
    return this.#produced;
  }
}
