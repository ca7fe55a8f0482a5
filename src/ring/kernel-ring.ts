import { RingReader } from './reader.ts';
import type { RecordSource } from './source.ts';

/** What the ring needs of the native library (native/saker.h). */
export interface RingNative {
  saker_ring_map(fd: number, sizeBytes: number, address: BigUint64Array): number;
  saker_ring_unmap(sizeBytes: number, address: BigUint64Array): number;
  saker_page_size(): number;
  saker_wait(ringFd: number, eventFd: number, pauseMs: number, timeoutMs: number): number;
  view(address: number, sizeBytes: number): ArrayBuffer;
}

/**
 * A worker blocked in a foreign call cannot be stopped, not even by process.exit: who ends it has to signal the event.
 * Each return of an idle wait costs some ten thousand instructions.
 */
const MAX_WAIT_MS = 60_000;

/** A batch of so many records is a flood. */
const FLOOD = 64;

/**
 * How long to leave a ring alone after reading from it. A wake-up costs 7 to 9 µs of the program that caused the
 * event, the kernel sends one only for the first record after we caught up, and while we pause we do not catch
 * up: at most one wake-up in this time, none when idle, and a lone event is still seen at once.
 * @param records read just now
 * @returns ms: in a flood more, since there the wake-ups count and not the time of one event
 */
export function pauseMs(records: number): number {
  if (records === 0) return 0;
  return records < FLOOD ? 3 : 5;
}

const WAIT_EVENT = 2;

/**
 * Maps the ring into this thread.
 * @param eventFd an eventfd (saker_event_open) that ends a wait
 * @throws Error when the kernel refuses the mapping
 */
export function openRing(
  native: RingNative,
  ringFd: number,
  ringBytes: number,
  eventFd: number,
): RecordSource {
  const address = new BigUint64Array(2);
  const result = native.saker_ring_map(ringFd, ringBytes, address);
  if (result < 0) throw new Error(`cannot map the ring of ${ringBytes} bytes: errno ${-result}`);
  const page = native.saker_page_size();
  const consumer = native.view(Number(address[0]), page);
  const producer = native.view(Number(address[1]), page + 2 * ringBytes);
  const reader = new RingReader(consumer, producer, page, ringBytes);
  return {
    memory: new Uint8Array(producer, page, 2 * ringBytes),
    stats: reader.stats,
    drain: (onRecord, budget) => reader.drain(onRecord, budget),
    wait: (pauseMs, timeoutMs) => {
      const woken = native.saker_wait(ringFd, eventFd, pauseMs, Math.min(timeoutMs, MAX_WAIT_MS));
      if (woken < 0) throw new Error(`cannot wait for the ring: errno ${-woken}`);
      return (woken & WAIT_EVENT) !== 0;
    },
    close: () => void native.saker_ring_unmap(ringBytes, address),
  };
}
