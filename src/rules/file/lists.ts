import { remember } from './cache.ts';
import type { ListItem } from './items.ts';

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

/** One replacement: `length` characters from `start` became `newLength` characters. */
interface Edit {
  readonly start: number;
  readonly length: number;
  readonly newLength: number;
  /** Where the name stood, in the text before this edit. */
  readonly nameAt: number;
}

export interface Expansion {
  readonly text: string;
  /** Place in the text before all replacements; the name's place for everything that came from a list. */
  originOf(offset: number): number;
}

const BLANK = /[ \t\n\r]/;
const DELIMITER = /[ \t\n\r(),=]/;

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
    const edits: Edit[] = [];
    let text = condition;
    const waiting = new Set([...this.#odd, ...this.#named(condition)]);
    const done = new Set<number>();
    for (let at = least(waiting); at !== null; at = least(waiting)) {
      waiting.delete(at);
      done.add(at);
      const list = this.#lists[at]!;
      const replaced = this.#replace(text, list, edits);
      if (replaced === null) return null;
      if (replaced === text) continue;
      text = replaced;
      list.used = true;
      // A later list may be named by what was just inserted, an earlier one is not looked for again.
      for (const next of this.#named(this.#replacement(list))) {
        if (next > at && !done.has(next)) waiting.add(next);
      }
    }
    return { text, originOf: (offset) => originOf(offset, edits) };
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

  #replace(text: string, list: ResolvedList, edits: Edit[]): string | null {
    const { name } = list;
    const replacement = this.#replacement(list);
    const out = new Builder();
    let copied = 0;
    let from = text.indexOf(name);
    for (; from >= 0; from = text.indexOf(name, from)) {
      let end = from + name.length;
      if (!isDelimited(text, from, end, copied)) {
        from++;
        continue;
      }
      this.#budget -= replacement.length + 2;
      if (this.#budget < 0) return null;
      out.add(text.slice(copied, from));
      const nameAt = out.length;
      out.trimBlanks();
      while (end < text.length && BLANK.test(text[end]!)) end++;
      // An empty list takes one comma with it, the left one first.
      if (replacement === '' && !out.trimComma() && text[end] === ',') end++;
      const first = out.length === 0;
      const inserted = first ? `${replacement} ` : ` ${replacement} `;
      const length = nameAt + (end - from) - out.length;
      edits.push({ start: out.length, length, newLength: inserted.length, nameAt });
      out.add(inserted);
      copied = end;
      // Falco looks one character further when it replaced at the very beginning.
      from = first ? end + 1 : end;
    }
    if (copied === 0) return text;
    out.add(text.slice(copied));
    return out.toString();
  }
}

/** By hand: a regular expression anchored at the end tries every blank of the text. */
function trimBlankEnd(text: string): string {
  let end = text.length;
  while (end > 0 && BLANK.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Text made of pieces, whose end can be cut without copying the rest. */
class Builder {
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

/** `copied` is the end of the last replacement, which is followed by a blank. */
function isDelimited(text: string, start: number, end: number, copied: number): boolean {
  return (
    (start === copied || DELIMITER.test(text[start - 1]!)) &&
    (end >= text.length || DELIMITER.test(text[end]!))
  );
}

function least(numbers: ReadonlySet<number>): number | null {
  let found: number | null = null;
  for (const number of numbers) if (found === null || number < found) found = number;
  return found;
}

function originOf(offset: number, edits: readonly Edit[]): number {
  let at = offset;
  for (const edit of edits.toReversed()) {
    if (at < edit.start) continue;
    at = at < edit.start + edit.newLength ? edit.nameAt : at - edit.newLength + edit.length;
  }
  return at;
}
