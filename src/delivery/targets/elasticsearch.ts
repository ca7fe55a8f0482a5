import type { Alert } from '../../base/alert.ts';
import { type HttpService, shown } from '../http.ts';
import type { Answer } from '../http-client.ts';
import type { Sent } from '../sink.ts';
import { basicAuth, tokenAuth } from './auth.ts';
import { eventOf } from './event.ts';
import { alertId, json, type TargetCommon, targetEndpoint } from './target.ts';

/** Elasticsearch and OpenSearch by the bulk API: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk. */
export interface ElasticsearchTarget extends TargetCommon {
  readonly hostport: string;
  readonly index: string;
  /** Appended to the index: falco-2026.11.22, falco-2026.11, falco-2026, falco. */
  readonly suffix: 'daily' | 'monthly' | 'annually' | 'none';
  readonly pipeline: string;
  readonly apikey: string;
  readonly username: string;
  readonly password: string;
  /** `proc_name` instead of `proc.name`, which an index would take for an object. */
  readonly flattenfields: boolean;
  readonly compression: boolean;
}

const MAX_BATCH = 200;
const SUFFIX_CHARS = { daily: 10, monthly: 7, annually: 4, none: 0 };

export function elasticsearchService(target: ElasticsearchTarget): HttpService {
  const { apikey, username, password, pipeline } = target;
  const authorization =
    apikey !== '' ? tokenAuth('ApiKey', apikey) : username !== '' ? basicAuth(username, password) : null;
  // Only what tells whether each document was taken: an answer for a batch is long otherwise.
  const query = `filter_path=items.*.status,items.*.error.type,items.*.error.reason${
    pipeline === '' ? '' : `&pipeline=${encodeURIComponent(pipeline)}`
  }`;
  return {
    name: target.name,
    endpoint: targetEndpoint(target, {
      url: target.hostport,
      path: `/_bulk?${query}`,
      compress: target.compression,
      headers: {
        'Content-Type': 'application/x-ndjson',
        ...(authorization === null ? {} : { Authorization: authorization }),
      },
    }),
    encode: (alert) => Buffer.from(lines(alert, target)),
    batch: { most: MAX_BATCH, join: (records) => Buffer.concat(records) },
    read: readBulk,
  };
}

/** `create` with an id of the alert's own: what arrives twice is stored once. */
function lines(alert: Alert, target: ElasticsearchTarget): string {
  const event = eventOf(alert, target);
  const date = event.time.slice(0, SUFFIX_CHARS[target.suffix]).replaceAll('-', '.');
  const index = date === '' ? target.index : `${target.index}-${date}`;
  const fields = target.flattenfields ? flatten(event.output_fields) : event.output_fields;
  const document = { '@timestamp': event.time, ...event, output_fields: fields };
  return `${json({ create: { _index: index, _id: alertId(alert) } })}\n${json(document)}\n`;
}

function flatten(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.replace(/[.[\]]+/g, '_').replace(/_$/, ''), value]),
  );
}

interface BulkItem {
  readonly create?: {
    readonly status?: number;
    readonly error?: { readonly type?: string; readonly reason?: string };
  };
}

/** A bulk answer of 200 has a status for each document. 409: it is there already. */
function readBulk({ body }: Answer, sent: number): Sent {
  const items = parseItems(body);
  if (items === null || items.length !== sent) return { done: 0, error: `not a bulk answer: ${shown(body)}` };
  const bad = items.findIndex(
    ({ create: { status = 0 } = {} }) => status !== 409 && (status < 200 || status > 299),
  );
  if (bad < 0) return { done: sent, error: null };
  const { status = 0, error } = items[bad]?.create ?? {};
  const what = `document refused with ${status}: ${shown(`${error?.type}: ${error?.reason}`)}`;
  // Anything else (a full disk, a closed index, too many requests) can be mended without the document.
  return { done: bad, error: what, refused: status === 400 || status === 413 };
}

function parseItems(body: string): readonly BulkItem[] | null {
  try {
    const { items } = JSON.parse(body);
    return Array.isArray(items) ? items : null;
  } catch {
    return null;
  }
}
