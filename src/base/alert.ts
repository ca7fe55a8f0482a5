/** Falco's priorities, most severe first; the index is the syslog severity (syslog(3)). */
export const PRIORITIES = [
  'Emergency',
  'Alert',
  'Critical',
  'Error',
  'Warning',
  'Notice',
  'Informational',
  'Debug',
] as const;

export type Priority = (typeof PRIORITIES)[number];

/** What a matched rule hands to delivery. Made once by alerts/, read by every sink, changed by none. */
export interface Alert {
  /** Name of the rule. */
  readonly rule: string;
  readonly priority: Priority;
  /** Syslog severity: Emergency 0 … Debug 7. */
  readonly priorityNumber: number;
  /** Wall clock time of the event, ns since 1970-01-01 UTC. */
  readonly timeNs: bigint;
  /** Event source: "syscall", or "internal" for saker's own. */
  readonly source: string;
  readonly hostname: string;
  readonly tags: readonly string[];
  /** The rule's output with its fields filled in, without time and priority. */
  readonly output: string;
  /** The output's fields by name; null where the event has no value. */
  readonly fields: Readonly<Record<string, AlertValue>>;
  /** The alert as one JSON line in Falco's shape, without the line end. */
  readonly json: string;
  /** The alert as Falco's text line, without the line end. */
  readonly text: string;
}

/** Memory an alert holds, nearly: its two long texts dominate. */
export function alertBytes(alert: Alert): number {
  return alert.json.length + alert.text.length + 256;
}

/** A field's value; a list field or all ancestors give a list. */
export type AlertValue = string | number | bigint | boolean | null | readonly AlertValue[];
