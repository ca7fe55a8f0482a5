import { closeSync, openSync } from 'node:fs';
import { CANARY_PATH } from '../engine/messages.ts';

/**
 * The canary: an open by the agent itself that has to come back as an alert. It proves at start and from then on
 * that hooks, ring, engine and the way to the main thread work; only then is the service ready, and only then is
 * systemd's watchdog fed.
 */

export interface Canary {
  /** Sends one; `onSilence` is called when it has not come back after `patienceMs`. */
  sing(): void;
  /** An alert of the canary's rule arrived. */
  heard(): void;
  stop(): void;
}

/**
 * @param flags O_* bits by which the kernel side knows the canary among the agent's own opens
 * @param onHeard told for each one that comes back, with the ms it took
 * @param onSilence told for each one that does not come back, with the ms that have passed
 */
export function createCanary(
  flags: number,
  patienceMs: number,
  onHeard: (ms: number) => void,
  onSilence: (ms: number) => void,
): Canary {
  let timer: NodeJS.Timeout | null = null;
  let since = 0;
  return {
    sing() {
      openCanary(flags);
      if (timer !== null) return;
      since = performance.now();
      timer = setTimeout(() => {
        timer = null;
        onSilence(Math.round(performance.now() - since));
      }, patienceMs);
    },
    heard() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      onHeard(Math.round(performance.now() - since));
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
