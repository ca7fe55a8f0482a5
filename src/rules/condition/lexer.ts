/**
 * Reading position over a condition. Each `take*` either consumes and returns what it found or leaves the
 * position alone and returns null. Patterns are sticky and free of nested repetition: time is linear.
 */
import { encodeByteText } from '../../base/byte-text.ts';

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: backspace is a blank of the language
const BLANK = /[ \t\n\r\x08]*/y;
const FIELD_NAME = /[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+/y;
const IDENTIFIER = /[a-zA-Z][a-zA-Z0-9_]*/y;
const NUMBER = /0[xX][0-9a-zA-Z]+|[+-]?[0-9]+\.?[0-9]*(?:[eE][+-][0-9]+)?/y;
const BARE_STRING = /[^()"'=, \t\n\v\f\r\x08]+/y;
const BARE_ARGUMENT = /[^[\]"' \t\n\v\f\r\x08]+/y;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: backspace is a blank of the language

const PLAIN_ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '/': '/',
  // An older form of the language wrote "\ " where a single backslash was meant.
  ' ': '\\',
};

export class SyntaxFault extends Error {
  readonly offset: number;
  readonly hint: string | undefined;

  constructor(message: string, offset: number, hint?: string) {
    super(message);
    this.offset = offset;
    this.hint = hint;
  }
}

export class Lexer {
  readonly text: string;
  at = 0;
  /** What was consumed last, for "unexpected token after". */
  last = '';

  constructor(text: string) {
    this.text = text;
  }

  fail(message: string, hint?: string): never {
    throw new SyntaxFault(message, this.at, hint);
  }

  skipBlanks(): void {
    BLANK.lastIndex = this.at;
    BLANK.test(this.text);
    this.at = BLANK.lastIndex;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  isBlankAt(at: number): boolean {
    const c = this.text.charCodeAt(at);
    return c === 32 || c === 9 || c === 10 || c === 13 || c === 8;
  }

  /** Consumes `token` when the text goes on with it. */
  take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    this.last = token;
    return true;
  }

  /** Consumes a keyword that a blank or "(" must follow. */
  takeWord(word: string): boolean {
    const after = this.at + word.length;
    if (!this.text.startsWith(word, this.at)) return false;
    if (!this.isBlankAt(after) && this.text[after] !== '(') return false;
    return this.take(word);
  }

  takeFieldName(): string | null {
    return this.#takePattern(FIELD_NAME);
  }

  takeIdentifier(): string | null {
    return this.#takePattern(IDENTIFIER);
  }

  takeNumber(): string | null {
    return this.#takePattern(NUMBER);
  }

  takeBareString(): string | null {
    const text = this.#takePattern(BARE_STRING);
    return text === null ? null : encodeByteText(text);
  }

  takeBareArgument(): string | null {
    const text = this.#takePattern(BARE_ARGUMENT);
    return text === null ? null : encodeByteText(text);
  }

  /** A string in quotes, unescaped, as byte text; null when no quote stands here. */
  takeQuoted(): string | null {
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== "'") return null;
    const start = this.at;
    let at = start + 1;
    let pieceStart = at;
    let value = '';
    while (at < this.text.length && this.text[at] !== quote) {
      if (this.text[at] !== '\\') {
        at++;
        continue;
      }
      value += encodeByteText(this.text.slice(pieceStart, at));
      const escaped = this.#escape(at, quote);
      value += escaped.char;
      at = pieceStart = escaped.end;
    }
    if (at >= this.text.length) {
      this.at = start;
      this.fail(`expected a ${quote} token: the string that starts here has no end`);
    }
    value += encodeByteText(this.text.slice(pieceStart, at));
    this.at = at + 1;
    this.last = this.text.slice(start, this.at);
    return value;
  }

  #escape(at: number, quote: string): { char: string; end: number } {
    const c = this.text[at + 1] ?? '';
    if (c === quote) return { char: quote, end: at + 2 };
    if (c === 'x') {
      const hex = this.text.slice(at + 2, at + 4);
      if (!/^[0-9a-fA-F]{2}$/.test(hex)) {
        this.at = at;
        this.fail(`invalid escape sequence '\\x${hex}' in string`, '\\x needs two hexadecimal digits');
      }
      return { char: String.fromCharCode(Number.parseInt(hex, 16)), end: at + 4 };
    }
    const char = Object.hasOwn(PLAIN_ESCAPES, c) ? PLAIN_ESCAPES[c] : undefined;
    if (char === undefined) {
      this.at = at;
      this.fail(`invalid escape sequence '\\${c}' in string`, 'write \\\\ for a backslash');
    }
    return { char, end: at + 2 };
  }

  #takePattern(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at = pattern.lastIndex;
    this.last = found[0];
    return found[0];
  }
}
