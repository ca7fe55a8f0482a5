import type { InternalMatch } from '../engine/internal-alert.ts';

/** A reload that came to nothing: saker goes on with what it had, which is not what the files say. */
export interface Refusal {
  /** Wall clock, ms since the epoch. */
  readonly at_ms: number;
  /** The first mistake, on one line. */
  readonly reason: string;
}

/** The name under which Falco's users look for it. */
const RULE = 'Falco internal: hot restart failure';
const MAX_REASON = 1000;

export function refusalOf(reason: string, nowMs = Date.now()): Refusal {
  return { at_ms: nowMs, reason: reason.replace(/\s+/g, ' ').trim().slice(0, MAX_REASON) };
}

/** Of a report on rules files: which one, and what is wrong with it. */
export function firstMistake(report: string): string {
  const lines = report.split('\n');
  const file = lines.find((line) => line.endsWith(': Invalid'));
  const mistake = lines.find((line) => line.startsWith('LOAD_ERR_'));
  return [file, mistake].filter((line) => line !== undefined).join(', ') || 'the rules are not valid';
}

export function refusalNotice({ at_ms, reason }: Refusal): InternalMatch {
  return {
    rule: RULE,
    priority: 'Critical',
    timeNs: BigInt(at_ms) * 1_000_000n,
    output: `${RULE}. The old configuration and rules stay in force: ${reason}`,
    fields: { 'reload.reason': reason },
  };
}
