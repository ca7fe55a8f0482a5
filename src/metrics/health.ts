/** What tells whether the agent does what it is for. */
export interface Vitals {
  /** A canary has come through since the start. */
  readonly ready: boolean;
  /** Since the last one came through, or, before the first, since the start, s. */
  readonly silentS: number;
  /** Longest silence of an agent that sees: from one canary to the next, and its way. */
  readonly patienceS: number;
  /** Age of the oldest event that waits to be judged, s. */
  readonly behindS: number;
}

export interface Health {
  readonly healthy: boolean;
  /** What is wrong, a sentence each. */
  readonly reasons: readonly string[];
}

/**
 * Only the canary counts: it goes the whole way from the kernel to delivery. An output that fails is no reason to
 * restart the agent, and has metrics of its own.
 */
export function healthOf({ ready, silentS, patienceS, behindS }: Vitals): Health {
  if (!ready) return unhealthy('no event has come through since the start: saker is not ready yet');
  if (silentS <= patienceS) return { healthy: true, reasons: [] };
  const silence = `no canary event has come through for ${Math.round(silentS)} s`;
  if (behindS > 1)
    return unhealthy(`${silence}: saker has more to do than it can, it is ${Math.round(behindS)} s behind`);
  return unhealthy(`${silence}: saker is blind, its log says why`);
}

function unhealthy(reason: string): Health {
  return { healthy: false, reasons: [reason] };
}
