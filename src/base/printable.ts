/**
 * Text from files, processes and the network is hostile until shown harmless: a newline forges a log line, ESC
 * drives the reader's terminal, a bidirectional mark makes text read other than it is.
 */

// C0, DEL, C1; Arabic letter mark, LRM, RLM; line and paragraph separator; bidi embeddings, overrides, isolates; BOM.
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line, safe for a terminal and a log: unsafe characters become \n, \x1b, \u202e. */
export function printable(text: string): string {
  return text.replace(UNSAFE, escapeOne);
}

function escapeOne(char: string): string {
  const known = SHORT[char];
  if (known !== undefined) return known;
  const code = char.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

/**
 * JSON on one line, safe for a terminal. JSON.stringify leaves DEL, C1 and bidi marks as they are; inside a JSON
 * string the form \uXXXX means the same, and outside of strings only whitespace may stand there.
 */
export function printableJson(json: string): string {
  return json.replace(UNSAFE, (char) =>
    char === '\n' || char === '\r' || char === '\t'
      ? ' '
      : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
