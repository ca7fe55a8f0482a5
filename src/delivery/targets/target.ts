import { createHash } from 'node:crypto';
import type { Alert, AlertValue, Priority } from '../../base/alert.ts';
import { printable, printableJson } from '../../base/printable.ts';
import type { HttpEndpoint } from '../http-client.ts';

/** What every target has, under the configuration's names. */
export interface TargetCommon {
  readonly name: string;
  /** Less severe alerts are not for this target. */
  readonly minimumpriority: Priority;
  /** Fields added to every alert, beside those of the rule's output. */
  readonly customfields: Readonly<Record<string, string>>;
  /** Alerts a minute, 0 for no limit. */
  readonly rate: number;
  readonly checkcert: boolean;
  readonly ca_cert: string;
  readonly client_cert: string;
  readonly client_key: string;
}

const TIMEOUT_MS = 10_000;
const USER_AGENT = 'saker';

export function targetEndpoint(
  target: TargetCommon,
  more: Pick<HttpEndpoint, 'url'> & Partial<HttpEndpoint>,
): HttpEndpoint {
  return {
    compress: false,
    keepAlive: true,
    timeoutMs: TIMEOUT_MS,
    tls: {
      insecure: !target.checkcert,
      caCert: target.ca_cert,
      caBundle: '',
      caPath: '',
      clientCert: target.client_cert,
      clientKey: target.client_key,
    },
    ...more,
    headers: { 'Content-Type': 'application/json', 'User-Agent': USER_AGENT, ...more.headers },
  };
}

/** The output's fields with the target's own; an event cannot replace those. */
export function fieldsOf(alert: Alert, target: TargetCommon): Record<string, AlertValue> {
  return { ...alert.fields, ...target.customfields };
}

// ECMAScript 2026; TypeScript's library does not name it yet.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** JSON of a value that may hold bigints: 64-bit integers are written as integers. Safe for a terminal. */
export function json(value: unknown): string {
  return printableJson(JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? rawJSON(v.toString()) : v)));
}

/** The alert's time, ISO 8601 with milliseconds. */
export function isoTime(alert: Alert): string {
  return new Date(Number(alert.timeNs / 1_000_000n)).toISOString();
}

/** The same with nanoseconds, as Falco's JSON has it. */
export function exactTime(alert: Alert): string {
  return `${isoTime(alert).slice(0, -4)}${String(alert.timeNs % 1_000_000_000n).padStart(9, '0')}Z`;
}

/** The same for the same alert, so that a target that gets it twice can tell. */
export function alertId(alert: Alert): string {
  const parts = [alert.hostname, alert.rule, alert.timeNs.toString(), alert.output];
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}

/** A text of an event in a message for people: on one line, the beginning of it. The whole stands in other outputs. */
export function bounded(text: string, most: number): string {
  return clipped(printable(text.slice(0, most + 1)), most);
}

export function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
}
