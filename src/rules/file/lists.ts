import { remember } from './cache.ts';
import type { ListItem } from './items.ts';
import { BLANK, TextBuilder } from './text-builder.ts';

/** A list with the lists it names put in its place, one level deep as in Falco. */
export interface ResolvedList {
  readonly name: string;
  readonly items: readonly string[];
  used: boolean;
}

/** Expands list names among list items. Only a list that stands before the last change of the user is seen. */
export function resolveLists(lists: ReadonlyMap<string, ListItem>): Map<string, ResolvedList> {
  const used = new Set<string>();
  const resolved = new Map<string, ResolvedList>();
  for (const list of lists.values()) {
    const items = list.items.flatMap((item) => {
      const inner = lists.get(item);
      if (inner === undefined || inner.index >= list.visibility) return [item];
      used.add(inner.name);
      return inner.items;
    });
    resolved.set(list.name, { name: list.name, items, used: false });
  }
  for (const name of used) resolved.get(name)!.used = true;
  return resolved;
}

/** One replacement of a pass: from `start` to `end` of the new text stands what a list put in. */
interface Edit {
  readonly start: number;
  readonly end: number;
  /** Where the name stood, in the text before the pass. */
  readonly nameAt: number;
  /** Where that text goes on. */
  readonly nextAt: number;
}

export interface Expansion {
  readonly text: string;
  /** Place in the text before all replacements; the name's place for everything that came from a list. */
  originOf(offset: number): number;
}

const DELIMITER = /[ \t\n\r(),=]/;

/** What a replacement takes from the budget besides its text: many of next to nothing are not free. */
const REPLACEMENT_COST = 16;
/** Most characters that passes over conditions may read: a pass for each of thousands of lists takes seconds. */
const MAX_SCANNED = 256 * 1024 * 1024;

/**
 * Replaces list names in conditions as Falco does: textually, in the order of definition, wherever a name stands
 * between delimiters, quotes or not. Names that no word of a text equals are not searched for, so the cost
 * follows the text and not the number of lists.
 */
export class ListExpander {
  readonly #lists: readonly ResolvedList[];
  readonly #index: Map<string, number>;
  /** Lists whose names hold delimiters: they are never one word. */
  readonly #odd: readonly number[];
  readonly #replacements = new Map<string, string>();
  readonly #words: Map<string, readonly string[]>;
  #budget: number;
  #scans = MAX_SCANNED;

  /**
   * @param budget most characters that replacements may insert altogether
   * @param words what earlier expanders of the same load have split
   */
  constructor(
    lists: ReadonlyMap<string, ResolvedList>,
    budget: number,
    words: Map<string, readonly string[]> = new Map(),
  ) {
    this.#words = words;
    this.#lists = [...lists.values()];
    this.#index = new Map(this.#lists.map((list, at) => [list.name, at]));
    this.#odd = this.#lists.flatMap((list, at) => (DELIMITER.test(list.name) ? [at] : [])).slice(0, 64);
    this.#budget = budget;
  }

  /** Null when the lists expand beyond the budget. */
  expand(condition: string): Expansion | null {
    const passes: Edit[][] = [];
    let text = condition;
    const waiting = new Waiting([...this.#odd, ...this.#named(condition)]);
    for (let batch = this.#batch(waiting); batch.length > 0; batch = this.#batch(waiting)) {
      this.#scans -= text.length;
      if (this.#scans < 0) return null;
      const edits: Edit[] = [];
      const replaced = this.#replace(text, batch, edits);
      if (replaced === null) return null;
      if (edits.length > 0) passes.push(edits);
      text = replaced;
    }
    return { text, originOf: (offset) => originOf(offset, passes) };
  }

  /**
   * The next lists that one pass may replace with the same result as one pass for each: none puts in what another
   * one would replace, and none takes commas or blanks of the text next to it along.
   */
  #batch(waiting: Waiting): readonly ResolvedList[] {
    const batch: ResolvedList[] = [];
    for (let at = waiting.least(); at !== undefined; at = waiting.least()) {
      const list = this.#lists[at]!;
      const replacement = this.#replacement(list);
      const alone = DELIMITER.test(list.name) || replacement === '' || replacement !== replacement.trim();
      if (alone && batch.length > 0) break;
      waiting.take();
      batch.push(list);
      // A later list may be named by what is put in, an earlier one is not looked for again.
      const later = this.#named(replacement).filter((next) => next > at!);
      for (const next of later) waiting.add(next);
      if (alone || later.length > 0) break;
    }
    return batch;
  }

  #named(text: string): number[] {
    const found: number[] = [];
    for (const word of remember(this.#words, text, () => text.split(/[ \t\n\r(),=]+/))) {
      const at = this.#index.get(word);
      if (at !== undefined) found.push(at);
    }
    return found;
  }

  #replacement(list: ResolvedList): string {
    let made = this.#replacements.get(list.name);
    if (made === undefined) {
      made = list.items
        .map((item) => (item.includes(' ') && !/^["']/.test(item) ? `"${item}"` : item))
        .join(', ');
      this.#replacements.set(list.name, made);
    }
    return made;
  }

  /** Replaces the lists of one batch from left to right. */
  #replace(text: string, batch: readonly ResolvedList[], edits: Edit[]): string | null {
    const find = batch.length === 1 ? nameFinder(text, batch[0]!) : wordFinder(text, batch);
    const out = new TextBuilder();
    let copied = 0;
    /** Falco looks one character further for a list that it replaced at the very beginning. */
    let blind: Found | null = null;
    for (let found = find(0); found !== null; ) {
      const { list, at } = found;
      let end = at + list.name.length;
      if (!isDelimited(text, at, end, copied) || (at === blind?.at && list === blind.list)) {
        found = find(at + 1);
        continue;
      }
      const replacement = this.#replacement(list);
      this.#budget -= replacement.length + REPLACEMENT_COST;
      if (this.#budget < 0) return null;
      list.used = true;
      out.add(text.slice(copied, at));
      out.trimBlanks();
      while (end < text.length && BLANK.test(text[end]!)) end++;
      // An empty list takes one comma with it, the left one first.
      if (replacement === '' && !out.trimComma() && text[end] === ',') end++;
      const first = out.length === 0;
      const inserted = first ? `${replacement} ` : ` ${replacement} `;
      const start = out.length;
      out.add(inserted);
      edits.push({ start, end: out.length, nameAt: at, nextAt: end });
      copied = end;
      if (first) blind = { list, at: end };
      found = find(end);
    }
    if (copied === 0) return text;
    out.add(text.slice(copied));
    return out.toString();
  }
}

interface Found {
  readonly list: ResolvedList;
  readonly at: number;
}

/** Finds the next place from an offset on; offsets only grow. */
type Finder = (from: number) => Found | null;

function nameFinder(text: string, list: ResolvedList): Finder {
  return (from) => {
    const at = text.indexOf(list.name, from);
    return at < 0 ? null : { list, at };
  };
}

/** For names without delimiters, which stand between delimiters only as whole words. */
function wordFinder(text: string, lists: readonly ResolvedList[]): Finder {
  const byName = new Map(lists.map((list) => [list.name, list]));
  const word = /[^ \t\n\r(),=]+/g;
  return (from) => {
    word.lastIndex = from;
    for (let match = word.exec(text); match !== null; match = word.exec(text)) {
      const list = byName.get(match[0]);
      if (list !== undefined) return { list, at: match.index };
    }
    return null;
  };
}

/** Numbers taken in ascending order, each once. */
class Waiting {
  /** Descending. */
  readonly #numbers: number[];

  constructor(numbers: Iterable<number>) {
    this.#numbers = [...new Set(numbers)].sort((a, b) => b - a);
  }

  least(): number | undefined {
    return this.#numbers.at(-1);
  }

  take(): void {
    this.#numbers.pop();
  }

  add(number: number): void {
    let low = 0;
    let high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#numbers[middle]! > number) low = middle + 1;
      else high = middle;
    }
    if (this.#numbers[low] !== number) this.#numbers.splice(low, 0, number);
  }
}

/** `copied` is the end of the last replacement, which is followed by a blank. */
function isDelimited(text: string, start: number, end: number, copied: number): boolean {
  return (
    (start === copied || DELIMITER.test(text[start - 1]!)) &&
    (end >= text.length || DELIMITER.test(text[end]!))
  );
}

/** @param passes the edits of each pass, in the order of the text */
function originOf(offset: number, passes: readonly (readonly Edit[])[]): number {
  return passes.reduceRight((at, edits) => {
    const edit = edits[lastBefore(edits, at)];
    if (edit === undefined) return at;
    return at < edit.end ? edit.nameAt : at - edit.end + edit.nextAt;
  }, offset);
}

/** Index of the last edit that starts at or before an offset; -1 when none does. */
function lastBefore(edits: readonly Edit[], offset: number): number {
  let low = 0;
  let high = edits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edits[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
