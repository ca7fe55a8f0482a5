/**
 * Byte text: a string in which each character (0 to 255) is one byte.
 *
 * File names, command lines and every other text of the kernel are bytes, not Unicode. Held like this they
 * compare, cut and measure exactly as the kernel and Falco do, an invalid sequence loses nothing, and V8 keeps
 * them in one byte per character. They become real text only when shown: `decodeByteText`.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

// biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range is the question
const NOT_ASCII = /[^\x00-\x7f]/;

/** True when byte text and real text are the same characters. */
export function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text);
}

/** Real text (from a rules file, JSON, a command line) → byte text in UTF-8. */
export function encodeByteText(text: string): string {
  return isAscii(text) ? text : fromBytes(encoder.encode(text));
}

/** Byte text → real text; what is not UTF-8 becomes U+FFFD. */
export function decodeByteText(text: string): string {
  return isAscii(text) ? text : decoder.decode(toBytes(text));
}

export function fromBytes(bytes: Uint8Array): string {
  let text = '';
  // In pieces: an argument list has a limit, a file has not.
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

export function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
