import type { Alert } from '../../base/alert.ts';
import { exactTime, fieldsOf, type TargetCommon } from './target.ts';

/** The alert under Falco's JSON keys, whole whatever the configuration leaves out of the JSON lines. */
export function eventOf(alert: Alert, target: TargetCommon) {
  return {
    hostname: alert.hostname,
    output: alert.text,
    output_fields: fieldsOf(alert, target),
    priority: alert.priority,
    rule: alert.rule,
    source: alert.source,
    tags: [...alert.tags].sort(),
    time: exactTime(alert),
  };
}
