import type { Alert } from '../base/alert.ts';
import { printable, printableJson } from '../base/printable.ts';

/** The alert on one line without its end, safe for logs and terminals whatever the event held. */
export function alertLine(alert: Alert, json: boolean): string {
  return json ? printableJson(alert.json) : printable(alert.text);
}
