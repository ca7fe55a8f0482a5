import { printable } from '../../base/printable.ts';
import type { InternalMatch } from '../../engine/internal-alert.ts';
import type { Blind } from './blind.ts';
import type { Loss, Tally } from './tally.ts';

/** The name under which Falco's users look for it. */
export const LOSS_RULE = 'Falco internal: syscall event drop';

/** What is to be told: losses since `fromMs`. */
export interface Report {
  readonly lost: Tally;
  /** Events that were not lost meanwhile. */
  readonly sent: number;
  /** Wall clock, ms since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** A line for each kind of trouble. */
export function logLines({ lost }: Pick<Report, 'lost'>): string[] {
  const counts = (list: readonly Loss[]): string =>
    list.map(({ name, count }) => `${count} ${name}`).join(', ');
  const [ring, skipped] = [lost.list('ring_full'), lost.list('skipped_run')];
  const lines: string[] = [];
  if (ring.length > 0) lines.push(`the kernel lost events, saker was blind to them: ${counts(ring)}`);
  if (skipped.length > 0) {
    const runs = skipped.map(({ name, count }) => `${name} ${count} times`).join(', ');
    lines.push(`the kernel skipped programs, saker was blind to what they watch: ${runs}`);
  }
  if (lost.sum('unreadable') > 0)
    lines.push(`${lost.sum('unreadable')} records of the kernel made no sense and were skipped`);
  if (lost.sum('engine_fault') > 0) lines.push(`the engine failed on ${lost.sum('engine_fault')} events`);
  if (lost.sum('handover') > 0)
    lines.push(
      `${lost.sum('handover')} alerts were lost on the way to the outputs: the main thread does not keep up`,
    );
  for (const { name, count } of lost.list('output')) lines.push(`output ${name} lost ${count} alerts`);
  if (lost.sum('simulated') > 0)
    lines.push('a loss of events is simulated: syscall_event_drops.simulate_drops');
  return lines;
}

/** The alert: when, how much, why, and which rules did not see it. */
export function lossNotice(report: Report, blind: Blind): InternalMatch {
  const { lost, sent, fromMs, toMs } = report;
  const [from, to] = [timeOf(fromMs), timeOf(toMs)];
  const what = [
    lost.events > 0 ? `${lost.events} events lost` : '',
    lost.alerts > 0 ? `${lost.alerts} alerts lost` : '',
  ];
  const names = blind.rules.map((name) => JSON.stringify(name)).join(', ');
  const more = blind.more > 0 ? ` and ${blind.more} more` : '';
  const who = blind.rules.length > 0 ? `; rules that were blind: ${names}${more}` : '';
  const stale = blind.processes && lost.events > 0 ? '; facts of processes may be out of date' : '';
  const why = logLines(report).join('; ');
  return {
    rule: LOSS_RULE,
    priority: 'Error',
    timeNs: BigInt(Math.round(toMs)) * 1_000_000n,
    output: printable(
      `${LOSS_RULE}. ${what.filter(Boolean).join(' and ')} from ${from} to ${to}: ${why}${who}${stale}`,
    ),
    fields: {
      n_drops: lost.events,
      n_evts: sent + lost.events,
      'loss.from': from,
      'loss.to': to,
      'loss.alerts': lost.alerts,
      'loss.causes': lost.list().map(({ cause, name, count }) => [cause, name, String(count)].join(':')),
      'loss.rules': blind.rules,
      'loss.rules_more': blind.more,
    },
  };
}

const timeOf = (ms: number): string => new Date(ms).toISOString();
