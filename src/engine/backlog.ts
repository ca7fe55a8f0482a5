import type { Native } from '../kernel/index.ts';
import { mapRing, openGauge, type RingLevel, type RingMapping } from '../ring/index.ts';

/** What waits for the engine in the ring. */
export interface Backlog extends RingLevel {
  readonly sizeBytes: number;
  /** Age of the oldest record that waits, ms; 0 when none waits. */
  readonly behindMs: number;
}

export interface BacklogGauge {
  /** For the engine's plan (WatchPlan): both look at the same memory. */
  readonly ring: RingMapping;
  look(): Backlog;
}

/**
 * For the main thread, which watches over the engine.
 * @param bootNs CLOCK_BOOTTIME
 */
export function openBacklog(
  native: Native,
  ringFd: number,
  ringBytes: number,
  bootNs: () => bigint,
): BacklogGauge {
  const ring = mapRing(native, ringFd, ringBytes);
  const gauge = openGauge(native, ring);
  return {
    ring,
    look: () => {
      const level = gauge.level();
      const { oldestNs } = level;
      const behindMs = oldestNs === null ? 0 : Math.max(0, Number(bootNs() - oldestNs) / 1e6);
      return { ...level, sizeBytes: ringBytes, behindMs };
    },
  };
}
