import { type Loss, Tally } from './tally.ts';

/** A time in which something was lost again and again. */
export interface LossInterval {
  /** Wall clock, ms since the epoch: the last look before the first loss, and the one that found the last. */
  readonly from_ms: number;
  readonly to_ms: number;
  readonly losses: readonly Loss[];
}

/** Looks without a loss that still belong to one time of trouble, and the longest one kept as one. */
const GAP_MS = 5000;
const LENGTH_MS = 600_000;
/** Some days with trouble every hour. */
export const MAX_INTERVALS = 100;

/** Remembers when what was lost: the last intervals, and the totals since the start. */
export class LossLedger {
  readonly #totals = new Tally();
  readonly #intervals: { readonly fromMs: number; toMs: number; readonly lost: Tally }[] = [];

  /** @param fromMs when was looked before, wall clock */
  add(lost: Tally, fromMs: number, toMs: number): void {
    const losses = lost.list();
    if (losses.length === 0) return;
    this.#totals.addAll(losses);
    const last = this.#intervals.at(-1);
    const isSame = last !== undefined && fromMs - last.toMs <= GAP_MS && toMs - last.fromMs <= LENGTH_MS;
    if (isSame) {
      last.lost.addAll(losses);
      last.toMs = toMs;
      return;
    }
    const next = { fromMs, toMs, lost: new Tally() };
    next.lost.addAll(losses);
    this.#intervals.push(next);
    if (this.#intervals.length > MAX_INTERVALS) this.#intervals.shift();
  }

  totals(): Loss[] {
    return this.#totals.list();
  }

  /** The oldest first. */
  intervals(): LossInterval[] {
    return this.#intervals.map(({ fromMs, toMs, lost }) => ({
      from_ms: Math.round(fromMs),
      to_ms: Math.round(toMs),
      losses: lost.list(),
    }));
  }
}
