import { type AlertFormat, buildAlert } from '../alerts/index.ts';
import { type Alert, type AlertValue, PRIORITIES, type Priority } from '../base/alert.ts';

/** What saker tells of itself the way it tells of events: Falco's source `internal`. */
export interface InternalMatch {
  readonly rule: string;
  readonly priority: Priority;
  /** One line. */
  readonly output: string;
  readonly fields: Readonly<Record<string, AlertValue>>;
  /** Wall time, ns since the epoch. */
  readonly timeNs: bigint;
}

export function internalAlert(match: InternalMatch, format: AlertFormat): Alert {
  const { output, priority } = match;
  return buildAlert(
    {
      ...match,
      priorityNumber: PRIORITIES.indexOf(priority),
      source: 'internal',
      tags: [],
      rawOutput: output,
    },
    format,
  );
}
