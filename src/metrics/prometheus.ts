import { printable } from '../base/printable.ts';
import type { Family, Labels } from './family.ts';

/** Series of one metric: far more than rules or events a host has, few enough for any Prometheus. */
const MAX_SERIES = 4000;
/** UTF-16 units of a label's value. */
const MAX_VALUE = 256;

const LEFT_OUT = 'saker_metrics_series_left_out';

/**
 * Text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Whatever names of rules, files and outputs
 * hold, the text stays readable: one bad or doubled series would cost the reader the whole of it.
 */
export function prometheusText(families: readonly Family[]): string {
  let leftOut = 0;
  const parts = families.map((family) => {
    const lines = seriesOf(family);
    leftOut += family.samples.length - lines.length;
    return lines.length === 0 ? '' : `${head(family)}${lines.join('')}`;
  });
  const help = `Series beyond ${MAX_SERIES} of a metric, or with the labels of another.`;
  const tail: Family = { name: LEFT_OUT, help, type: 'gauge', samples: [{ value: leftOut }] };
  return `${parts.join('')}${head(tail)}${seriesOf(tail).join('')}`;
}

function head({ name, help, type }: Family): string {
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
}

function seriesOf({ name, samples }: Family): string[] {
  const seen = new Set<string>();
  const lines: string[] = [];
  for (const { labels = {}, value } of samples) {
    const text = labelsText(labels);
    if (seen.has(text) || seen.size === MAX_SERIES) continue;
    seen.add(text);
    lines.push(`${name}${text} ${number(value)}\n`);
  }
  return lines;
}

function labelsText(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return '';
  return `{${entries.map(([name, value]) => `${name}="${labelValue(value)}"`).join(',')}}`;
}

/** Control characters become visible first: a NUL, which no escape of the format stands for, ends every reader's patience. */
function labelValue(value: string): string {
  const short = value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE - 1)}…` : value;
  return printable(short.toWellFormed()).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

function number(value: number | bigint): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
