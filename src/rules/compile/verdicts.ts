/**
 * What rules remember of texts, in one block of memory of fixed size. A text that was met has a directory there:
 *
 *   [0]            place of its answers, 0 = not there yet
 *   [1 + mask]     place of that mask's region, 0 = not there yet
 *   answers        16 atoms a word: low half "known", high half "holds"
 *   mask region    one bit per rule, as the mask says (text-mask.ts)
 *
 * Parts are added when first needed. When the block is full everything is forgotten at once, by a new serial number, and
 * begins again: no text has to be tracked, and no stream of new texts can make memory grow.
 */
import type { Interned } from '../../base/interning.ts';
import { createAtomIndex } from './atom-index.ts';
import type { Atom } from './atoms.ts';
import { blank, prepareMask, type TextMask } from './text-mask.ts';

export interface Verdicts {
  readonly memory: Int32Array;
  /** Whether the atom holds for the text; false for no text. */
  has(text: Interned | null, atom: number): boolean;
  /** Place of a text's directory; "no value" has one too. */
  directory(text: Interned | null): number;
  /** Makes a mask region of a text; gives its place. */
  addMask(text: Interned | null, mask: number): number;
  /** To be called before each event: places stay good until the next call, and the event finds room. */
  makeRoom(): void;
}

/** Texts that the block should hold; the busiest thousands are what counts. */
const TEXTS = 65_536;
/** 4 to 32 MiB; pages that are never written cost nothing. */
const LEAST_WORDS = 1 << 20;
const MOST_WORDS = 1 << 23;

/** Room at the start of an event, in texts of the largest kind: more than an event brings in earnest. */
const LEAST_ROOM = 16;

let lastSerial = 0;

/** @param mostWords bound of the block; smaller only in tests */
export function createVerdicts(
  atoms: readonly Atom[],
  masks: readonly TextMask[],
  words: number,
  mostWords = MOST_WORDS,
): Verdicts {
  const index = createAtomIndex(atoms);
  const prepared = masks.map((mask) => prepareMask(mask, index, words));
  const head = 1 + masks.length;
  const answerWords = index.usual.length;
  /** A text with everything there is to know of it. */
  const largest = head + answerWords + masks.length * words;
  const usualText = head + 4 * words;
  // Two directories, a region per mask for "no value" and one for texts that find no room, and one set of answers.
  const fixed = 1 + 2 * head + 2 * masks.length * words + answerWords;
  const wanted = Math.max(LEAST_WORDS, TEXTS * usualText, 4 * LEAST_ROOM * largest);
  const size = fixed + Math.min(mostWords, wanted);
  const memory = new Int32Array(size);
  let serial = ++lastSerial;
  // Place 0 stays unused: it means "nowhere".
  let free = 1;
  const missing = take(head);
  /** Directory of a text that came when the block was full in the middle of an event: always empty. */
  const unknown = take(head);
  /** Where masks of such texts are worked out, one region per mask, good until the next such text. */
  const scratch = masks.map(() => take(words));
  for (const [mask, { combine }] of masks.entries()) {
    const place = take(words);
    memory[missing + 1 + mask] = place;
    memory.fill(blank(combine), place, place + words);
    prepared[mask]!.all(memory, place, () => false);
  }
  const probe = take(answerWords);
  let probed: Interned | null = null;
  const floor = free;

  function take(count: number): number {
    const place = free;
    free += count;
    return place;
  }

  const isFull = () => size - free < largest;

  function directory(text: Interned | null): number {
    if (text === null) return missing;
    return text.verdictsOf === serial ? text.verdictsAt : start(text);
  }

  function start(text: Interned): number {
    if (isFull()) return unknown;
    const place = take(head);
    memory.fill(0, place, free);
    text.verdictsOf = serial;
    text.verdictsAt = place;
    return place;
  }

  /**
   * Place of the answers for a text, for now: its own when it has them, else those worked out last, which serve one text
   * at a time. Most texts are asked once and never make a candidate; they keep masks only.
   */
  function answersFor(text: Interned): number {
    const at = directory(text);
    if (memory[at] !== 0) return memory[at]!;
    if (probed !== text) index.answer(text.text, memory, probe);
    probed = text;
    return probe;
  }

  /** Answers that a text keeps, since rules came to ask about it one by one. */
  function keptAnswers(text: Interned): number {
    const answers = answersFor(text);
    if (answers !== probe || isFull()) return answers;
    const place = take(answerWords);
    memory.copyWithin(place, probe, probe + answerWords);
    memory[directory(text)] = place;
    return place;
  }

  function answer(text: Interned, answers: number, atom: number): boolean {
    const at = answers + (atom >> 4);
    const word = memory[at]! >> (atom & 15);
    if ((word & 1) !== 0) return (word & 0x10000) !== 0;
    const holds = atoms[atom]!.test(text.text);
    memory[at]! |= (holds ? 0x10001 : 1) << (atom & 15);
    return holds;
  }

  function has(text: Interned | null, atom: number): boolean {
    return text !== null && answer(text, keptAnswers(text), atom);
  }

  function addMask(text: Interned | null, mask: number): number {
    if (text === null) return memory[missing + 1 + mask]!;
    const { base, others, all } = prepared[mask]!;
    const answers = answersFor(text);
    const ask = (atom: number) => answer(text, answers, atom);
    const keep = !isFull();
    const place = keep ? take(words) : scratch[mask]!;
    if (index.isUsual(memory, answers)) {
      memory.set(base, place);
      others(memory, place, ask);
    } else {
      memory.fill(blank(masks[mask]!.combine), place, place + words);
      all(memory, place, ask);
    }
    if (keep) memory[directory(text) + 1 + mask] = place;
    return place;
  }

  return {
    memory,
    has,
    directory,
    addMask,
    makeRoom() {
      if (size - free >= LEAST_ROOM * largest) return;
      serial = ++lastSerial;
      free = floor;
    },
  };
}
