/**
 * Answers remembered on texts. `Interned.verdicts` of a text that this rule set has met:
 *
 *   [0]            place of the atoms region, 0 = not there yet
 *   [1 + mask]     place of that mask's region, 0 = not there yet
 *   atoms region   16 atoms a word: low half "known", high half "holds"
 *   mask region    one bit per rule, as the mask says (TextMask)
 *
 * Regions are added when first needed, so a text pays only for the questions it was asked.
 */
import { Interned } from '../../base/interning.ts';
import { type AtomIndex, createAtomIndex } from './atom-index.ts';
import type { Atom } from './atoms.ts';

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

export interface Verdicts {
  /** Whether the atom holds for the text; false for no text. */
  has(text: Interned | null, atom: number): boolean;
  /** Directory of a text or of "no value"; index it with 1 + mask for a mask region. */
  directory(text: Interned | null): Int32Array;
  /** Makes a mask region of a text; gives the directory that has it. */
  addMask(text: Interned | null, mask: number): Int32Array;
}

let lastSerial = 0;

export function createVerdicts(atoms: readonly Atom[], masks: readonly TextMask[], words: number): Verdicts {
  const serial = ++lastSerial;
  const head = 1 + masks.length;
  const index = createAtomIndex(atoms);
  const prepared = masks.map((mask) => prepare(mask, index, words));
  const missing = new Interned('');
  missing.verdicts = new Int32Array(head);
  missing.verdictsOf = serial;

  function directory(text: Interned | null): Int32Array {
    if (text === null) return missing.verdicts;
    return text.verdictsOf === serial ? text.verdicts : start(text);
  }

  function start(text: Interned): Int32Array {
    text.verdictsOf = serial;
    text.verdicts = new Int32Array(head);
    return text.verdicts;
  }

  function grow(text: Interned, slot: number, region: Int32Array): Int32Array {
    const old = directory(text);
    const grown = new Int32Array(old.length + region.length);
    grown.set(old);
    grown.set(region, old.length);
    grown[slot] = old.length;
    text.verdicts = grown;
    return grown;
  }

  function has(text: Interned | null, atom: number): boolean {
    if (text === null) return false;
    const answers = text.verdictsOf === serial ? text.verdicts : start(text);
    const place = answers[0]!;
    if (place !== 0) {
      const word = answers[place + (atom >> 4)]! >> (atom & 15);
      if ((word & 1) !== 0) return (word & 0x10000) !== 0;
    }
    return ask(text, atom);
  }

  function ask(text: Interned, atom: number): boolean {
    const known = directory(text);
    const answers = known[0] !== 0 ? known : grow(text, 0, index.answersFor(text.text));
    const at = answers[0]! + (atom >> 4);
    const bit = atom & 15;
    if ((answers[at]! & (1 << bit)) !== 0) return (answers[at]! & (0x10000 << bit)) !== 0;
    const holds = atoms[atom]!.test(text.text);
    answers[at]! |= holds ? 0x10001 << bit : 1 << bit;
    return holds;
  }

  /** The mask region of a text that has its answers already. */
  function regionOf(mask: number, text: Interned): Int32Array {
    const answer = (atom: number) => has(text, atom);
    const { base, others, all } = prepared[mask]!;
    const { combine } = masks[mask]!;
    if (!isUsual(text)) return apply(blank(combine, words), combine, all, answer);
    return apply(base.slice(), combine, others, answer);
  }

  /** Whether everything the index says of the text is the usual: then the prepared base is right for it. */
  function isUsual(text: Interned): boolean {
    const known = directory(text);
    if (known[0] === 0) {
      grow(text, 0, index.answersFor(text.text));
      return index.wasUsual();
    }
    const place = known[0]!;
    for (let at = 0; at < index.usual.length; at++) {
      const covered = index.usual[at]! & 0xffff;
      const both = covered | (covered << 16);
      if ((known[place + at]! & both) !== (index.usual[at]! & both)) return false;
    }
    return true;
  }

  return {
    has,
    directory,
    addMask(text, mask) {
      if (text !== null) return grow(text, 1 + mask, regionOf(mask, text));
      const { combine } = masks[mask]!;
      return grow(
        missing,
        1 + mask,
        apply(blank(combine, words), combine, prepared[mask]!.all, () => false),
      );
    },
  };
}

interface Prepared {
  /** The region as far as usual answers decide it. */
  readonly base: Int32Array;
  /** Conditions that the index does not cover. */
  readonly others: readonly SparseCondition[];
  readonly all: readonly SparseCondition[];
}

/** A condition with its rules as the few words that are not zero. */
interface SparseCondition {
  readonly holds: (answer: (atom: number) => boolean) => boolean;
  readonly at: Int32Array;
  readonly bits: Int32Array;
}

function prepare({ combine, conditions }: TextMask, index: AtomIndex, words: number): Prepared {
  const sparse = conditions.map(({ holds, rules }): SparseCondition => {
    const at = Int32Array.from([...rules.keys()].filter((word) => rules[word] !== 0));
    return { holds, at, bits: at.map((word) => rules[word]!) };
  });
  const isCovered = conditions.map((condition) => condition.atoms.every(index.covers));
  const usually = (atom: number) => (index.usual[atom >> 4]! & (0x10000 << (atom & 15))) !== 0;
  const covered = sparse.filter((_, at) => isCovered[at]);
  return {
    base: apply(blank(combine, words), combine, covered, usually),
    others: sparse.filter((_, at) => !isCovered[at]),
    all: sparse,
  };
}

function blank(combine: 'all' | 'any', words: number): Int32Array {
  return new Int32Array(words).fill(combine === 'all' ? -1 : 0);
}

function apply(
  region: Int32Array,
  combine: 'all' | 'any',
  conditions: readonly SparseCondition[],
  answer: (atom: number) => boolean,
): Int32Array {
  for (const { holds, at, bits } of conditions) {
    if (holds(answer) === (combine === 'all')) continue;
    for (let word = 0; word < at.length; word++) {
      if (combine === 'all') region[at[word]!]! &= ~bits[word]!;
      else region[at[word]!]! |= bits[word]!;
    }
  }
  return region;
}
