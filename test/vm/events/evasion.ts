// The evasion matrix: each row judged by what was said of it.

import type { JsonAlert } from './compare.ts';
import type { Action, Json, Truth } from './facts.ts';

/** How well an evasion was seen. */
export type Sight = 'seen' | 'marked' | 'not seen' | 'absent';
export interface Cell {
  readonly sight: Sight;
  /** Facts that are false: never acceptable. */
  readonly wrong: readonly string[];
}

/** Keys of a row that are not facts. */
const NO_FACT = new Set(
  'action type pid tid process t0 t1 ret errno partial args unavailable times rule'.split(' '),
);
const SECRET = '/tmp/evasion/secret';

const factsOf = (row: Action): [string, unknown][] =>
  Object.entries(row).filter(([key]) => !NO_FACT.has(key));

/** A fact that is missing, or a path without its front, deceives nobody. */
const isMarked = (said: Json, fact: unknown): boolean =>
  said === null ||
  said === '<NA>' ||
  (typeof said === 'string' &&
    typeof fact === 'string' &&
    (said.startsWith('(unreachable)') || (!said.startsWith('/') && fact.endsWith(said))));

/** The kernel makes an execve of an execveat, unless it starts from a descriptor. */
const isType = (said: Json | undefined, type: string): boolean =>
  said === type || (type === 'execveat' && said === 'execve');

export function judge(row: Action, alerts: readonly JsonAlert[]): Cell {
  if (row.unavailable !== undefined) return { sight: 'absent', wrong: [] };
  const rule = row['fd.name'] === SECRET ? 'secret' : 'seen';
  const facts = factsOf(row);
  const ofRow = alerts.filter(
    ({ output_fields: said }) => said['proc.pid'] === row.pid && isType(said['evt.type'], row.type),
  );
  const right = ofRow.filter(
    (alert) =>
      alert.rule === rule && facts.every(([key, fact]) => String(alert.output_fields[key]) === String(fact)),
  );
  const times = typeof row.times === 'number' ? row.times : 1;
  if (right.length >= times) return { sight: 'seen', wrong: [] };
  // The best that was said of it.
  const wrongs = ofRow.map(({ output_fields: said }) =>
    facts.filter(([key, fact]) => String(said[key]) !== String(fact)),
  );
  const best = wrongs.toSorted((a, b) => a.length - b.length)[0];
  if (best === undefined) return { sight: 'not seen', wrong: [] };
  const said = ofRow[wrongs.indexOf(best)]!.output_fields;
  const wrong = best.filter(([key, fact]) => !isMarked(said[key] ?? null, fact));
  return {
    sight: wrong.length === 0 ? 'marked' : 'not seen',
    wrong: wrong.map(
      ([key, fact]) => `${key} is ${JSON.stringify(said[key])}, but the truth is ${JSON.stringify(fact)}`,
    ),
  };
}

/** Row → cell, in the order of the rows. */
export function judgeAll(truth: Truth, alerts: readonly JsonAlert[]): Map<string, Cell> {
  return new Map(truth.actions.map((row) => [row.action, judge(row, alerts)]));
}
