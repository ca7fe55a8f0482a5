import { PRIORITIES } from '../base/alert.ts';
import type { Shape } from './shape.ts';

/**
 * One entry of `targets`: a section under the name of its kind. Keys are Falcosidekick's where it has them. Keys that
 * may hold a token take `credential:NAME` (systemd) and `file:PATH` in place of the token itself.
 */

const bool = { kind: 'bool' } as const;
const text = { kind: 'text' } as const;
const secret = { kind: 'text', secret: true } as const;
const texts = { kind: 'map', of: text } as const;

const COMMON = {
  name: text,
  minimumpriority: { kind: 'choice', values: PRIORITIES, aliases: { '': 'Debug', info: 'Informational' } },
  customfields: texts,
  rate: { kind: 'int', min: 0, max: 1_000_000 },
  checkcert: bool,
  ca_cert: text,
  client_cert: text,
  client_key: text,
} as const;

const COMMON_DEFAULTS = {
  // The kind's name; a second target of a kind needs one of its own.
  name: '',
  minimumpriority: 'Debug',
  customfields: {},
  // Alerts a minute; 0 sends all.
  rate: 0,
  checkcert: true,
  ca_cert: '',
  client_cert: '',
  client_key: '',
} as const;

export const TARGET = {
  kind: 'item',
  keys: {
    slack: {
      kind: 'section',
      keys: {
        ...COMMON,
        webhookurl: secret,
        channel: text,
        username: text,
        icon: text,
        footer: text,
        outputformat: { kind: 'choice', values: ['all', 'text', 'fields'] },
        messageformat: text,
      },
      defaults: {
        ...COMMON_DEFAULTS,
        webhookurl: '',
        channel: '',
        username: '',
        icon: '',
        footer: '',
        outputformat: 'all',
        messageformat: '',
      },
    },
    pagerduty: {
      kind: 'section',
      keys: { ...COMMON, routingkey: secret, region: { kind: 'choice', values: ['us', 'eu'] }, url: text },
      defaults: { ...COMMON_DEFAULTS, routingkey: '', region: 'us', url: '' },
    },
    loki: {
      kind: 'section',
      keys: {
        ...COMMON,
        hostport: secret,
        endpoint: text,
        user: secret,
        apikey: secret,
        tenant: text,
        format: { kind: 'choice', values: ['text', 'json'] },
        extralabels: { kind: 'list', of: text },
      },
      defaults: {
        ...COMMON_DEFAULTS,
        hostport: '',
        endpoint: '/loki/api/v1/push',
        user: '',
        apikey: '',
        tenant: '',
        format: 'text',
        extralabels: [],
      },
    },
    elasticsearch: {
      kind: 'section',
      keys: {
        ...COMMON,
        hostport: secret,
        index: text,
        suffix: { kind: 'choice', values: ['daily', 'monthly', 'annually', 'none'] },
        pipeline: text,
        apikey: secret,
        username: secret,
        password: secret,
        flattenfields: bool,
        compression: bool,
      },
      defaults: {
        ...COMMON_DEFAULTS,
        hostport: '',
        index: 'falco',
        suffix: 'daily',
        pipeline: '',
        apikey: '',
        username: '',
        password: '',
        flattenfields: false,
        compression: false,
      },
    },
    alertmanager: {
      kind: 'section',
      keys: {
        ...COMMON,
        hostport: secret,
        endpoint: text,
        expiresafter: { kind: 'int', min: 0, max: 31_536_000 },
        extralabels: texts,
        extraannotations: texts,
        customseveritymap: texts,
      },
      defaults: {
        ...COMMON_DEFAULTS,
        hostport: '',
        endpoint: '/api/v2/alerts',
        expiresafter: 0,
        extralabels: {},
        extraannotations: {},
        customseveritymap: {},
      },
    },
    webhook: {
      kind: 'section',
      keys: {
        ...COMMON,
        address: secret,
        method: { kind: 'choice', values: ['POST', 'PUT'] },
        customheaders: { kind: 'map', of: secret },
        body: text,
      },
      defaults: { ...COMMON_DEFAULTS, address: '', method: 'POST', customheaders: {}, body: '' },
    },
  },
} as const satisfies Shape;

/** The key without which a target goes nowhere. */
export const REQUIRED = {
  slack: 'webhookurl',
  pagerduty: 'routingkey',
  loki: 'hostport',
  elasticsearch: 'hostport',
  alertmanager: 'hostport',
  webhook: 'address',
} as const;
