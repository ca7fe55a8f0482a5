import { crc32 } from 'node:zlib';

/**
 * A record of the spool, little-endian:
 *
 *   0 marker "SKR1" │ 4 length of the payload │ 8 sequence number │ 16 time, ms since 1970 │ 24 CRC-32 of 4…23 and payload
 *   28 payload
 *
 * The marker lets a reader find the next record behind a damaged one.
 */
export interface SpoolRecord {
  readonly sequence: number;
  readonly timeMs: number;
  readonly payload: Uint8Array;
}

export const HEADER_BYTES = 28;
/** No alert is larger; a length beyond this is damage. */
export const MAX_PAYLOAD_BYTES = 16 << 20;

const MARKER = Buffer.from('SKR1');

export function encodeRecord({ sequence, timeMs, payload }: SpoolRecord): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  bytes.set(MARKER, 0);
  bytes.writeUInt32LE(payload.length, 4);
  bytes.writeBigUInt64LE(BigInt(sequence), 8);
  bytes.writeBigUInt64LE(BigInt(Math.trunc(timeMs)), 16);
  bytes.set(payload, HEADER_BYTES);
  bytes.writeUInt32LE(checksum(bytes, bytes.length), 24);
  return bytes;
}

/** What a reader finds at an offset. `need`: the bytes end before the record does. */
export type Found =
  | { readonly kind: 'record'; readonly record: SpoolRecord; readonly end: number }
  | { readonly kind: 'need'; readonly bytes: number }
  | { readonly kind: 'damage' };

/** The payload is a copy: the buffer may be used again. */
export function decodeRecord(bytes: Buffer, at: number): Found {
  if (bytes.length - at < HEADER_BYTES) return { kind: 'need', bytes: HEADER_BYTES };
  if (bytes.compare(MARKER, 0, 4, at, at + 4) !== 0) return { kind: 'damage' };
  const length = bytes.readUInt32LE(at + 4);
  if (length > MAX_PAYLOAD_BYTES) return { kind: 'damage' };
  const end = at + HEADER_BYTES + length;
  if (end > bytes.length) return { kind: 'need', bytes: end - at };
  if (checksum(bytes.subarray(at), HEADER_BYTES + length) !== bytes.readUInt32LE(at + 24))
    return { kind: 'damage' };
  const record = {
    sequence: Number(bytes.readBigUInt64LE(at + 8)),
    timeMs: Number(bytes.readBigUInt64LE(at + 16)),
    payload: Uint8Array.prototype.slice.call(bytes, at + HEADER_BYTES, end),
  };
  return { kind: 'record', record, end };
}

/** Where the next record may begin after damage at `at`; the end of the bytes, less a split marker, when nowhere. */
export function nextMarker(bytes: Buffer, at: number): number {
  const found = bytes.indexOf(MARKER, at + 1);
  return found >= 0 ? found : Math.max(at + 1, bytes.length - (MARKER.length - 1));
}

function checksum(record: Buffer, length: number): number {
  return crc32(record.subarray(HEADER_BYTES, length), crc32(record.subarray(4, 24)));
}
