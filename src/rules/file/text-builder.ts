/** What separates the words of a condition. */
export const BLANK = /[ \t\n\r]/;

/** Text made of pieces, whose end can be cut without copying the rest. */
export class TextBuilder {
  readonly #pieces: string[] = [];
  length = 0;

  add(text: string): void {
    if (text === '') return;
    this.#pieces.push(text);
    this.length += text.length;
  }

  trimBlanks(): void {
    for (let last = this.#pieces.pop(); last !== undefined; last = this.#pieces.pop()) {
      const rest = trimBlankEnd(last);
      this.length -= last.length;
      this.add(rest);
      if (rest !== '') return;
    }
  }

  /** True when the text ended with a comma, which is gone then. */
  trimComma(): boolean {
    const last = this.#pieces.at(-1);
    if (last === undefined || !last.endsWith(',')) return false;
    this.#pieces.pop();
    this.length -= last.length;
    this.add(last.slice(0, -1));
    return true;
  }

  toString(): string {
    return this.#pieces.join('');
  }
}

/** By hand: a regular expression anchored at the end tries every blank of the text. */
function trimBlankEnd(text: string): string {
  let end = text.length;
  while (end > 0 && BLANK.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}
