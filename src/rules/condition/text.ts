/** Operations on byte text that JavaScript's own would do as Unicode. */

const UPPER = /[A-Z]/;
const LOWER = /[a-z]/;

/** Lower case of ASCII letters only; other bytes stay. */
export function asciiLower(text: string): string {
  return UPPER.test(text) ? text.replace(/[A-Z]+/g, (run) => run.toLowerCase()) : text;
}

export function asciiUpper(text: string): string {
  return LOWER.test(text) ? text.replace(/[a-z]+/g, (run) => run.toUpperCase()) : text;
}

/** What stands behind the last "/". */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SIXTET = new Int8Array(256).fill(-1);
for (let at = 0; at < 64; at++) SIXTET[ALPHABET.charCodeAt(at)] = at;

/**
 * Base64 text decoded, or null when it is not base64. Padding may be left out; unused bits of the last character
 * must be zero, so that each byte string has one spelling.
 */
export function decodeBase64(text: string): string | null {
  const padding = /={1,2}$/.exec(text)?.[0].length ?? 0;
  if (padding > 0 && text.length % 4 !== 0) return null;
  const length = text.length - padding;
  if (length % 4 === 1) return null;
  let out = '';
  let bits = 0;
  let held = 0;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    const value = code < 256 ? SIXTET[code]! : -1;
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0xfff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += String.fromCharCode((bits >> held) & 0xff);
    }
  }
  return (bits & ((1 << held) - 1)) === 0 ? out : null;
}

/** "48545450" → the four bytes; null when it is not pairs of hexadecimal digits. */
export function decodeHex(text: string): string | null {
  if (text.length === 0 || text.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(text)) return null;
  return text.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
}

/**
 * Options of a command line in the manner of getopt(3), up to the first word that is none.
 * `values` lists what was found: option letters and their arguments in order, "?" for an option not in `spec`,
 * "" alone for an option whose argument is missing. Words that begin with "--" are passed over.
 */
export function readOptions(
  words: readonly string[],
  spec: string,
): { values: string[]; byOption: Map<string, string> } {
  const values: string[] = [];
  const byOption = new Map<string, string>();
  const takesArgument = (option: string) => spec[spec.indexOf(option) + 1] === ':';
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--' || word.length < 2 || word[0] !== '-') break;
    if (word.startsWith('--')) continue;
    for (let letter = 1; letter < word.length; letter++) {
      const option = word[letter]!;
      if (option === ':' || !spec.includes(option)) {
        values.push('?');
      } else if (!takesArgument(option)) {
        values.push(option);
        byOption.set(option, option);
      } else {
        const rest = word.slice(letter + 1);
        const argument = rest !== '' ? rest : words[++at];
        if (argument === undefined) values.push('');
        else values.push(option, argument);
        byOption.set(option, argument ?? '');
        break;
      }
    }
  }
  return { values, byOption };
}
