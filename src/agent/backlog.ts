import type { Backlog } from '../engine/backlog.ts';
import type { TypeCount } from '../kernel/index.ts';
import type { Log } from './log.ts';

/** Events this old are late: an alert is promised within milliseconds. */
const LATE_MS = 2000;
/** Then it is said again and again. */
const AGAIN_MS = 10_000;

/**
 * Says when events come faster than the engine judges them, how far it is behind, what that cost, and when it has
 * caught up.
 */
export class BacklogWatch {
  readonly #log: Log;
  /** Of the time since when it is behind; null while it is not. */
  #behind: { readonly sinceMs: number; readonly lost: bigint; saidMs: number; worstMs: number } | null = null;
  #lost = 0n;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param nowMs of any clock that does not jump */
  look(backlog: Backlog, counts: readonly TypeCount[], nowMs: number): void {
    const before = this.#lost;
    this.#lost = counts.reduce((sum, { lost }) => sum + lost, 0n);
    if (backlog.behindMs > LATE_MS) this.#late(backlog, before, nowMs);
    else if (this.#behind !== null) this.#caughtUp(nowMs);
  }

  #late({ behindMs, written, read, sizeBytes }: Backlog, before: bigint, nowMs: number): void {
    // What was lost since the last look was lost to this.
    this.#behind ??= { sinceMs: nowMs - behindMs, lost: before, saidMs: nowMs - AGAIN_MS, worstMs: 0 };
    this.#behind.worstMs = Math.max(this.#behind.worstMs, behindMs);
    if (nowMs - this.#behind.saidMs < AGAIN_MS) return;
    this.#behind.saidMs = nowMs;
    const percent = Math.round((100 * (written - read)) / sizeBytes);
    this.#log.warning(
      `saker is behind by ${seconds(behindMs)} s, alerts come late: ` +
        `the ring is ${percent} % full, ${this.#lost - this.#behind.lost} events lost`,
    );
  }

  #caughtUp(nowMs: number): void {
    const { sinceMs, lost, worstMs } = this.#behind!;
    this.#behind = null;
    this.#log.notice(
      `saker has caught up after ${seconds(nowMs - sinceMs)} s, by ${seconds(worstMs)} s at worst; ` +
        `${this.#lost - lost} events were lost`,
    );
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
