const MINUTE_MS = 60_000;

/** So many alerts a minute, and as many at once after a pause. */
export class Bucket {
  #tokens: number | null = null;
  #filledMs = 0;

  /** Tokens there are now; call before `take`. A bucket begins full. */
  left(perMinute: number, nowMs: number): number {
    const more = ((nowMs - this.#filledMs) * perMinute) / MINUTE_MS;
    this.#tokens = Math.min(perMinute, (this.#tokens ?? perMinute) + more);
    this.#filledMs = nowMs;
    return this.#tokens;
  }

  /** Also from one that is empty: who may pass without a token still counts for those who come after. */
  take(): void {
    this.#tokens = Math.max(0, (this.#tokens ?? 0) - 1);
  }
}
