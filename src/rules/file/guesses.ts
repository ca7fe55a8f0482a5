import { nearest } from '../../base/suggest.ts';

/**
 * Most names compared with words to find what was meant. A hundred mistakes beside a thousand names stay below;
 * thousands beside thousands would take seconds.
 */
const MAX_COMPARED = 100_000;

/** Guesses which of many names a word was meant to be. */
export class Guesses {
  readonly #candidates: (word: string) => Iterable<string>;
  readonly #found = new Map<string, string | null>();
  #left = MAX_COMPARED;

  /** @param candidates the names that come into question for a word */
  constructor(candidates: (word: string) => Iterable<string>) {
    this.#candidates = candidates;
  }

  /** The nearest name; null when none is near, or when too many were compared already. */
  near(word: string): string | null {
    const known = this.#found.get(word);
    if (known !== undefined) return known;
    if (this.#left <= 0) return null;
    const near = nearest(word, this.#counted(this.#candidates(word)));
    this.#found.set(word, near);
    return near;
  }

  *#counted(names: Iterable<string>): Generator<string> {
    for (const name of names) {
      if (this.#left-- <= 0) return;
      yield name;
    }
  }
}
