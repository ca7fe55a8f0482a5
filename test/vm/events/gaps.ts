// What is known to differ from the truth. The list may only shrink: an entry that no action needs fails the test.

export interface Gap {
  readonly field: string;
  /** Of the action: its type, or its label when several actions of one type differ. */
  readonly actions: RegExp;
  readonly why: string;
}

export const GAPS: readonly Gap[] = [];
