import { closeSync, openSync } from 'node:fs';

/**
 * The canary: an open by the agent itself that has to come back as an alert. It proves at start and from then on
 * that hooks, ring, engine and the way to the main thread work; only then is the service ready, and only then is
 * systemd's watchdog fed.
 */

/**
 * Nobody else opens this. It lies in a directory that does not exist, so that the open fails at once and leaves no
 * trace; the kernel side lets exactly this open of the agent through.
 */
export const CANARY_PATH = '/.saker-canary/sing';

export interface Canary {
  /** Sends one; `onSilence` is called when it has not come back after `patienceMs`. */
  sing(): void;
  /** An alert of the canary's rule arrived. */
  heard(): void;
  /** ms since the last one came back, Infinity before the first. */
  readonly silentMs: number;
  stop(): void;
}

/**
 * @param flags O_* bits by which the kernel side knows the canary among the agent's own opens
 * @param onSilence told once per silence, with the ms that have passed
 */
export function createCanary(
  flags: number,
  patienceMs: number,
  onHeard: () => void,
  onSilence: (ms: number) => void,
): Canary {
  let heardAt: number | null = null;
  let timer: NodeJS.Timeout | null = null;
  return {
    sing() {
      openCanary(flags);
      if (timer !== null) return;
      const since = Date.now();
      timer = setTimeout(() => {
        timer = null;
        onSilence(Date.now() - since);
      }, patienceMs);
    },
    heard() {
      heardAt = performance.now();
      if (timer !== null) clearTimeout(timer);
      timer = null;
      onHeard();
    },
    get silentMs() {
      return heardAt === null ? Number.POSITIVE_INFINITY : performance.now() - heardAt;
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

function openCanary(flags: number): void {
  try {
    closeSync(openSync(CANARY_PATH, flags));
  } catch {
    // It is not there; that it was tried is the point.
  }
}
