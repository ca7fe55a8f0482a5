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
  const template = equalityTemplate(atoms);
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
    const answers = known[0] !== 0 ? known : grow(text, 0, template.answersFor(text.text));
    const at = answers[0]! + (atom >> 4);
    const bit = atom & 15;
    if ((answers[at]! & (1 << bit)) !== 0) return (answers[at]! & (0x10000 << bit)) !== 0;
    const holds = atoms[atom]!.test(text.text);
    answers[at]! |= holds ? 0x10001 << bit : 1 << bit;
    return holds;
  }

  function compute({ combine, conditions }: TextMask, answer: (atom: number) => boolean): Int32Array {
    const region = new Int32Array(words).fill(combine === 'all' ? -1 : 0);
    for (const { holds, rules } of conditions) {
      if (holds(answer) === (combine === 'all')) continue;
      for (let at = 0; at < words; at++) {
        if (combine === 'all') region[at]! &= ~rules[at]!;
        else region[at]! |= rules[at]!;
      }
    }
    return region;
  }

  return {
    has,
    directory,
    addMask(text, mask) {
      const answer = text === null ? () => false : (atom: number) => has(text, atom);
      const region = compute(masks[mask]!, answer);
      return grow(text ?? missing, 1 + mask, region);
    },
  };
}

/**
 * Answers to all equality atoms at once: one look-up of the text says which of them it is about, however many
 * atoms and literals there are.
 */
function equalityTemplate(atoms: readonly Atom[]): { answersFor(text: string): Int32Array } {
  const usual = new Int32Array((atoms.length + 15) >> 4);
  const concerned = new Map<string, number[]>();
  for (const [atom, { equals, negated }] of atoms.entries()) {
    if (equals === null) continue;
    usual[atom >> 4]! |= (negated ? 0x10001 : 1) << (atom & 15);
    for (const literal of new Set(equals)) {
      const list = concerned.get(literal);
      if (list === undefined) concerned.set(literal, [atom]);
      else list.push(atom);
    }
  }
  return {
    answersFor(text) {
      const answers = usual.slice();
      for (const atom of concerned.get(text) ?? []) answers[atom >> 4]! ^= 0x10000 << (atom & 15);
      return answers;
    },
  };
}
