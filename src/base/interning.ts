/**
 * A text value that many events share, such as a command name or a path.
 *
 * Rules ask the same question ("does it start with /etc?") of the same text for every event, so the
 * answers are remembered with the text itself. Only `rules/` reads or writes `verdictsAt` and `verdictsOf`; whoever makes an
 * Interned keeps it as long as it likes. Two Interned objects may hold equal text: identity is a saving,
 * never a meaning.
 */
export class Interned {
  /** Byte text (see byte-text.ts): one character per byte, as the kernel gave it. */
  readonly text: string;
  /** Where the rule set of `verdictsOf` keeps what it remembers of this text. */
  verdictsAt = 0;
  /** Serial number of who wrote `verdictsAt`; anyone else starts over. */
  verdictsOf = 0;

  constructor(text: string) {
    this.text = text;
  }
}

/** The empty text: a value, unlike a missing one (null). */
export const EMPTY = new Interned('');
