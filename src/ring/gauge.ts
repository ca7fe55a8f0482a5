import { AT_HEADER_TS } from '../schema/record.generated.ts';
import { type RingMapping, type RingNative, viewRing } from './mapping.ts';
import { BUSY, HEADER_BYTES } from './reader.ts';

/** A look at the ring from outside. */
export interface RingLevel {
  /** Bytes the kernel ever wrote. A record is read once `read` has passed what `written` was after it. */
  readonly written: number;
  /** Bytes the reader ever gave back. */
  readonly read: number;
  /** When the oldest record that waits was made, ns since boot; null when none waits. */
  readonly oldestNs: bigint | null;
}

/** How far the reader of a ring is behind: told by the ring itself, so that it is true of a reader that hangs, too. */
export interface RingGauge {
  readonly sizeBytes: number;
  level(): RingLevel;
}

/** Any thread may open one. */
export function openGauge(native: Pick<RingNative, 'view'>, mapping: RingMapping): RingGauge {
  const { consumer, producer } = viewRing(native, mapping);
  return gaugeOf(consumer, producer, mapping.pageBytes, mapping.sizeBytes);
}

/** The same over memory of any origin, laid out as in reader.ts. */
export function gaugeOf(
  consumer: ArrayBuffer,
  producer: ArrayBuffer,
  page: number,
  sizeBytes: number,
): RingGauge {
  const readAt = new BigUint64Array(consumer, 0, 1);
  const writtenAt = new BigUint64Array(producer, 0, 1);
  const headers = new Int32Array(producer, page, (2 * sizeBytes) / 4);
  const data = new DataView(producer, page, 2 * sizeBytes);

  /** What is not given back is not overwritten: the time belongs to `read` if that has not moved meanwhile. */
  const oldest = (read: number): bigint | null => {
    const place = read % sizeBytes;
    if ((Atomics.load(headers, place >> 2) & BUSY) !== 0) return null;
    const ns = data.getBigUint64(place + HEADER_BYTES + AT_HEADER_TS, true);
    return Number(Atomics.load(readAt, 0)) === read ? ns : null;
  };
  return {
    sizeBytes,
    level: () => {
      const read = Number(Atomics.load(readAt, 0));
      const written = Number(Atomics.load(writtenAt, 0));
      return { written, read, oldestNs: written > read ? oldest(read) : null };
    },
  };
}
