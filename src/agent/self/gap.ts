import { printable } from '../../base/printable.ts';
import type { InternalMatch } from '../../engine/internal-alert.ts';
import type { Moment, RunRecord } from './record.ts';

export const GAP_RULE = 'Saker internal: not watching';

/** A time in which no agent watched. */
export interface Gap {
  /** Wall clock, ms since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  /** By the clock that nobody can set, where the machine ran all the time. */
  readonly lengthMs: number;
  readonly reason: string;
  /** The agent itself said that it ends. */
  readonly announced: boolean;
  /** The machine was started meanwhile. */
  readonly rebooted: boolean;
}

/**
 * Between the last run and this one.
 * @param ended what the service manager saw of an end that the agent could not tell
 * @param now from here on this run watches
 */
export function gapBetween(
  last: Pick<RunRecord, 'bootId' | 'seen' | 'end'>,
  ended: { readonly wall: number; readonly how: string } | null,
  now: Moment,
  bootId: string,
): Gap {
  const rebooted = last.bootId !== bootId;
  const from = last.end?.at ?? killedAt(last.seen, ended?.wall ?? null, now);
  const lengthMs = Math.max(0, rebooted ? now.wall - from.wall : now.boot - from.boot);
  return {
    fromMs: from.wall,
    toMs: now.wall,
    lengthMs: Math.round(lengthMs),
    reason: last.end?.reason ?? (ended === null ? 'no word of its end' : `ended by: ${ended.how}`),
    announced: last.end !== null,
    rebooted,
  };
}

/** When the manager saw the end; without it the last sign of life, which may be a minute early. */
function killedAt(seen: Moment, endedWall: number | null, now: Moment): Moment {
  if (endedWall === null) return seen;
  const later = Math.min(Math.max(0, endedWall - seen.wall), Math.max(0, now.wall - seen.wall));
  return { wall: seen.wall + later, boot: seen.boot + later };
}

export function describeGap({ fromMs, toMs, lengthMs, reason, rebooted }: Gap): string {
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
  const boot = rebooted ? ', the machine was started meanwhile' : '';
  return printable(`not watching from ${from} to ${to}, ${lengthMs} ms${boot}: ${reason}`);
}

/** An end that nobody announced is what an attacker leaves. */
export function gapNotice(gap: Gap): InternalMatch {
  return {
    rule: GAP_RULE,
    priority: gap.announced ? 'Notice' : 'Critical',
    timeNs: BigInt(Math.round(gap.toMs)) * 1_000_000n,
    output: `Saker internal: ${describeGap(gap)}`,
    fields: {
      'gap.from': new Date(gap.fromMs).toISOString(),
      'gap.to': new Date(gap.toMs).toISOString(),
      'gap.ms': gap.lengthMs,
      'gap.reason': printable(gap.reason),
      'gap.announced': gap.announced,
      'gap.rebooted': gap.rebooted,
    },
  };
}
