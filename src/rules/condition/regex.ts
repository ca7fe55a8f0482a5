/**
 * The `regex` operator: RE2 in POSIX syntax, the whole value must match, time linear in the value.
 *
 * The engine is re2js, a port of RE2 in plain JavaScript: no native build, no backtracking, and it runs where
 * this module runs. It reads Perl syntax, so what POSIX syntax does not know is refused here first.
 */
import { RE2JS } from 're2js';
import { decodeByteText } from '../../base/byte-text.ts';

/** Letters that mean something only in Perl syntax: classes, boundaries, properties, quotes. */
const PERL_ESCAPE = /[dDsSwWbBAzZpPQEC]/;

/** Longest pattern, and largest one when repetitions are written out: RE2 itself bounds the memory of a program. */
const MAX_LENGTH = 16_384;
const MAX_SIZE = 50_000;
/** Size of all different patterns of one load, which bounds the time that compiling them takes. */
const MAX_TOTAL = 100_000;

/** Checks the patterns of one load, each different one once. */
export class RegexBudget {
  readonly #known = new Set<string>();
  #left = MAX_TOTAL;

  /** @throws Error whose message says what is wrong with the pattern */
  check(pattern: string): void {
    if (this.#known.has(pattern)) return;
    if (pattern.length <= MAX_LENGTH) this.#left -= Math.min(MAX_SIZE, sizeOf(pattern));
    if (this.#left < 0) throw new Error(`the patterns of all rules are too large together (${MAX_TOTAL})`);
    compileRegex(pattern);
    this.#known.add(pattern);
  }
}

/** Characters of a pattern with its repetitions written out: an upper bound of its program, cheap to find. */
function sizeOf(pattern: string): number {
  const open: number[] = [];
  let size = 0;
  let last = 0;
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern[at];
    const times = c === '{' ? /^\{(\d{1,4})(?:,(\d{0,4}))?\}/.exec(pattern.slice(at, at + 12)) : null;
    if (times !== null) {
      size += last * (Math.max(Number(times[1]), Number(times[2] ?? 0)) - 1);
      at += times[0].length - 1;
    } else if (c === '(') {
      open.push(size);
    } else if (c === ')') {
      last = size - (open.pop() ?? 0);
    } else {
      // A class of characters may take several instructions, but not more than it has characters.
      const end = c === '[' ? pattern.indexOf(']', at + 2) : at;
      last = c === '\\' ? 2 : Math.max(1, end - at);
      if (end > at) at = end;
      size += last;
    }
  }
  return size;
}

/** A whole-value test on byte text. Throws an Error whose message says what RE2 would say. */
export function compileRegex(pattern: string): (value: string) => boolean {
  if (pattern.length > MAX_LENGTH)
    throw new Error(`longer than ${MAX_LENGTH} characters, use a list with in or glob`);
  if (sizeOf(pattern) > MAX_SIZE)
    throw new Error(`pattern too large: more than ${MAX_SIZE} with repetitions written out`);
  const text = decodeByteText(pattern);
  refusePerlSyntax(text);
  let program: RE2JS;
  try {
    // Without its one-line option, RE2 lets ^ and $ match at line ends in POSIX syntax.
    program = RE2JS.compile(text, RE2JS.MULTILINE);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(message.replace('error parsing regexp: ', ''));
  }
  return (value) => program.matches(decodeByteText(value));
}

function refusePerlSyntax(pattern: string): void {
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern[at];
    if (c === '\\') {
      const next = pattern[at + 1] ?? '';
      if (PERL_ESCAPE.test(next)) {
        throw new Error(
          `invalid escape sequence: \\${next} (write [[:digit:]], [[:space:]], [[:alnum:]_] ...)`,
        );
      }
      at++;
    } else if (inClass) {
      if (c === '[' && pattern[at + 1] === ':') at = Math.max(at, pattern.indexOf(':]', at) + 1);
      else if (c === ']') inClass = false;
    } else if (c === '[') {
      inClass = true;
      // "]" stands for itself as the first character of a class.
      if (pattern[at + 1] === '^') at++;
      if (pattern[at + 1] === ']') at++;
    } else if (c === '(' && pattern[at + 1] === '?') {
      throw new Error('no argument for repetition operator: ?');
    }
  }
}

/** True when the pattern says with `^`, `$` or a leading or trailing `.*` what whole-value matching does anyway. */
export function hasNeedlessAnchor(pattern: string): boolean {
  return /^(\^|\.[*+?])/.test(pattern) || /(^|[^\\])(\$|\.[*+?])$/.test(pattern);
}
