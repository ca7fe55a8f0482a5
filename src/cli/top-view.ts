/** Two samples of the agent → what `saker top` shows. Pure: no terminal, no clock. */
import type { TopRule, TopSample } from '../agent/top.ts';
import { printable } from '../base/printable.ts';

export const SORTS = ['time', 'evaluated', 'alerts', 'name'] as const;
export type Sort = (typeof SORTS)[number];

export interface Frame {
  readonly sort: Sort;
  /** Of the terminal; null: all rules and types, as long as they are. */
  readonly rows: number | null;
  readonly columns: number | null;
  /** Line for the reader, such as why there is no newer sample. */
  readonly note: string;
}

interface RuleRate {
  readonly name: string;
  readonly evaluatedPerS: number;
  readonly alerts: number;
  readonly alertsPerS: number;
  readonly suppressed: number;
  /** Mean of one evaluation; null: none was timed. */
  readonly meanNs: number | null;
  /** Share of one processor. */
  readonly share: number;
}

/** Lines for events and their types get this much of a screen; rules have the rest. */
const TYPES_SHARE = 0.35;
const NAME_WIDTH = 44;

/** @param before null: rates are means since the agent started */
export function topLines(before: TopSample | null, now: TopSample, frame: Frame): string[] {
  const from = before !== null && before.pid === now.pid ? before : null;
  const seconds = Math.max(0.001, from === null ? now.uptime_s : (now.at_ms - from.at_ms) / 1000);
  const head = [...summary(from, now, seconds), frame.note].filter((line) => line !== '');
  const rules = ruleTable(ruleRates(from, now, seconds, frame.sort), frame.sort);
  const types = typeTable(from, now, seconds);
  const lines = [...head, '', ...fit(rules, types, head.length + 2, frame.rows)];
  // One column stays free: some terminals go on in the next line after the last.
  return lines.map((line) => cut(printable(line), frame.columns === null ? null : frame.columns - 1));
}

function summary(from: TopSample | null, now: TopSample, seconds: number): string[] {
  const rate = (key: 'events' | 'alerts') => perSecond((now[key] - (from?.[key] ?? 0)) / seconds);
  const cpu = (now.cpu_us - (from?.cpu_us ?? 0)) / 10_000 / seconds;
  const lost = sum(now.types.map((t) => t.lost));
  const lostNow = lost - sum((from?.types ?? []).map((t) => t.lost));
  const outputs = now.outputs.map(
    ({ name, queued, lost }) =>
      `${name}${queued > 0 ? ` ${queued} waiting` : ''}${lost > 0 ? ` ${lost} lost` : ''}`,
  );
  return [
    `saker ${now.version}  pid ${now.pid}  cpu ${cpu.toFixed(1)} %  memory ${mib(now.rss_bytes)}  processes ${now.processes}` +
      (from === null ? '  (means since the start)' : ''),
    `events ${rate('events')}/s  alerts ${rate('alerts')}/s, ${now.alerts} in all  lost events ${lost} (${lostNow} now)` +
      (now.overrun > 0 ? `  alerts lost before the outputs ${now.overrun}` : ''),
    `outputs  ${outputs.join(', ') || 'none'}`,
  ];
}

function ruleRates(from: TopSample | null, now: TopSample, seconds: number, sort: Sort): RuleRate[] {
  const earlier = new Map(from?.rules.map((rule) => [rule.name, rule]));
  const rates = now.rules.map((rule) => ruleRate(earlier.get(rule.name), rule, seconds));
  const order: Record<Sort, (a: RuleRate, b: RuleRate) => number> = {
    time: (a, b) => b.share - a.share || b.evaluatedPerS - a.evaluatedPerS,
    evaluated: (a, b) => b.evaluatedPerS - a.evaluatedPerS,
    alerts: (a, b) => b.alertsPerS - a.alertsPerS || b.alerts - a.alerts,
    name: () => 0,
  };
  return rates.sort((a, b) => order[sort](a, b) || (a.name < b.name ? -1 : 1));
}

function ruleRate(before: TopRule | undefined, now: TopRule, seconds: number): RuleRate {
  const evaluated = now.evaluated - (before?.evaluated ?? 0);
  const samples = now.samples - (before?.samples ?? 0);
  // Few samples in a short time: the mean of all is the better guess.
  const meanNs =
    samples > 0
      ? (now.sampled_ns - (before?.sampled_ns ?? 0)) / samples
      : now.samples > 0
        ? now.sampled_ns / now.samples
        : null;
  return {
    name: now.name,
    evaluatedPerS: evaluated / seconds,
    alerts: now.matched,
    alertsPerS: (now.matched - (before?.matched ?? 0)) / seconds,
    suppressed: now.suppressed,
    meanNs,
    share: ((meanNs ?? 0) * evaluated) / 1e9 / seconds,
  };
}

function ruleTable(rates: readonly RuleRate[], sort: Sort): string[] {
  const width = Math.min(NAME_WIDTH, Math.max(8, ...rates.map(({ name }) => printable(name).length)));
  const row = (name: string, cells: readonly string[]): string =>
    [cut(printable(name), width).padEnd(width), ...cells.map((cell) => cell.padStart(12))].join('');
  const mark = (key: Sort, title: string): string => (key === sort ? `${title}▼` : title);
  return [
    row(
      mark('name', 'RULE'),
      [
        mark('time', '% CPU'),
        'ns EACH',
        mark('evaluated', 'EVALUATED/s'),
        mark('alerts', 'ALERTS/s'),
        'ALERTS',
        'HELD BACK',
      ].map((title) => title.padStart(12)),
    ),
    ...rates.map((rate) =>
      row(rate.name, [
        (rate.share * 100).toFixed(3),
        rate.meanNs === null ? '-' : rate.meanNs.toFixed(0),
        perSecond(rate.evaluatedPerS),
        perSecond(rate.alertsPerS),
        `${rate.alerts}`,
        `${rate.suppressed}`,
      ]),
    ),
  ];
}

function typeTable(from: TopSample | null, now: TopSample, seconds: number): string[] {
  const earlier = new Map(from?.types.map((one) => [one.type, one]));
  const rates = now.types.map(({ type, sent, lost }) => ({
    type,
    rate: (sent - (earlier.get(type)?.sent ?? 0)) / seconds,
    lost,
  }));
  rates.sort((a, b) => b.rate - a.rate || (a.type < b.type ? -1 : 1));
  const width = Math.max(8, ...rates.map(({ type }) => type.length));
  return [
    `${'EVENT'.padEnd(width)}${'EVENTS/s'.padStart(12)}${'LOST'.padStart(12)}`,
    ...rates.map(
      ({ type, rate, lost }) =>
        `${type.padEnd(width)}${perSecond(rate).padStart(12)}${`${lost}`.padStart(12)}`,
    ),
  ];
}

/** Both tables, cut to the height that is there. */
function fit(rules: string[], types: string[], used: number, rows: number | null): string[] {
  if (rows === null) return [...rules, '', ...types];
  const room = Math.max(4, rows - used - 1);
  const forTypes = Math.min(types.length, Math.max(2, Math.floor(room * TYPES_SHARE)));
  return [...rules.slice(0, Math.max(1, room - forTypes)), '', ...types.slice(0, forTypes)];
}

function perSecond(rate: number): string {
  return rate >= 100 || rate === 0 ? rate.toFixed(0) : rate.toFixed(rate >= 1 ? 1 : 2);
}

function mib(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(0)} MiB`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function cut(text: string, width: number | null): string {
  if (width === null || text.length <= width) return text;
  return `${Array.from(text)
    .slice(0, Math.max(0, width - 1))
    .join('')}…`;
}
