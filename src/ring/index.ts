/**
 * The ring, on the engine's worker thread. In: the ring's descriptor and the native functions. Out: for every record
 * its place in `source.memory`, in the order the kernel wrote them, valid only inside the callback. Called by
 * engine/, which gives the places to decode/.
 *
 *   const source = openRing(native, mapRing(native, ringFd, ringBytes), eventFd);
 *   while (!stopping) {
 *     const n = source.drain((offset, length) => …, 4096);
 *     if (n < 4096) source.wait(pauseMs(n), 60_000);
 *   }
 *
 * How far the reader is behind, any thread may ask: openGauge(native, mapping).level().
 */
export { openGauge, type RingGauge, type RingLevel } from './gauge.ts';
export { openRing, pauseMs } from './kernel-ring.ts';
export { mapRing, type RingMapping, type RingNative } from './mapping.ts';
export type { OnRecord, RecordSource, SourceStats } from './source.ts';
