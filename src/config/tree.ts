import type { ErrorCode, Problem } from '../base/errors.ts';

/**
 * A configuration as written: every part knows the place it came from, so that a mistake found after merging
 * still names the file and line. Scalars stay text; what they mean is decided by the shape they are read with.
 */
export type Tree = ScalarTree | ListTree | MapTree;

export interface ScalarTree {
  readonly kind: 'scalar';
  readonly text: string;
  /** Nothing was written: `key:`, `key: ~` or `key: null`. Takes the default. */
  readonly absent: boolean;
  readonly place: Place;
}

export interface ListTree {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly place: Place;
}

export interface MapTree {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly place: Place;
}

export interface Entry {
  /** Where the key stands. */
  readonly place: Place;
  readonly value: Tree;
}

export interface Place {
  /** File name, or the `-o` argument as typed. */
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly length: number;
  readonly source: string | undefined;
}

export const NAMES = { scalar: 'a single value', list: 'a list', map: 'a section of keys' } as const;

export function emptyMap(file: string): MapTree {
  return { kind: 'map', entries: new Map(), place: wholeFile(file) };
}

export function wholeFile(file: string): Place {
  return { file, line: null, column: null, length: 1, source: undefined };
}

export function problemAt(code: ErrorCode, place: Place, what: string, advice: string): Problem {
  const { file, line, column, length, source } = place;
  return { code, file, line, column, length, source, what, advice };
}

/** A default value as a tree, so that `-o list[]=x` can add to a list that no file mentions. */
export function toTree(value: unknown, place: Place): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((v) => toTree(v, place)), place };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([k, v]): [string, Entry] => [
      k,
      { place, value: toTree(v, place) },
    ]);
    return { kind: 'map', entries: new Map(entries), place };
  }
  return { kind: 'scalar', text: String(value), absent: false, place };
}
