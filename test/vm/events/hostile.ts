// Hostile texts: what must be said of each.

import type { JsonAlert } from './compare.ts';
import type { Action, Truth } from './facts.ts';

/** The nth call of a type by a thread is the nth event: each call is seen once. */
function paired(truth: Truth, alerts: readonly JsonAlert[]): [Action, JsonAlert | undefined][] {
  const waiting = Map.groupBy(
    alerts,
    ({ output_fields: said }) => `${said['thread.tid']} ${said['evt.type']}`,
  );
  return truth.actions.map((action) => [
    action,
    next(waiting.get(`${action.tid} ${action.type}`) ?? [], action),
  ]);
}

/** The program's own start is an execve as well, one that succeeded. */
function next(waiting: JsonAlert[], { type, ret }: Action): JsonAlert | undefined {
  const found = waiting.shift();
  return type === 'execve' && ret < 0 && found?.output_fields['evt.rawres'] === 0 ? waiting.shift() : found;
}

/** @returns sentences about texts that were lost, changed or made up */
export function hostileFindings(truth: Truth, alerts: readonly JsonAlert[]): string[] {
  return paired(truth, alerts).flatMap(([action, alert]) => {
    const what = `${action.type} (${action.action})`;
    if (alert === undefined) return [`${what}: not seen`];
    const said = alert.output_fields[action.field as string];
    if (action.readable !== true)
      return said === null ? [] : [`${what}: ${JSON.stringify(said)} for a text that cannot be read`];
    const value = action.value as string;
    return said === value
      ? []
      : [`${what}: ${JSON.stringify(said).slice(0, 200)}, but it was ${JSON.stringify(value).slice(0, 200)}`];
  });
}

const KEYS = 'hostname output output_fields priority rule source tags time';

/** Alerts with other keys than an alert has, or with values that a text brought in. */
export function forgedAlerts(alerts: readonly JsonAlert[], rules: ReadonlySet<string>): JsonAlert[] {
  return alerts.filter((alert) => !rules.has(alert.rule) || Object.keys(alert).join(' ') !== KEYS);
}
