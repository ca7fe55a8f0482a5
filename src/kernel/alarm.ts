/** A pause that can be ended from outside. */
export class Alarm {
  #ring: () => void = () => {};

  /** Resolves after so many ms, or earlier when it rings. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#ring = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  ring(): void {
    this.#ring();
  }
}
