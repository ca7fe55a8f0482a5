import { readBounded } from './files.ts';

/**
 * Kernel events carry CLOCK_BOOTTIME, alerts need wall-clock time. The difference of the two is constant except
 * when somebody sets the clock (or a leap second is stepped), so it is measured, kept, and checked now and then.
 */
export interface HostClock {
  /** Wall-clock time, ns since the epoch, of a moment given in ns since boot. */
  wallNs(bootNs: bigint): bigint;
  /** Measures again; call it about once a second. True when the wall clock was set since the last call. */
  refresh(): boolean;
}

/** The machine's clocks; tests give their own. */
export interface Clocks {
  /** CLOCK_BOOTTIME: since boot, with the time asleep. */
  bootNs(): bigint;
  /** CLOCK_REALTIME: since the epoch. */
  wallNs(): bigint;
}

// A measurement is two clock reads with a possible preemption between: of a few, the quickest is the truest.
const TRIES = 5;
// Above the resolution of /proc/uptime; a clock set by less is followed, but not worth telling.
const STEP_NS = 20_000_000n;

export function createClock(clocks: Clocks = systemClocks()): HostClock {
  let offset = measure(clocks);
  return {
    wallNs: (bootNs) => bootNs + offset,
    refresh: () => {
      const now = measure(clocks);
      const moved = now - offset;
      offset = now;
      return moved > STEP_NS || moved < -STEP_NS;
    },
  };
}

/** wall − boot, ns. */
function measure(clocks: Clocks): bigint {
  let best = 0n;
  let bestGap = -1n;
  for (let i = 0; i < TRIES; i++) {
    const before = clocks.bootNs();
    const wall = clocks.wallNs();
    const after = clocks.bootNs();
    const gap = after - before;
    if (bestGap >= 0n && gap >= bestGap) continue;
    bestGap = gap;
    best = wall - (before + gap / 2n);
  }
  return best;
}

// /proc/uptime cuts CLOCK_BOOTTIME to hundredths of a second.
const UPTIME_STEP_NS = 10_000_000n;

// On a machine that never slept a reading holds until it does, which the wall clock shows and CLOCK_MONOTONIC does not;
// and not for ever, since who sets the wall clock may hide a sleep. On others every reading makes the difference truer,
// and one serves the tries of a measurement.
const SLEPT_NS = 5_000_000n;
const KEPT_AWAKE_NS = 60_000_000_000n;
const KEPT_NS = 5_000_000n;

/**
 * Node reads CLOCK_MONOTONIC and CLOCK_REALTIME, not CLOCK_BOOTTIME, which is CLOCK_MONOTONIC plus the time the
 * machine slept. /proc/uptime tells that sum cut to 10 ms: on a machine that never slept the difference is exactly
 * 0, otherwise times are early by up to 10 ms at first and less with every measurement. Where the native library is
 * loaded, give its clock_gettime instead.
 */
export function systemClocks(
  proc = '/proc',
  monotonicNs: () => bigint = process.hrtime.bigint,
  wallNs: () => bigint = () => Temporal.Now.instant().epochNanoseconds,
): Clocks {
  let asleep = 0n;
  let read: { readonly ns: bigint; readonly wall: bigint } | null = null;
  const holds = (ns: bigint): boolean => {
    const kept = asleep === 0n ? KEPT_AWAKE_NS : KEPT_NS;
    if (read === null || ns < read.ns || ns - read.ns >= kept) return false;
    const drift = wallNs() - read.wall - (ns - read.ns);
    return drift < SLEPT_NS && drift > -SLEPT_NS;
  };
  const bootNs = (): bigint => {
    const before = monotonicNs();
    if (holds(before)) return before + asleep;
    // Uptime first: then the difference is never more than the truth, and the largest one seen is the best.
    const uptime = uptimeNs(proc);
    const monotonic = monotonicNs();
    const seen = uptime === null ? 0n : uptime - monotonic;
    if (seen > asleep && seen >= UPTIME_STEP_NS) asleep = seen;
    read = { ns: monotonic, wall: wallNs() };
    return monotonic + asleep;
  };
  return { bootNs, wallNs };
}

function uptimeNs(proc: string): bigint | null {
  const match = /^(\d{1,12})\.(\d\d) /.exec(readBounded(`${proc}/uptime`, 64)?.toString('latin1') ?? '');
  return match === null ? null : BigInt(`${match[1]}${match[2]}`) * UPTIME_STEP_NS;
}
