import { collectGarbage } from '../base/collect.ts';
import type { Native } from '../kernel/index.ts';

/** By then promises and timers of a start have let go of what they held, and the engine's thread has collected. */
const OVER_MS = 30_000;

/**
 * Gives back what a start or a reload left: garbage of the main thread, free memory of the allocator, pages of the
 * program that only it ran. What is needed again comes back from the page cache.
 */
export class Leftovers {
  readonly #native: Pick<Native, 'saker_memory_release'>;
  #timer: NodeJS.Timeout | undefined;

  constructor(native: Pick<Native, 'saker_memory_release'>) {
    this.#native = native;
  }

  /** Called again before it happened, it happens later. */
  giveBackSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      collectGarbage();
      this.#native.saker_memory_release();
    }, OVER_MS).unref();
  }
}
