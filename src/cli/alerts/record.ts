/** An alert as it was stored: a line of the JSON file, or an entry of the journal. Everything in it may be hostile. */
import { PRIORITIES } from '../../base/alert.ts';

export interface StoredAlert {
  /** Wall clock, ms since 1970-01-01 UTC. */
  readonly timeMs: number;
  readonly priority: string;
  /** Syslog severity; that of Debug for a priority that is none. */
  readonly severity: number;
  readonly rule: string;
  readonly tags: readonly string[];
  /** Without time and priority. */
  readonly message: string;
  readonly containerId: string;
  readonly containerName: string;
  /** As it was stored, on one line. */
  readonly json: string;
}

/** null: this is no alert. */
export function alertOfLine(line: string): StoredAlert | null {
  const all = parseObject(line);
  if (all === null) return null;
  const { rule, priority, time } = all;
  if (typeof rule !== 'string' || typeof priority !== 'string') return null;
  const fields = isObject(all.output_fields) ? all.output_fields : {};
  return {
    timeMs: typeof time === 'string' ? Date.parse(time) : Number.NaN,
    priority,
    severity: severityOf(priority),
    rule,
    tags: Array.isArray(all.tags) ? all.tags.filter((tag) => typeof tag === 'string') : [],
    message: typeof all.message === 'string' ? all.message : withoutHead(text(all.output), priority),
    containerId: text(fields['container.id']),
    containerName: text(fields['container.name']),
    json: line,
  };
}

/** An entry as `journalctl -o json` prints it. null: it is none of saker's alerts, but perhaps of its own messages. */
export function alertOfEntry(line: string): StoredAlert | null {
  const all = parseObject(line);
  if (all === null) return null;
  const rule = journalText(all.SAKER_RULE);
  const priority = journalText(all.SAKER_PRIORITY);
  if (rule === '' || priority === '') return null;
  const ns = journalText(all.SAKER_TIME_NS);
  const { SAKER_TAGS: tags } = all;
  const isList = Array.isArray(tags) && tags.some((tag) => typeof tag !== 'number');
  return {
    timeMs: /^\d{1,20}$/.test(ns) ? Number(ns) / 1e6 : Number.NaN,
    priority,
    severity: severityOf(priority),
    rule,
    tags: isList ? tags.map(journalText) : tags === undefined ? [] : [journalText(tags)],
    message: withoutHead(journalText(all.MESSAGE), priority),
    containerId: journalText(all.SAKER_FIELD_CONTAINER_ID),
    containerName: journalText(all.SAKER_FIELD_CONTAINER_NAME),
    json: line,
  };
}

/** journalctl prints what is no UTF-8 or has control characters as a list of bytes. */
function journalText(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.every((byte) => typeof byte === 'number')
    ? Buffer.from(value).toString()
    : '';
}

/** Falco's output begins with time and priority, the journal's message with the priority. */
function withoutHead(output: string, priority: string): string {
  if (output.startsWith(`${priority} `)) return output.slice(priority.length + 1);
  const at = output.indexOf(`: ${priority} `);
  // Nanoseconds and a zone are the longest time.
  return at >= 0 && at < 40 ? output.slice(at + priority.length + 3) : output;
}

function severityOf(priority: string): number {
  const at = (PRIORITIES as readonly string[]).indexOf(priority);
  return at < 0 ? PRIORITIES.length - 1 : at;
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
