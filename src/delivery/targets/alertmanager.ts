import type { Alert } from '../../base/alert.ts';
import { textOf } from '../../base/template.ts';
import type { HttpService } from '../http.ts';
import { labelName } from './loki.ts';
import { bounded, fieldsOf, isoTime, json, type TargetCommon, targetEndpoint } from './target.ts';

/** Prometheus Alertmanager, API v2: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml. */
export interface AlertmanagerTarget extends TargetCommon {
  readonly hostport: string;
  readonly endpoint: string;
  /** Seconds after which an alert resolves by itself; 0 leaves that to Alertmanager. */
  readonly expiresafter: number;
  readonly extralabels: Readonly<Record<string, string>>;
  readonly extraannotations: Readonly<Record<string, string>>;
  /** Priority → severity, in place of the usual ones. */
  readonly customseveritymap: Readonly<Record<string, string>>;
}

const MAX_BATCH = 100;
const MAX_VALUE = 1000;
const SEVERITIES: Readonly<Record<string, string>> = {
  emergency: 'critical',
  alert: 'critical',
  critical: 'critical',
  error: 'warning',
  warning: 'warning',
  notice: 'information',
  informational: 'information',
  debug: 'information',
};

export function alertmanagerService(target: AlertmanagerTarget): HttpService {
  return {
    name: target.name,
    endpoint: targetEndpoint(target, { url: target.hostport, path: target.endpoint }),
    encode: (alert) => Buffer.from(json(postable(alert, target))),
    batch: {
      most: MAX_BATCH,
      join: (records) => Buffer.from(`[${records.map((r) => Buffer.from(r).toString()).join(',')}]`),
    },
  };
}

/**
 * Labels make an alert's identity: two alerts with the same ones are one. So texts of the event are labels, and its
 * numbers (process ids, times) are annotations: a rule that fires again for the same file is the same alert.
 */
function postable(alert: Alert, target: AlertmanagerTarget): object {
  const labels: Record<string, string> = {};
  const annotations: Record<string, string> = {};
  for (const [name, value] of Object.entries(fieldsOf(alert, target))) {
    const into = typeof value === 'string' ? labels : annotations;
    const text = textOf(value);
    if (text !== '') into[labelName(name)] = bounded(text, MAX_VALUE);
  }
  const low = alert.priority.toLowerCase();
  const ends = alert.timeNs / 1_000_000n + BigInt(target.expiresafter) * 1000n;
  return {
    startsAt: isoTime(alert),
    ...(target.expiresafter === 0 ? {} : { endsAt: new Date(Number(ends)).toISOString() }),
    labels: {
      ...labels,
      alertname: alert.rule,
      rule: alert.rule,
      source: 'saker',
      eventsource: alert.source,
      hostname: alert.hostname,
      priority: alert.priority,
      severity: target.customseveritymap[low] ?? SEVERITIES[low] ?? 'information',
      ...(alert.tags.length === 0 ? {} : { tags: [...alert.tags].sort().join(',') }),
      ...target.extralabels,
    },
    annotations: {
      ...annotations,
      info: bounded(alert.output, MAX_VALUE),
      summary: alert.rule,
      ...target.extraannotations,
    },
  };
}
