/**
 * The `glob` operator: fnmatch(3) with no flags on byte text. `*` and `?` cross "/", a leading dot is nothing
 * special, backslash quotes. One byte is one character.
 */
import { asciiLower } from './text.ts';

type Element =
  | { readonly kind: 'char'; readonly code: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'class'; readonly members: Uint8Array };

export function compileGlob(pattern: string, ignoreCase = false): (value: string) => boolean {
  const elements = parseGlob(ignoreCase ? asciiLower(pattern) : pattern, ignoreCase);
  // A pattern that ends in a lone backslash matches nothing.
  if (elements === null) return () => false;
  return ignoreCase ? (value) => matches(elements, asciiLower(value)) : (value) => matches(elements, value);
}

/** Greedy with one fallback point: only the last star needs a second try, so time is at most n*m. */
function matches(elements: readonly Element[], value: string): boolean {
  let at = 0;
  let element = 0;
  let starElement = -1;
  let starAt = 0;
  while (at < value.length) {
    const now = elements[element];
    if (now !== undefined && now.kind === 'star') {
      starElement = element++;
      starAt = at;
    } else if (now !== undefined && fits(now, value.charCodeAt(at))) {
      element++;
      at++;
    } else if (starElement >= 0) {
      element = starElement + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (elements[element]?.kind === 'star') element++;
  return element === elements.length;
}

function fits(element: Element, code: number): boolean {
  if (element.kind === 'char') return element.code === code;
  if (element.kind === 'class') return element.members[code] === 1;
  return true;
}

function parseGlob(pattern: string, ignoreCase: boolean): Element[] | null {
  const elements: Element[] = [];
  const end = lastCloser(pattern);
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern[at]!;
    if (c === '*') {
      if (elements.at(-1)?.kind !== 'star') elements.push({ kind: 'star' });
    } else if (c === '?') {
      elements.push({ kind: 'any' });
    } else if (c === '\\') {
      if (++at === pattern.length) return null;
      elements.push({ kind: 'char', code: pattern.charCodeAt(at) });
    } else {
      const found = c === '[' && at < end ? parseClass(pattern, at + 1, ignoreCase) : null;
      if (found !== null) {
        elements.push({ kind: 'class', members: found.members });
        at = found.end;
      } else {
        elements.push({ kind: 'char', code: pattern.charCodeAt(at) });
      }
    }
  }
  return elements;
}

/** Place of the last "]" that no backslash quotes: no class can end behind it. */
function lastCloser(pattern: string): number {
  let last = -1;
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === ']') last = at;
  }
  return last;
}

const NAMED_CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /[a-zA-Z]/,
  digit: /[0-9]/,
  alnum: /[a-zA-Z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /[ \t\n\v\f\r]/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[ -~]/,
  graph: /[!-~]/,
  cntrl: /\p{Cc}/u,
  xdigit: /[0-9a-fA-F]/,
};

/**
 * Reads a bracket expression from behind "[". Null when it has no end: then "[" is an ordinary character.
 *
 * A pattern of many "[" without end must not be read to its end for each: see lastCloser.
 */
function parseClass(
  pattern: string,
  start: number,
  ignoreCase: boolean,
): { members: Uint8Array; end: number } | null {
  const members = new Uint8Array(256);
  let at = start;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at++;
  for (let first = true; first || pattern[at] !== ']'; first = false) {
    if (at >= pattern.length) return null;
    const named = pattern.startsWith('[:', at) ? /^\[:([a-z]+):\]/.exec(pattern.slice(at, at + 12)) : null;
    const test = named === null ? undefined : NAMED_CLASSES[named[1]!];
    if (named !== null && test !== undefined) {
      for (let code = 0; code < 128; code++) if (test.test(String.fromCharCode(code))) members[code] = 1;
      at += named[0].length;
      continue;
    }
    if (pattern[at] === '\\') at++;
    const low = pattern.charCodeAt(at++);
    let high = low;
    if (pattern[at] === '-' && at + 1 < pattern.length && pattern[at + 1] !== ']') {
      at++;
      if (pattern[at] === '\\') at++;
      high = pattern.charCodeAt(at++);
    }
    for (let code = low; code <= high; code++) members[code] = 1;
  }
  if (ignoreCase) for (let code = 65; code <= 90; code++) if (members[code] === 1) members[code + 32] = 1;
  if (negated) for (let code = 0; code < 256; code++) members[code] = members[code] === 1 ? 0 : 1;
  return { members, end: at };
}
