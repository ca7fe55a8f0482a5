import type { Alert } from '../../base/alert.ts';
import type { HttpService } from '../http.ts';
import { readSecret } from '../secret.ts';
import { alertId, bounded, fieldsOf, isoTime, json, type TargetCommon, targetEndpoint } from './target.ts';

/** PagerDuty's Events API v2: https://developer.pagerduty.com/docs/send-alert-event. */
export interface PagerDutyTarget extends TargetCommon {
  readonly routingkey: string;
  readonly region: 'us' | 'eu';
  /** In place of the region's address. */
  readonly url: string;
}

const ADDRESSES = {
  us: 'https://events.pagerduty.com/v2/enqueue',
  eu: 'https://events.eu.pagerduty.com/v2/enqueue',
};
// PD-CEF: the longest summary PagerDuty takes.
const MAX_SUMMARY = 1024;
const SEVERITIES = ['critical', 'critical', 'critical', 'error', 'warning', 'warning', 'info', 'info'];

export function pagerDutyService(target: PagerDutyTarget): HttpService {
  return {
    name: target.name,
    endpoint: {
      ...targetEndpoint(target, { url: target.url || ADDRESSES[target.region] }),
      secrets: [target.routingkey],
    },
    encode: (alert) => Buffer.from(json(event(alert, target))),
    // The key is added when the event leaves: in the spool it would be a secret on the disk.
    batch: {
      most: 1,
      join: async ([record = new Uint8Array(0)]) => {
        const key = JSON.stringify(await readSecret(target.routingkey));
        return Buffer.concat([Buffer.from(`{"routing_key":${key},`), record.subarray(1)]);
      },
    },
  };
}

function event(alert: Alert, target: PagerDutyTarget): object {
  return {
    event_action: 'trigger',
    // The same alert sent twice is one incident.
    dedup_key: alertId(alert),
    payload: {
      summary: bounded(alert.output, MAX_SUMMARY),
      source: alert.hostname || 'unknown',
      severity: SEVERITIES[alert.priorityNumber],
      timestamp: isoTime(alert),
      component: alert.source,
      class: alert.rule,
      custom_details: { ...fieldsOf(alert, target), priority: alert.priority, tags: alert.tags.join(', ') },
    },
  };
}
