import { Interned } from '../base/interning.ts';

/** The environment that a program was started with. One object for a program and the children it forked. */
export class Environment {
  /**
   * `NAME=value`, each ended by a zero byte, byte text of 4 KiB at most. Undefined: not looked at yet, or forgotten.
   * Null: cannot be read.
   */
  #text: string | null | undefined;
  #joined: Interned | null = null;

  constructor(text?: string | null) {
    this.#text = text;
  }

  get text(): string | null | undefined {
    return this.#text;
  }
  set text(text: string | null | undefined) {
    this.#text = text;
    this.#joined = null;
  }

  /** All of it with blanks between, the same text every time; null when it is not known. */
  get joined(): Interned | null {
    if (this.#text === undefined || this.#text === null) return null;
    this.#joined ??= new Interned(this.pairs.join(' '));
    return this.#joined;
  }

  /** `NAME=value`, one by one. */
  get pairs(): readonly string[] {
    return (this.#text ?? '').split('\0').filter((pair) => pair !== '');
  }

  /** The value of a variable; null when it is not set or not known. With two of a name the first counts, as in getenv(3). */
  variable(name: string): string | null {
    const start = `${name}=`;
    const text = this.#text ?? '';
    let at = text.startsWith(start) ? 0 : text.indexOf(`\0${start}`) + 1;
    if (at === 0 && !text.startsWith(start)) return null;
    at += start.length;
    const end = text.indexOf('\0', at);
    return text.slice(at, end < 0 ? undefined : end);
  }
}

/** What all remembered environments may take; one is a kilobyte or two, 4 KiB at most. */
const BUDGET_BYTES = 16 << 20;
/** What an entry costs beside its text, about. */
const ENTRY_BYTES = 256;

/** Environments that are known, the oldest first: beyond the budget the oldest are forgotten, and read from /proc if asked for again. */
export class Environments {
  readonly #kept = new Map<Environment, number>();
  readonly #budgetBytes: number;
  #bytes = 0;

  constructor(budgetBytes = BUDGET_BYTES) {
    this.#budgetBytes = budgetBytes;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** @param text of a record; null when it carried none */
  make(text: string | null): Environment {
    const made = new Environment();
    if (text !== null) this.keep(made, text);
    return made;
  }

  keep(environment: Environment, text: string): void {
    this.#forget(environment);
    environment.text = text;
    // The joined text, if somebody asks for it, is as long again.
    const bytes = 2 * text.length + ENTRY_BYTES;
    this.#kept.set(environment, bytes);
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#budgetBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(environment: Environment): void {
    const bytes = this.#kept.get(environment);
    if (bytes === undefined) return;
    this.#kept.delete(environment);
    this.#bytes -= bytes;
    environment.text = undefined;
  }
}
