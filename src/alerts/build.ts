import type { Alert, AlertValue, Priority } from '../base/alert.ts';
import { isoTime, localTime, rfc3339 } from './time.ts';

/** The switches of falco.yaml that shape an alert. */
export interface AlertFormat {
  readonly hostname: string;
  readonly timeFormatIso8601: boolean;
  readonly includeOutput: boolean;
  readonly includeMessage: boolean;
  readonly includeOutputFields: boolean;
  readonly includeTags: boolean;
}

/** One match, with everything already taken out of the event. */
export interface Match {
  readonly rule: string;
  /** Falco's priority name, `Emergency` to `Debug`. */
  readonly priority: Priority;
  readonly priorityNumber: number;
  readonly source: string;
  readonly tags: readonly string[];
  /** Wall time, ns since the epoch. */
  readonly timeNs: bigint;
  /** The rule's output with its fields filled in and escaped to one line. */
  readonly output: string;
  /** The same unescaped: JSON strings bring their own escaping. */
  readonly rawOutput: string;
  readonly fields: Readonly<Record<string, AlertValue>>;
}

/**
 * Longest text of a value and of an output, in characters. The kernel's texts are shorter (4096 bytes); lists,
 * environments and what other sources tell may be longer, and receivers refuse what is far larger than they expect.
 */
const MAX_VALUE = 16 << 10;
export const MAX_OUTPUT = 64 << 10;

/** Makes the alert that all sinks get: text line and JSON line as Falco prints them, no part longer than its bound. */
export function buildAlert(found: Match, format: AlertFormat): Alert {
  const match = bounded(found);
  const time = format.timeFormatIso8601 ? isoTime(match.timeNs) : localTime(match.timeNs);
  const text = `${time}: ${match.priority} ${match.output}`;
  return {
    rule: match.rule,
    priority: match.priority,
    priorityNumber: match.priorityNumber,
    timeNs: match.timeNs,
    source: match.source,
    hostname: format.hostname,
    tags: [...match.tags],
    output: match.output,
    fields: match.fields,
    text,
    json: jsonLine(match, `${time}: ${match.priority} ${match.rawOutput}`, format),
  };
}

function bounded(match: Match): Match {
  const { output, rawOutput, fields } = match;
  const isSmall = Object.values(fields).every((v) =>
    typeof v === 'string' ? v.length <= MAX_VALUE : !Array.isArray(v),
  );
  if (isSmall && rawOutput.length <= MAX_OUTPUT && output.length <= MAX_OUTPUT) return match;
  const entries = Object.entries(fields).map(([name, value]) => [name, boundedValue(value)] as const);
  return {
    ...match,
    output: cut(output, MAX_OUTPUT),
    rawOutput: cut(rawOutput, MAX_OUTPUT),
    // No prototype: a field's name is text from a rules file.
    fields: Object.assign(Object.create(null), Object.fromEntries(entries)),
  };
}

/** Of a list the first ones that together keep to the bound. */
function boundedValue(value: AlertValue): AlertValue {
  if (typeof value === 'string') return cut(value, MAX_VALUE);
  if (!Array.isArray(value)) return value;
  let left = MAX_VALUE;
  const kept: AlertValue[] = [];
  for (const one of value) {
    const part = boundedValue(one);
    left -= String(part).length + 1;
    if (left < 0) return [...kept, '…'];
    kept.push(part);
  }
  return kept;
}

export function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
}

/** Key order as Falco's (alphabetical), on one line, valid whatever the event held. */
function jsonLine(match: Match, text: string, format: AlertFormat): string {
  const parts = [`"hostname":${JSON.stringify(format.hostname)}`];
  if (format.includeMessage) parts.push(`"message":${JSON.stringify(match.rawOutput)}`);
  if (format.includeOutput) parts.push(`"output":${JSON.stringify(text)}`);
  if (format.includeOutputFields) parts.push(`"output_fields":${jsonFields(match, format)}`);
  parts.push(`"priority":${JSON.stringify(match.priority)}`);
  parts.push(`"rule":${JSON.stringify(match.rule)}`);
  parts.push(`"source":${JSON.stringify(match.source)}`);
  if (format.includeTags) parts.push(`"tags":${JSON.stringify([...match.tags].sort())}`);
  parts.push(`"time":"${rfc3339(match.timeNs)}"`);
  return `{${parts.join(',')}}`;
}

function jsonFields(match: Match, format: AlertFormat): string {
  const timeField = format.timeFormatIso8601 ? 'evt.time.iso8601' : 'evt.time';
  const fields: Record<string, AlertValue> = { ...match.fields, [timeField]: match.timeNs };
  const entries = Object.keys(fields)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${jsonValue(fields[name] ?? null)}`);
  return `{${entries.join(',')}}`;
}

/** 64-bit integers are written as integers: JSON has no size limit, and Falco's readers take them so. */
function jsonValue(value: AlertValue): string {
  if (typeof value === 'bigint') return value.toString();
  return Array.isArray(value) ? `[${value.map(jsonValue).join(',')}]` : JSON.stringify(value);
}
