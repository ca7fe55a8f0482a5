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

/** A whole-value test on byte text. Throws an Error whose message says what RE2 would say. */
export function compileRegex(pattern: string): (value: string) => boolean {
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
