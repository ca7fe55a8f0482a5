import { Interned } from './interning.ts';

/** One Interned per text, for a bounded number of texts: rules then ask each of them but once. */
export class Texts {
  readonly #max: number;
  #known = new Map<string, Interned>();

  constructor(max: number) {
    this.#max = max;
  }

  of(text: string): Interned {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= this.#max) this.#known = new Map();
    const made = new Interned(text);
    this.#known.set(text, made);
    return made;
  }
}
