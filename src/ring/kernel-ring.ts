import { type RingMapping, type RingNative, viewRing } from './mapping.ts';
import { RingReader } from './reader.ts';
import type { RecordSource } from './source.ts';

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
 * The ring as a source of records.
 * @param eventFd an eventfd (saker_event_open) that ends a wait
 */
export function openRing(native: RingNative, mapping: RingMapping, eventFd: number): RecordSource {
  const { ringFd, sizeBytes, pageBytes } = mapping;
  const { consumer, producer } = viewRing(native, mapping);
  const reader = new RingReader(consumer, producer, pageBytes, sizeBytes);
  return {
    memory: new Uint8Array(producer, pageBytes, 2 * sizeBytes),
    stats: reader.stats,
    drain: (onRecord, budget) => reader.drain(onRecord, budget),
    wait: (pauseMs, timeoutMs) => {
      const woken = native.saker_wait(ringFd, eventFd, pauseMs, Math.min(timeoutMs, MAX_WAIT_MS));
      if (woken < 0) throw new Error(`cannot wait for the ring: errno ${-woken}`);
      return (woken & WAIT_EVENT) !== 0;
    },
  };
}
