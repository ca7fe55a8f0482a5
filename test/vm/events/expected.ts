// What a field may be expected to say.

import type { Action, Facts, Json } from './facts.ts';

/** A value that is not known to the last digit. Bounds are inclusive. */
export interface Range {
  readonly from: bigint;
  readonly to: bigint;
}
/** A value that nobody but the agent can know, with the reason. */
export interface Unknown {
  readonly why: string;
}
export type Expected = Json | Range | Unknown;

export type Rule = (action: Action, facts: Facts, said: Readonly<Record<string, Json>>) => Expected;
export type Rules = Readonly<Record<string, Rule>>;

const isRange = (value: Expected): value is Range =>
  value !== null && typeof value === 'object' && 'from' in value;
export const isUnknown = (value: Expected): value is Unknown =>
  value !== null && typeof value === 'object' && 'why' in value;

/** /proc counts start times in hundredths of a second. */
export const TICK_NS = 10_000_000n;
/** Two clocks are read one after the other, on a machine that does other things as well. */
export const CLOCKS_NS = 20_000_000n;

export const between = (from: bigint, to: bigint): Range => ({ from, to });
export const around = (value: bigint, by: bigint): Range => ({ from: value - by, to: value + by });

/** @returns null when the value is as expected, else what was expected */
export function difference(said: Json | undefined, expected: Expected): string | null {
  if (isUnknown(expected)) return null;
  if (isRange(expected)) {
    const number = typeof said === 'number' || typeof said === 'bigint' ? BigInt(said) : null;
    if (number !== null && number >= expected.from && number <= expected.to) return null;
    return `${expected.from} to ${expected.to}`;
  }
  return text(said ?? null) === text(expected) ? null : text(expected);
}

export const text = (value: Json): string =>
  JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? Number(part) : part));
