/**
 * Answers many atoms about a text at once. Equality needs one look-up of the text however many rules there are; beginnings
 * and ends need one per distinct length. What the look-ups do not mention has its usual answer.
 */
import type { Atom } from './atoms.ts';

/** 16 atoms a word: low half "known", high half "holds". */
export type Answers = Int32Array;

export interface AtomIndex {
  /** Answers for a text that no literal mentions; also tells which atoms the index covers ("known"). */
  readonly usual: Answers;
  covers(atom: number): boolean;
  /** Writes the answers for a text to `place`. */
  answer(text: string, memory: Int32Array, place: number): void;
  /** Whether the answers at `place` are the usual ones wherever the index covers. */
  isUsual(memory: Int32Array, place: number): boolean;
}

type AtomsByLiteral = Map<string, number[]>;

/** Look-ups by length pay off only against several comparisons each. */
const LITERALS_PER_LENGTH = 4;

export function createAtomIndex(atoms: readonly Atom[]): AtomIndex {
  const whole: AtomsByLiteral = new Map();
  const starts = affixes(atoms, 'start');
  const ends = affixes(atoms, 'end');
  const covered = new Set<number>();
  const usual = new Int32Array((atoms.length + 15) >> 4);
  for (const [atom, { lookup }] of atoms.entries()) {
    const table = lookup === null ? null : { whole, start: starts?.table, end: ends?.table }[lookup.by];
    if (lookup === null || table === null || table === undefined) continue;
    covered.add(atom);
    usual[atom >> 4]! |= (lookup.negated ? 0x10001 : 1) << (atom & 15);
    for (const literal of new Set(lookup.literals)) {
      const list = table.get(literal);
      if (list === undefined) table.set(literal, [atom]);
      else list.push(atom);
    }
  }
  const coveredBits = usual.map((word) => (word & 0xffff) | (word << 16));

  function mark(memory: Int32Array, place: number, concerned: readonly number[] | undefined): void {
    if (concerned === undefined) return;
    for (const atom of concerned) {
      const holds = 0x10000 << (atom & 15);
      // Set, not flipped: two literals of one atom may both fit.
      if (atoms[atom]!.lookup!.negated) memory[place + (atom >> 4)]! &= ~holds;
      else memory[place + (atom >> 4)]! |= holds;
    }
  }

  return {
    usual,
    covers: (atom) => covered.has(atom),
    answer(text, memory, place) {
      memory.set(usual, place);
      mark(memory, place, whole.get(text));
      for (const length of starts?.lengths ?? []) {
        if (length > text.length) break;
        mark(memory, place, starts!.table.get(text.slice(0, length)));
      }
      for (const length of ends?.lengths ?? []) {
        if (length > text.length) break;
        mark(memory, place, ends!.table.get(text.slice(text.length - length)));
      }
    },
    isUsual(memory, place) {
      for (let at = 0; at < usual.length; at++) {
        if (((memory[place + at]! ^ usual[at]!) & coveredBits[at]!) !== 0) return false;
      }
      return true;
    },
  };
}

function affixes(
  atoms: readonly Atom[],
  by: 'start' | 'end',
): { readonly table: AtomsByLiteral; readonly lengths: readonly number[] } | null {
  const literals = atoms.flatMap(({ lookup }) => (lookup?.by === by ? lookup.literals : []));
  const lengths = [...new Set(literals.map((literal) => literal.length))].sort((a, b) => a - b);
  return literals.length < lengths.length * LITERALS_PER_LENGTH ? null : { table: new Map(), lengths };
}
