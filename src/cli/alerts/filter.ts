/** Which alerts are wanted. */
import { PRIORITIES } from '../../base/alert.ts';
import { nearest } from '../../base/suggest.ts';
import type { StoredAlert } from './record.ts';

/** As typed. */
export interface Wanted {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly priority?: string | undefined;
  readonly rule?: string | undefined;
  readonly tag?: string | undefined;
  readonly container?: string | undefined;
  readonly grep?: string | undefined;
}

export interface Filter {
  readonly sinceMs: number;
  readonly untilMs: number;
  matches(alert: StoredAlert): boolean;
}

/** What was typed is wrong; the message says how it should be. */
export class WrongFilter extends Error {}

/** @throws WrongFilter */
export function makeFilter(wanted: Wanted, nowMs: number): Filter {
  const sinceMs = wanted.since === undefined ? Number.NEGATIVE_INFINITY : parseTime(wanted.since, nowMs);
  const untilMs = wanted.until === undefined ? Number.POSITIVE_INFINITY : parseTime(wanted.until, nowMs);
  const least = wanted.priority === undefined ? PRIORITIES.length : severity(wanted.priority);
  const rule = wanted.rule === undefined ? null : nameTest(wanted.rule);
  const { tag, container } = wanted;
  const grep = wanted.grep === undefined ? null : expression(wanted.grep);
  return {
    sinceMs,
    untilMs,
    matches: (alert) =>
      alert.severity <= least &&
      // Without a time it cannot be said that it is outside.
      !(alert.timeMs < sinceMs || alert.timeMs > untilMs) &&
      (rule === null || rule.test(alert.rule)) &&
      (tag === undefined || alert.tags.includes(tag)) &&
      (container === undefined || isContainer(alert, container)) &&
      (grep === null || grep.test(alert.message)),
  };
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `90s`, `15m`, `2h`, `3d`, `1w` before now; today, yesterday; HH:MM of today; or a date, local unless it has a zone. */
export function parseTime(text: string, nowMs: number): number {
  const ago = /^(\d{1,6})\s*([smhdw])(?:\s+ago)?$/.exec(text);
  if (ago !== null) return nowMs - Number(ago[1]) * UNIT_MS[ago[2]!]!;
  const midnight = new Date(nowMs).setHours(0, 0, 0, 0);
  if (text === 'now') return nowMs;
  if (text === 'today') return midnight;
  if (text === 'yesterday') return new Date(midnight).setDate(new Date(midnight).getDate() - 1);
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  if (clock !== null)
    return new Date(nowMs).setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0);
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text.replace(' ', 'T');
  const parsed = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(parsed))
    throw new WrongFilter(`"${text}" is no time: write 15m, 2h, 3d, today, 14:30 or 2026-01-31 14:30`);
  return parsed;
}

function severity(name: string): number {
  const low = name.toLowerCase();
  const at = PRIORITIES.findIndex(
    (one) => one.toLowerCase() === low || (low === 'info' && one === 'Informational'),
  );
  if (at >= 0) return at;
  const near = nearest(name, PRIORITIES);
  throw new WrongFilter(
    `there is no priority "${name}"${near === null ? '' : ` (did you mean ${near}?)`}: one of ${PRIORITIES.join(', ')}`,
  );
}

/** Part of a name, or with * and ? all of it; small and capital letters are the same. */
function nameTest(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  if (!/[*?]/.test(pattern)) return new RegExp(escaped, 'iu');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'isu');
}

function expression(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch (error) {
    throw new WrongFilter(`--grep: ${(error as Error).message}`);
  }
}

/** By name, or by the beginning of the id, as container tools take it. */
function isContainer({ containerId, containerName }: StoredAlert, wanted: string): boolean {
  return containerName === wanted || (wanted.length > 0 && containerId.startsWith(wanted));
}
