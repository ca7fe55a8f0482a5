/**
 * The YAML that nearly all rules files are written in: one document, a sequence of mappings, scalars plain, quoted
 * on one line or as blocks, sequences in brackets. Read in one pass, for the library takes half of the time of a
 * load. Anything else, and anything doubtful, is not read here: the answer is null and the library decides. The
 * fuzzer holds both against each other (test/fuzz/rules-files.ts).
 */

import type { Position, YamlEntry, YamlNode, YamlScalar } from './yaml-nodes.ts';
import { BlockScalar, plainNode, readDoubleQuoted } from './yaml-plain-scalars.ts';

/** The one document of a text, or null when it takes the library to read it. */
export function parsePlainYaml(text: string): YamlNode | null {
  if (UNUSUAL.test(text)) return null;
  try {
    return new PlainReader(text).document();
  } catch (error) {
    if (error === NOT_PLAIN) return null;
    throw error;
  }
}

/** Tabs, carriage returns, control characters, byte order marks, directives and marks between documents. */
const UNUSUAL = /[^\n -\ufefe\uff00-\uffff]|^(?:---|\.\.\.|%)/m;
/** Thrown to leave from any depth. */
const NOT_PLAIN = new Error('not plain YAML');
/** The library's bounds hold for what is deeper or larger. */
const MAX_DEPTH = 32;
const MAX_NODES = 300_000;

const KEY = /[A-Za-z_][A-Za-z0-9_-]{0,63}(?=:[ \n])/y;
const NULL_WORD = /^(?:null|Null|NULL)$/;
/** What a plain scalar may begin with here; YAML allows a little more. */
const PLAIN_START = /[A-Za-z0-9_./$()~^=<+;\\\u00a0-\ufefe\uff00-\uffff]|-[A-Za-z0-9_./]/y;
/** One line of a plain scalar in brackets. A "#" behind a blank begins a comment, ":" might make a mapping. */
const FLOW_PLAIN = /(?:[^\n,[\]{}:# ]|(?<! )#|:(?![ \n,[\]{}]|$)| +(?=[^\n,[\]{}# ]))+/y;

function leave(): never {
  throw NOT_PLAIN;
}

class PlainReader {
  readonly #text: string;
  #at = 0;
  #line = 0;
  #lineStart = 0;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): YamlNode {
    const column = this.#nextContent();
    if (column < 0 || !this.#isDash()) leave();
    const node = this.#sequence(column, 0);
    return this.#column() < 0 ? node : leave();
  }

  #position(): Position {
    if (++this.#nodes > MAX_NODES) leave();
    return { offset: this.#at, line: this.#line, column: this.#at - this.#lineStart };
  }

  #column(): number {
    return this.#at < this.#text.length ? this.#at - this.#lineStart : -1;
  }

  /** Moves behind blanks, comments and line ends. @returns the column there, -1 at the end of the text */
  #nextContent(): number {
    const text = this.#text;
    for (;;) {
      const c = text[this.#at];
      if (c === ' ') this.#at++;
      else if (c === '\n') this.#startLine(this.#at + 1);
      else if (c !== '#') return this.#column();
      else if (this.#at > this.#lineStart && text[this.#at - 1] !== ' ') leave();
      else this.#at = this.#endOfLine(this.#at);
    }
  }

  #startLine(at: number): void {
    this.#at = this.#lineStart = at;
    this.#line++;
  }

  #endOfLine(from: number): number {
    const end = this.#text.indexOf('\n', from);
    return end < 0 ? this.#text.length : end;
  }

  #isDash(): boolean {
    if (this.#text[this.#at] !== '-') return false;
    const next = this.#text[this.#at + 1];
    return next === ' ' || next === '\n';
  }

  /** Reads entries that begin in a column; stops at the next content in another one or of another kind. */
  #sequence(column: number, depth: number): YamlNode {
    if (depth > MAX_DEPTH) leave();
    const at = this.#position();
    const items: YamlNode[] = [];
    do {
      this.#at++;
      const inner = this.#nextContent();
      if (inner <= column) leave();
      items.push(this.#node(inner, column, depth + 1));
    } while (this.#nextContent() === column && this.#isDash());
    return this.#column() > column ? leave() : { kind: 'seq', items, at };
  }

  /** @param parent the column behind which every line of the node must begin */
  #node(column: number, parent: number, depth: number): YamlNode {
    if (this.#isDash()) return this.#sequence(column, depth);
    const key = this.#key();
    return key === null ? this.#value(parent, depth) : this.#map(key, column, depth);
  }

  #map(first: YamlScalar, column: number, depth: number): YamlNode {
    if (depth > MAX_DEPTH) leave();
    const entries: YamlEntry[] = [];
    let key = first;
    for (;;) {
      entries.push({ key, value: this.#mapValue(column, depth + 1) });
      const here = this.#nextContent();
      if (here > column) leave();
      if (here < column) return { kind: 'map', entries, at: first.at };
      key = this.#key() ?? leave();
    }
  }

  #key(): YamlScalar | null {
    KEY.lastIndex = this.#at;
    const text = KEY.exec(this.#text)?.[0];
    if (text === undefined) return null;
    if (NULL_WORD.test(text)) leave();
    const at = this.#position();
    const end = this.#at + text.length;
    this.#at = end + 1;
    return { kind: 'scalar', text, style: 'plain', at, end };
  }

  #mapValue(column: number, depth: number): YamlNode {
    const line = this.#line;
    const here = this.#nextContent();
    if (this.#line === line && here >= 0) return this.#value(column, depth);
    if (here > column) return this.#node(here, column, depth);
    // A sequence may stand in the column of its key.
    return here === column && this.#isDash() ? this.#sequence(here, depth) : leave();
  }

  #value(parent: number, depth: number): YamlNode {
    const c = this.#text[this.#at]!;
    if (c === '>' || c === '|') return this.#block(parent);
    if (c !== '[' && c !== '"' && c !== "'") return this.#plain(parent);
    const node = c === '[' ? this.#brackets(parent, depth) : this.#quoted();
    // Only a comment may follow on the line: a colon would make this a key.
    const line = this.#line;
    if (this.#nextContent() >= 0 && this.#line === line) leave();
    return node;
  }

  #plain(parent: number): YamlNode {
    PLAIN_START.lastIndex = this.#at;
    if (!PLAIN_START.test(this.#text)) leave();
    const at = this.#position();
    let value = this.#plainLine();
    let end = this.#at;
    for (let breaks = this.#continues(parent); breaks > 0; breaks = this.#continues(parent)) {
      value += breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
      value += this.#plainLine();
      end = this.#at;
    }
    return plainNode(value, at, end);
  }

  /** The rest of the line up to a comment; leaves the position behind its last character. */
  #plainLine(): string {
    const line = this.#text.slice(this.#at, this.#endOfLine(this.#at));
    const comment = line.indexOf(' #');
    const value = (comment < 0 ? line : line.slice(0, comment)).trimEnd();
    if (/:(?: |$)/.test(value)) leave();
    this.#at += value.length;
    return value;
  }

  /** Moves to the next line when it belongs to the same plain scalar. @returns the line ends between, or 0 */
  #continues(parent: number): number {
    const text = this.#text;
    let breaks = 0;
    let lineStart = this.#lineStart;
    let at = this.#at;
    for (; text[at] === ' ' || text[at] === '\n'; at++) {
      if (text[at] !== '\n') continue;
      breaks++;
      lineStart = at + 1;
    }
    if (breaks === 0 || at >= text.length || at - lineStart <= parent || text[at] === '#') return 0;
    if (/[-?:]/.test(text[at]!)) leave();
    this.#line += breaks;
    this.#lineStart = lineStart;
    this.#at = at;
    return breaks;
  }

  #quoted(): YamlScalar {
    const text = this.#text;
    const at = this.#position();
    const lineEnd = this.#endOfLine(this.#at);
    const style = text[this.#at] === '"' ? 'double' : 'single';
    let close = this.#at + 1;
    if (style === 'single') {
      while (close < lineEnd && (text[close] !== "'" || text[close + 1] === "'")) {
        close += text[close] === "'" ? 2 : 1;
      }
    } else {
      while (close < lineEnd && text[close] !== '"') close += text[close] === '\\' ? 2 : 1;
    }
    if (close >= lineEnd) leave();
    const inner = text.slice(this.#at + 1, close);
    const value = style === 'single' ? inner.replaceAll("''", "'") : (readDoubleQuoted(inner) ?? leave());
    this.#at = close + 1;
    return { kind: 'scalar', text: value, style, at, end: this.#at };
  }

  #brackets(parent: number, depth: number): YamlNode {
    if (depth > MAX_DEPTH) leave();
    const text = this.#text;
    const at = this.#position();
    const items: YamlNode[] = [];
    this.#at++;
    for (;;) {
      this.#nextInBrackets(parent);
      const c = text[this.#at];
      if (c === ']') break;
      if (c === '[') items.push(this.#brackets(parent, depth + 1));
      else items.push(c === '"' || c === "'" ? this.#quoted() : this.#flowPlain());
      this.#nextInBrackets(parent);
      if (text[this.#at] === ',') this.#at++;
      else if (text[this.#at] !== ']') leave();
    }
    this.#at++;
    return { kind: 'seq', items, at };
  }

  #nextInBrackets(parent: number): void {
    const line = this.#line;
    const column = this.#nextContent();
    if (column < 0) leave();
    // The closing bracket may stand in the column of what the sequence belongs to.
    const least = this.#text[this.#at] === ']' ? parent : parent + 1;
    if (this.#line !== line && column < least) leave();
  }

  #flowPlain(): YamlNode {
    PLAIN_START.lastIndex = FLOW_PLAIN.lastIndex = this.#at;
    if (!PLAIN_START.test(this.#text)) leave();
    const value = FLOW_PLAIN.exec(this.#text)?.[0] ?? leave();
    const at = this.#position();
    this.#at += value.length;
    return plainNode(value, at, this.#at);
  }

  #block(parent: number): YamlNode {
    const at = this.#position();
    const block = BlockScalar.open(this.#text, this.#at) ?? leave();
    this.#startLine(this.#endOfLine(this.#at) + 1);
    let behind = this.#at;
    while (this.#at < this.#text.length) {
      const end = this.#endOfLine(this.#at);
      const line = block.add(this.#text.slice(this.#at, end), parent);
      if (line === 'unusual') leave();
      if (line === 'behind') break;
      if (end === this.#text.length) this.#at = end;
      else this.#startLine(end + 1);
      if (line === 'text') behind = this.#at;
    }
    return block.node(at, behind) ?? leave();
  }
}
