import { type Alert, alertBytes } from '../base/alert.ts';

/**
 * How many bytes of alerts are on their way to the main thread. It counts those it took into memory both threads see,
 * so that a main thread that lags makes the engine drop, and count, and not fill the heap:
 *
 *   engine: sent ─ taken ≤ limit ─▶ port ─▶ main: taken += bytes
 */

/** The engine finds some MB a second at most; this bounds what a main thread in trouble costs. */
export const HAND_OVER_BYTES = 32 << 20;

/** One 32-bit counter, modulo 2^32, that the main thread moves on. */
export function sharedCounter(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** The main thread's side: these alerts lie on the port no more. */
export function takeOver(taken: Int32Array, alerts: readonly Alert[]): void {
  Atomics.add(taken, 0, bytesOf(alerts));
}

/** The engine's side. */
export class HandOver {
  readonly #taken: Int32Array;
  readonly #limit: number;
  #sent = 0;
  /** Alerts that were not handed over. */
  dropped = 0;

  constructor(taken: Int32Array, limit = HAND_OVER_BYTES) {
    this.#taken = taken;
    this.#limit = limit;
  }

  /** Those to send now. saker's own, such as the canary's and those that tell of losses, always are. */
  admit(alerts: readonly Alert[]): readonly Alert[] {
    const bytes = bytesOf(alerts);
    // Modulo 2^32 on both sides, the difference is exact.
    let way = this.onTheWay;
    if (way + bytes <= this.#limit) return this.#send(alerts, bytes);
    const some = alerts.filter((alert) => {
      const size = alertBytes(alert);
      if (alert.source !== 'internal' && way + size > this.#limit) return false;
      way += size;
      return true;
    });
    this.dropped += alerts.length - some.length;
    return this.#send(some, bytesOf(some));
  }

  /** Bytes that the main thread has not taken yet. */
  get onTheWay(): number {
    return (this.#sent - Atomics.load(this.#taken, 0)) | 0;
  }

  #send(alerts: readonly Alert[], bytes: number): readonly Alert[] {
    this.#sent = (this.#sent + bytes) | 0;
    return alerts;
  }
}

function bytesOf(alerts: readonly Alert[]): number {
  let sum = 0;
  for (const alert of alerts) sum += alertBytes(alert);
  return sum;
}
