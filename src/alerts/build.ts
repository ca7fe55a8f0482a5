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

/** Makes the alert that all sinks get: text line and JSON line as Falco prints them. */
export function buildAlert(match: Match, format: AlertFormat): Alert {
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
