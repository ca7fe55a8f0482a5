/** Bytes → lines, bounded: a line without an end must not fill the memory. */

/** An alert with 1 MB arguments, escaped, fits. */
export const MAX_LINE_CHARS = 16 << 20;

export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #rest = '';
  #tooLong = false;
  /** Lines that were left out. */
  skipped = 0;

  /** The lines that end in this chunk. */
  push(chunk: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#tooLong && lines.length > 0) {
      lines.shift();
      this.#tooLong = false;
    }
    if (this.#rest.length > MAX_LINE_CHARS) {
      this.#rest = '';
      if (!this.#tooLong) this.skipped++;
      this.#tooLong = true;
    }
    return lines.filter((line) => line !== '');
  }
}
