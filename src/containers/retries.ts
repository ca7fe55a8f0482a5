/** Containers that wait for a socket that rests after a failure. */
const MAX_WAITING = 4096;
/** After these the runtime is taken for broken, and the container for unknown. */
const MAX_TRIES = 3;

/** That nobody could be asked is no answer: what is to be asked once more, when the sockets have rested. */
export class Retries {
  readonly #tries = new Map<string, number>();

  /** @returns false: it is not worth another try, or too many wait */
  later(key: string, restMs: number, call: () => void): boolean {
    const tries = (this.#tries.get(key) ?? 0) + 1;
    if (tries > MAX_TRIES || (tries === 1 && this.#tries.size >= MAX_WAITING)) return false;
    this.#tries.set(key, tries);
    const again = (): void => {
      if (this.#tries.get(key) === tries) call();
    };
    setTimeout(again, restMs + 1).unref();
    return true;
  }

  /** It was answered, or is gone. */
  done(key: string): void {
    this.#tries.delete(key);
  }
}
