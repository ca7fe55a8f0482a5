import { AT_HEADER_TS } from '../schema/record.generated.ts';
import type { RingNative } from './kernel-ring.ts';
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
  close(): void;
}

type GaugeNative = Pick<RingNative, 'saker_ring_map' | 'saker_ring_unmap' | 'saker_page_size' | 'view'>;

/**
 * Maps the ring once more; any thread may.
 * @throws Error when the kernel refuses the mapping
 */
export function openGauge(native: GaugeNative, ringFd: number, ringBytes: number): RingGauge {
  const address = new BigUint64Array(2);
  const result = native.saker_ring_map(ringFd, ringBytes, address);
  if (result < 0) throw new Error(`cannot map the ring of ${ringBytes} bytes: errno ${-result}`);
  const page = native.saker_page_size();
  const consumer = native.view(Number(address[0]), page);
  const producer = native.view(Number(address[1]), page + 2 * ringBytes);
  return {
    ...gaugeOf(consumer, producer, page, ringBytes),
    close: () => void native.saker_ring_unmap(ringBytes, address),
  };
}

/** The same over memory of any origin, laid out as in reader.ts. */
export function gaugeOf(
  consumer: ArrayBuffer,
  producer: ArrayBuffer,
  page: number,
  sizeBytes: number,
): Pick<RingGauge, 'sizeBytes' | 'level'> {
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
