/**
 * A package header as rpm's database keeps it: two big-endian counts (entries, data bytes), 16 bytes per entry (tag,
 * type, offset, count), then the data. Without the magic number and the padding of a package file.
 */
export class RpmHeader {
  readonly #bytes: Buffer;
  readonly #entries: number;
  readonly #data: number;

  /** Null when the counts do not fit the bytes. */
  static read(bytes: Uint8Array): RpmHeader | null {
    if (bytes.length < 8) return null;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const entries = buffer.readUInt32BE(0);
    const data = 8 + entries * ENTRY_BYTES;
    return entries > MAX_ENTRIES || data + buffer.readUInt32BE(4) > buffer.length
      ? null
      : new RpmHeader(buffer, entries, data);
  }

  private constructor(bytes: Buffer, entries: number, data: number) {
    this.#bytes = bytes;
    this.#entries = entries;
    this.#data = data;
  }

  /** A 32-bit number of an array; null when there is none. */
  number(tag: number, index = 0): number | null {
    const found = this.#find(tag, INT32);
    const at = found === null || index >= found.count ? -1 : found.at + index * 4;
    return at < 0 || at + 4 > this.#bytes.length ? null : this.#bytes.readUInt32BE(at);
  }

  /** A string, or one of an array of them, as byte text. */
  text(tag: number, index = 0): string | null {
    const found = this.#find(tag, STRING) ?? this.#find(tag, STRING_ARRAY);
    if (found === null || index >= found.count) return null;
    let from = found.at;
    for (let left = index; ; left--) {
      const end = this.#bytes.indexOf(0, from);
      if (end < 0) return null;
      if (left === 0) return this.#bytes.toString('latin1', from, end);
      from = end + 1;
    }
  }

  #find(tag: number, type: number): { at: number; count: number } | null {
    for (let entry = 0; entry < this.#entries; entry++) {
      const at = 8 + entry * ENTRY_BYTES;
      if (this.#bytes.readUInt32BE(at) !== tag || this.#bytes.readUInt32BE(at + 4) !== type) continue;
      return { at: this.#data + this.#bytes.readUInt32BE(at + 8), count: this.#bytes.readUInt32BE(at + 12) };
    }
    return null;
  }
}

const ENTRY_BYTES = 16;
/** rpm itself takes no more (HEADER_TAGS_MAX). */
const MAX_ENTRIES = 65_535;
/** rpmTagType */
const INT32 = 4;
const STRING = 6;
const STRING_ARRAY = 8;

/** rpmTag, as far as needed here. */
export const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  digests: 1035,
  flags: 1037,
  dirindexes: 1116,
  basenames: 1117,
  dirnames: 1118,
  digestAlgorithm: 5011,
} as const;
