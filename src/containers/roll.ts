import type { Source } from './source.ts';

/** Of one socket; the engine remembers as many. */
const MAX_KEYS = 4096;

/** The containers that each socket has told: those it does not list any more after it was away have been removed. */
export class Roll {
  readonly #keys = new Map<Source, Set<string>>();

  /** @param key of a container of root's (messages.ts) */
  add(source: Source, key: string): void {
    const keys = this.#keys.get(source) ?? new Set();
    this.#keys.set(source, keys.add(key));
    if (keys.size > MAX_KEYS) keys.delete(keys.values().next().value!);
  }

  remove(key: string): void {
    for (const keys of this.#keys.values()) keys.delete(key);
  }

  /** Those of a socket so far. */
  of(source: Source): readonly string[] {
    return [...(this.#keys.get(source) ?? [])];
  }
}
