import { encodeByteText } from '../base/byte-text.ts';

/**
 * Everything said about a container comes from somebody who may lie: images bring labels, users names, and a socket
 * in a user's directory is that user's program. Values pass through here once, where they enter.
 */

/** Bounds in bytes or entries; each is far above what the runtimes themselves allow or use. */
export const LIMITS = {
  /** Names, ids, digests, image references (a reference has at most 255 characters and a digest). */
  text: 512,
  labelKey: 256,
  /** Key and value together in containerd. */
  label: 4096,
  labels: 256,
  mounts: 256,
  path: 4096,
  /** As Falco cuts it. */
  cni: 4096,
  probeArguments: 64,
} as const;

// C0, DEL, C1 and what reorders text on a terminal; names made of these are made to deceive.
const FORBIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** Counts what was left out, for one warning a container. */
export class Faults {
  count = 0;
}

/** Byte text of a value, null when it is no text, empty, longer than `maxBytes` or unsafe to show; the latter counted. */
export function cleanText(value: unknown, maxBytes: number, faults: Faults): string | null {
  if (typeof value !== 'string' || value === '') return null;
  if (value.length > maxBytes || FORBIDDEN.test(value)) {
    faults.count++;
    return null;
  }
  const text = encodeByteText(value);
  if (text.length <= maxBytes) return text;
  faults.count++;
  return null;
}

/**
 * Labels whose key and value are harmless, keys in order. A value above `maxValueBytes` (`label_max_len`) is left out
 * as Falco does; an empty one stays.
 */
export function cleanLabels(
  value: unknown,
  maxValueBytes: number,
  faults: Faults,
): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  if (!isObject(value)) return labels;
  for (const key of Object.keys(value).sort()) {
    const name = cleanText(key, LIMITS.labelKey, faults);
    const raw = value[key];
    // Longer than wanted is usual (descriptions, checksums), longer than containerd allows is not.
    if (typeof raw === 'string' && raw.length > maxValueBytes && raw.length <= LIMITS.label) continue;
    const text = raw === '' ? '' : cleanText(raw, maxValueBytes, faults);
    if (name === null || text === null) continue;
    if (labels.size === LIMITS.labels) {
      faults.count++;
      break;
    }
    labels.set(name, text);
  }
  return labels;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of something that may be anything. */
export function member(value: unknown, ...keys: readonly string[]): unknown {
  let at = value;
  for (const key of keys) {
    // hasOwn: a JSON key "__proto__" or a look-up of "constructor" must find data only.
    if (!isObject(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}

export function items(value: unknown, max: number, faults: Faults): readonly unknown[] {
  if (!Array.isArray(value)) return [];
  if (value.length > max) faults.count++;
  return value.slice(0, max);
}
