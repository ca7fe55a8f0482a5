/** How long to wait between attempts, ms: the first time, and at most. */
export interface Retry {
  readonly firstMs: number;
  readonly mostMs: number;
  /** Shorten each wait by a random part up to half, so that a fleet does not come back in step. */
  readonly jitter: boolean;
}

/** Doubling waits. */
export class Backoff {
  readonly #retry: Retry;
  #nextMs: number;

  constructor(retry: Retry) {
    this.#retry = retry;
    this.#nextMs = retry.firstMs;
  }

  /** @param mostMs a lower bound for this time alone */
  next(mostMs = this.#retry.mostMs): number {
    const wait = Math.min(this.#nextMs, mostMs);
    this.#nextMs = Math.min(wait * 2, this.#retry.mostMs);
    return this.#retry.jitter ? wait * (1 - Math.random() / 2) : wait;
  }

  reset(): void {
    this.#nextMs = this.#retry.firstMs;
  }
}
