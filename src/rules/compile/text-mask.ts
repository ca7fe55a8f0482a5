/** Which rules a text in a field leaves possible, as bits; prepared so that a new text costs little. */
import type { AtomIndex } from './atom-index.ts';

/** A question about one text put to many rules at once. */
export interface TextMask {
  readonly field: number;
  /**
   * `all`: a rule's bit stays set while its conditions hold (cleared: it cannot match with this text in the field).
   * `any`: a rule's bit is set by a condition that holds (the field alone satisfies its choice).
   */
  readonly combine: 'all' | 'any';
  readonly conditions: readonly {
    /** Given the answers to atoms; all false stands for a missing value. */
    readonly holds: (answer: (atom: number) => boolean) => boolean;
    /** Atoms it depends on. */
    readonly atoms: readonly number[];
    readonly rules: Int32Array;
  }[];
}

/** Gives the answer to an atom. */
type Answer = (atom: number) => boolean;

/** Applies conditions to the region at `place`, which is blank or holds a base. */
type Apply = (memory: Int32Array, place: number, answer: Answer) => void;

export interface PreparedMask {
  /** The region as far as usual answers decide it. */
  readonly base: Int32Array;
  /** Conditions that usual answers do not decide. */
  readonly others: Apply;
  readonly all: Apply;
}

/** What a word of a region holds before any condition. */
export function blank(combine: TextMask['combine']): number {
  return combine === 'all' ? -1 : 0;
}

export function prepareMask(
  { combine, conditions }: TextMask,
  index: AtomIndex,
  words: number,
): PreparedMask {
  const sparse = conditions.map(({ holds, atoms, rules }): SparseCondition => {
    const at = Int32Array.from([...rules.keys()].filter((word) => rules[word] !== 0));
    return { holds, at, bits: at.map((word) => rules[word]!), covered: atoms.every(index.covers) };
  });
  const base = new Int32Array(words).fill(blank(combine));
  const covered = sparse.filter((condition) => condition.covered);
  applier(combine, covered)(base, 0, (atom) => (index.usual[atom >> 4]! & (0x10000 << (atom & 15))) !== 0);
  const others = sparse.filter((condition) => !condition.covered);
  return { base, others: applier(combine, others), all: applier(combine, sparse) };
}

/** A condition with its rules as the few words that are not zero. */
interface SparseCondition {
  readonly holds: (answer: Answer) => boolean;
  readonly at: Int32Array;
  readonly bits: Int32Array;
  readonly covered: boolean;
}

function applier(combine: TextMask['combine'], conditions: readonly SparseCondition[]): Apply {
  return (memory, place, answer) => {
    for (const { holds, at, bits } of conditions) {
      if (holds(answer) === (combine === 'all')) continue;
      for (let word = 0; word < at.length; word++) {
        if (combine === 'all') memory[place + at[word]!]! &= ~bits[word]!;
        else memory[place + at[word]!]! |= bits[word]!;
      }
    }
  };
}
