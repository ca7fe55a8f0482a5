import type { Alert } from '../../base/alert.ts';
import { textOf } from '../../base/template.ts';
import type { HttpService } from '../http.ts';
import { basicAuth } from './auth.ts';
import { eventOf } from './event.ts';
import { bounded, json, type TargetCommon, targetEndpoint } from './target.ts';

/** Grafana Loki: https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs. */
export interface LokiTarget extends TargetCommon {
  readonly hostport: string;
  readonly endpoint: string;
  readonly user: string;
  readonly apikey: string;
  readonly tenant: string;
  readonly format: 'text' | 'json';
  /** Names of output fields that become labels: few values each, or Loki suffers. */
  readonly extralabels: readonly string[];
}

const MAX_BATCH = 100;
// Half of what Loki takes (max_label_value_length counts bytes).
const MAX_LABEL = 1024;

/** One line of a stream, as it waits to be sent. */
interface LokiRecord {
  readonly stream: Readonly<Record<string, string>>;
  readonly value: readonly [timeNs: string, line: string];
}

export function lokiService(target: LokiTarget): HttpService {
  const headers = {
    ...(target.tenant === '' ? {} : { 'X-Scope-OrgID': target.tenant }),
    ...(target.apikey === '' ? {} : { Authorization: basicAuth(target.user, target.apikey) }),
  };
  return {
    name: target.name,
    endpoint: targetEndpoint(target, { url: target.hostport, path: target.endpoint, headers }),
    encode: (alert) => Buffer.from(json(record(alert, target))),
    batch: { most: MAX_BATCH, join: push },
  };
}

function record(alert: Alert, target: LokiTarget): LokiRecord {
  const extra = target.extralabels.flatMap((name) => {
    const value = alert.fields[name] ?? target.customfields[name];
    return value == null ? [] : [[labelName(name), bounded(textOf(value), MAX_LABEL)] as const];
  });
  const stream = {
    ...Object.fromEntries(extra),
    rule: alert.rule,
    priority: alert.priority,
    source: alert.source,
    hostname: alert.hostname,
    tags: [...alert.tags].sort().join(','),
  };
  const line = target.format === 'json' ? json(eventOf(alert, target)) : alert.output;
  return { stream, value: [alert.timeNs.toString(), line] };
}

/** Lines of one stream together, in order. */
function push(records: readonly Uint8Array[]): Uint8Array {
  const streams = new Map<string, { stream: LokiRecord['stream']; values: LokiRecord['value'][] }>();
  for (const bytes of records) {
    const { stream, value }: LokiRecord = JSON.parse(Buffer.from(bytes).toString());
    const key = JSON.stringify(stream);
    const entry = streams.get(key) ?? { stream, values: [] };
    entry.values.push(value);
    streams.set(key, entry);
  }
  return Buffer.from(json({ streams: [...streams.values()] }));
}

/** Prometheus' rule for names of labels. */
export function labelName(field: string): string {
  return field.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_');
}
