/** Cases of opens → the tables that bpf/guard reads; bpf/abi/guard.h says how they lie. */
import { toBytes } from '../base/byte-text.ts';
import { GUARD_LENGTHS, GUARD_MIN_BYTES, type NameTest, type OpenGuard } from '../schema/open-guard.ts';
import type { OpenKind } from '../schema/open-kinds.ts';
import * as record from '../schema/record.generated.ts';

export interface GuardTables {
  /** struct saker_guard */
  readonly bytes: Uint8Array;
  /** What becomes of each kind: ASKED_* by OPENS_*. @param place of the tables among the two, 0 or 1 */
  asked(place: number): Uint8Array;
}

export const KINDS: Readonly<Record<OpenKind, number>> = {
  read: record.OPENS_READ,
  write: record.OPENS_WRITE,
  failed: record.OPENS_FAILED,
};

export function encodeGuard(guard: OpenGuard): GuardTables {
  const bytes = new Uint8Array(record.SIZE_GUARD);
  const sets = new BigUint64Array(bytes.buffer);
  const asked = new Uint8Array(record.OPENS_MAX);
  const tested = guard.filter(({ kinds, names }) => {
    const isOpen = names === null || names.some(isTooShort);
    if (isOpen) for (const kind of kinds) asked[KINDS[kind]] = record.ASKED_ALL;
    return !isOpen;
  });
  for (const [place, { kinds, names }] of tested.entries()) {
    const bit = 1n << BigInt(place % record.GUARD_CASES);
    for (const kind of kinds) {
      sets[record.AT_GUARD_KINDS / 8 + KINDS[kind]]! |= bit;
      asked[KINDS[kind]] ||= record.ASKED_FIRST;
    }
    for (const test of names ?? []) {
      sets[setOf(test)]! |= bit;
      sets[firstOf(test.text)]! |= bit;
    }
  }
  return {
    bytes,
    asked: (place) => asked.map((one) => (one === record.ASKED_FIRST ? record.ASKED_FIRST + place : one)),
  };
}

const isTooShort = ({ text, exact }: NameTest): boolean => !exact && text.length < GUARD_MIN_BYTES;

/** Which set of the tables, counted from the first of struct saker_guard, a test belongs into. */
function setOf({ text, exact }: NameTest): number {
  const table = exact
    ? GUARD_LENGTHS.length - 1
    : GUARD_LENGTHS.findLastIndex((length) => length <= text.length);
  return setsOf(text)[table]!;
}

/** The sets, one of each table, that together are those of a name. */
export function setsOf(name: string): number[] {
  return GUARD_LENGTHS.map(
    (length, table) => record.AT_GUARD_STARTS / 8 + table * record.GUARD_PLACES + placeOf(name, length),
  );
}

/** The set that those are part of. */
export function firstOf(name: string): number {
  return record.AT_GUARD_FIRST / 8 + placeOf(name, GUARD_MIN_BYTES);
}

function placeOf(name: string, length: number): number {
  const start = new Uint8Array(length);
  start.set(toBytes(name.slice(0, length)));
  const h = new Uint32Array(start.buffer).reduce(
    (sum, word) => Math.imul(sum + word, record.GUARD_FACTOR),
    0,
  );
  return h >>> (32 - record.GUARD_BITS);
}
