import type { OnRecord, SourceStats } from './source.ts';

/*
 *      consumer page (rw)      producer page (ro)    data (ro), mapped twice in a row
 *     ┌───────────────┐       ┌───────────────┐     ┌────────────────┬────────────────┐
 *     │ u64 consumed  │       │ u64 produced  │     │ records …      │ same bytes     │
 *     └───────────────┘       └───────────────┘     └────────────────┴────────────────┘
 *
 * Positions only grow; position modulo size is a place. A record is an 8-byte header (u32 length with two flag bits,
 * u32 page offset) and its bytes, rounded up to 8; through the second mapping it never wraps. Layout and flags:
 * kernel/bpf/ringbuf.c.
 *
 * Ordering: the kernel releases `produced` and clears BUSY with release semantics; Atomics.load of both and
 * Atomics.store of `consumed` are sequentially consistent in V8 on foreign memory too (litmus: no reordering in a
 * million rounds, plain accesses reorder). The low 32 bits of `produced` are enough, because a ring is smaller
 * than 2 GiB; `consumed` must be one 64-bit store, or the kernel could see half of it.
 */
export const BUSY = 1 << 31;
const DISCARDED = 1 << 30;
const LENGTH = 0x3fffffff;
export const HEADER_BYTES = 8;
/** The space is given back to the kernel in steps: a store per record costs twice the whole decoding. */
const PUBLISH_BYTES = 1 << 16;
/** Where records are slow to judge, the steps are small: whether they go on is how a busy reader is told from a dead one. */
const PUBLISH_RECORDS = 64;

export class RingReader {
  readonly stats: SourceStats = { records: 0, corrupt: 0, skippedBytes: 0 };
  readonly #consumed64: BigUint64Array;
  readonly #produced32: Int32Array;
  readonly #headers: Int32Array;
  readonly #mask: number;
  /** Own position. A double: exact to 2^53 bytes, a hundred days at one GB/s. */
  #position: number;
  #published: number;

  /**
   * @param consumer the consumer page
   * @param producer the producer page, `page` bytes, followed by the data twice
   */
  constructor(consumer: ArrayBuffer, producer: ArrayBuffer, page: number, size: number) {
    this.#consumed64 = new BigUint64Array(consumer, 0, 1);
    this.#produced32 = new Int32Array(producer, 0, 1);
    this.#headers = new Int32Array(producer, page, (2 * size) / 4);
    this.#mask = size - 1;
    this.#position = Number(Atomics.load(this.#consumed64, 0));
    this.#published = this.#position;
  }

  drain(onRecord: OnRecord, budget: number): number {
    let count = 0;
    try {
      while (count < budget) {
        const pending = this.#pending();
        if (pending <= 0) break;
        const delivered = this.#drainPending(pending, onRecord, budget - count);
        if (delivered < 0) break;
        count += delivered;
      }
    } finally {
      this.#publish();
    }
    return count;
  }

  /** Bytes between us and the producer, modulo 2^32. */
  #pending(): number {
    return (Atomics.load(this.#produced32, 0) - (this.#position | 0)) | 0;
  }

  /** Records delivered, or -1 when the next one is still being written. */
  #drainPending(pendingBytes: number, onRecord: OnRecord, budget: number): number {
    const headers = this.#headers;
    let pending = pendingBytes;
    let count = 0;
    while (pending > 0 && count < budget) {
      // The low 32 bits of a double (ToInt32) are enough for a power-of-two size.
      const place = (this.#position | 0) & this.#mask;
      const header = Atomics.load(headers, place >> 2);
      if ((header & BUSY) !== 0) return count === 0 ? -1 : count;
      const length = header & LENGTH;
      const step = (length + HEADER_BYTES + 7) & ~7;
      if (step > pending || pending > this.#mask + 1) {
        this.#skip(pending);
        return count;
      }
      // Advance first: a callback that throws must not meet the same record again.
      this.#position += step;
      pending -= step;
      if ((header & DISCARDED) === 0) {
        count++;
        this.stats.records++;
        onRecord(place + HEADER_BYTES, length);
      }
      if (count % PUBLISH_RECORDS === 0 || this.#position - this.#published >= PUBLISH_BYTES) this.#publish();
    }
    return count;
  }

  /** Nothing between here and the producer can be trusted: go on behind it. */
  #skip(bytes: number): void {
    this.stats.corrupt++;
    this.stats.skippedBytes += bytes;
    this.#position += bytes;
  }

  #publish(): void {
    if (this.#position === this.#published) return;
    this.#published = this.#position;
    Atomics.store(this.#consumed64, 0, BigInt(this.#position));
  }
}
