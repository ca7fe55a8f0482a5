/**
 * Recorded events, on the engine's worker thread. In: a capture file of Sysdig or Falco (.scap, also gzip'd). Out: records
 * as the kernel programs write them (bpf/abi/event.h), one at a time in `memory`, so that everything behind them is the
 * same for live and recorded events; and the facts that live events leave to /proc. Called by engine/.
 *
 *   const capture = new Capture();
 *   for await (const block of readBlocks(path)) capture.take(block, (length) => engine.take(0, length));
 *
 * Facts of the format: falcosecurity/libs, userspace/libscap/scap_savefile.h, driver/ppm_events_public.h and
 * driver/event_table.c.
 */
export { type Block, CaptureError, readBlocks } from './blocks.ts';
export { Capture, type CaptureStats } from './capture.ts';
export { isEvents } from './event.ts';
export type { Descriptor, RecordedProcess } from './processes.ts';
