import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryOptions } from '../../../../src/agent/outputs.ts';
import type { Alert } from '../../../../src/base/alert.ts';
import { loadConfig } from '../../../../src/config/index.ts';
import { createDelivery } from '../../../../src/delivery/index.ts';
import { alert } from '../alerts.ts';
import { httpServer, type Received, type Reply } from '../http-server.ts';

const MINUTE = 60_000;

/**
 * A target as its user writes it in YAML, sent to a real server: from the configuration to the request. `SERVER` in
 * the YAML becomes the server's address.
 */
async function send(yaml: string, alerts: readonly Alert[], answer?: (r: Received, n: number) => Reply) {
  const server = await httpServer(answer);
  const lines = yaml.trim().replaceAll('SERVER', server.url).split('\n');
  const text = `stdout_output: {enabled: false}\nspool: {enabled: false}\ntargets:\n  - ${lines.join('\n    ')}\n`;
  const { config, problems } = loadConfig({
    file: 'saker.yaml',
    strict: true,
    files: { read: () => text, list: () => [] },
  });
  assert.deepEqual(problems, []);
  const said: string[] = [];
  const log = Object.fromEntries(
    ['error', 'warning', 'notice', 'info', 'debug'].map((level) => [level, (m: string) => said.push(m)]),
  ) as never;
  const canary = { rule: 'none', heard: () => {} };
  const delivery = createDelivery(deliveryOptions(config!, log, canary), () => -2, 1);
  for (const a of alerts) delivery.write(a);
  assert.equal(await delivery.flush(MINUTE), true, said.join('\n'));
  const [stats] = delivery.stats();
  await delivery.close(MINUTE);
  server.close();
  return { received: server.received, stats: stats!, said };
}

const body = (r: Received | undefined) => JSON.parse(r?.body ?? 'null');

const HOSTILE = alert({
  output: 'read <!channel> & "x"\\',
  text: 'T read <!channel> & "x"\\',
  fields: {
    'proc.name': '<!everyone>"}]',
    'proc.pid': 42n,
    'evt.time': 1_700_000_000_123_456_789n,
    'fd.name': null,
  },
});

test('slack: message, colour, fields; nothing in an event rings a bell', async () => {
  const { received } = await send(
    `slack:\n  webhookurl: SERVER/services/T/B/x\n  channel: "#sec"\n  username: saker\n  messageformat: "*{{ rule }}* {{ index .OutputFields \\"proc.name\\" }}"\n  customfields: {site: berlin}`,
    [HOSTILE],
  );
  const { attachments, ...rest } = body(received[0]);
  assert.equal(received[0]?.path, '/services/T/B/x');
  assert.deepEqual(rest, {
    channel: '#sec',
    username: 'saker',
    text: '*Read sensitive file* &lt;!everyone&gt;"}]',
  });
  assert.equal(attachments.length, 1);
  const { fields, ...attachment } = attachments[0];
  assert.deepEqual(attachment, {
    color: '#ecb22e',
    fallback: 'Warning: Read sensitive file on h1',
    text: 'read &lt;!channel&gt; &amp; "x"\\',
    ts: 1_700_000_000,
  });
  assert.deepEqual(
    fields.map((f: { title: string; value: string }) => [f.title, f.value]),
    [
      ['rule', 'Read sensitive file'],
      ['priority', 'Warning'],
      ['hostname', 'h1'],
      ['source', 'syscall'],
      ['time', '2023-11-14T22:13:20.123Z'],
      ['tags', 'filesystem, T1003'],
      ['proc.name', '&lt;!everyone&gt;"}]'],
      ['proc.pid', '42'],
      ['evt.time', '1700000000123456789'],
      ['site', 'berlin'],
    ],
  );
  assert.doesNotMatch(received[0]?.body ?? '', /<!/);
});

test('slack: a huge alert gives a bounded message', async () => {
  const huge = 'x'.repeat(1 << 20);
  const fields = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f.${i}`, huge]));
  const { received } = await send(`slack: {webhookurl: SERVER}`, [alert({ output: huge, fields })]);
  assert.ok(received[0]!.body.length < 200_000, `${received[0]!.body.length} bytes`);
});

test('pagerduty: events v2, the key only in what is sent, one incident for one alert', async () => {
  const again = await send(
    `pagerduty: {routingkey: R0UTE, url: SERVER/v2/enqueue}`,
    [HOSTILE, HOSTILE],
    (_, n) => (n === 1 ? { status: 429 } : { status: 202, body: '{"status":"success"}' }),
  );
  const [first, retry, second] = again.received.map(body);
  assert.deepEqual(first, retry);
  assert.equal(second.dedup_key, first.dedup_key);
  assert.match(first.dedup_key, /^[0-9a-f]{32}$/);
  assert.deepEqual(
    { ...first, dedup_key: '' },
    {
      routing_key: 'R0UTE',
      event_action: 'trigger',
      dedup_key: '',
      payload: {
        summary: HOSTILE.output,
        source: 'h1',
        severity: 'warning',
        timestamp: '2023-11-14T22:13:20.123Z',
        component: 'syscall',
        class: 'Read sensitive file',
        custom_details: {
          'proc.name': '<!everyone>"}]',
          'proc.pid': 42,
          'evt.time': Number(1_700_000_000_123_456_789n),
          'fd.name': null,
          priority: 'Warning',
          tags: 'filesystem, T1003',
        },
      },
    },
  );
});

test('loki: streams by labels, nanoseconds as text, tenant and credentials in headers', async () => {
  const { received } = await send(
    `loki:\n  hostport: SERVER/\n  user: u\n  apikey: k\n  tenant: t1\n  format: json\n  extralabels: [proc.name]`,
    [alert(), alert({ timeNs: 1_700_000_000_123_456_790n }), alert({ rule: 'Other', tags: [] })],
    () => ({ status: 204 }),
  );
  assert.equal(received.length, 1);
  const [request] = received;
  assert.equal(request?.path, '/loki/api/v1/push');
  assert.equal(request?.headers['x-scope-orgid'], 't1');
  assert.equal(request?.headers.authorization, `Basic ${Buffer.from('u:k').toString('base64')}`);
  const { streams } = body(request);
  assert.deepEqual(
    streams.map((s: { stream: object; values: [string, string][] }) => [s.stream, s.values.map(([t]) => t)]),
    [
      [
        {
          proc_name: 'cat',
          rule: 'Read sensitive file',
          priority: 'Warning',
          source: 'syscall',
          hostname: 'h1',
          tags: 'T1003,filesystem',
        },
        ['1700000000123456789', '1700000000123456790'],
      ],
      [
        { proc_name: 'cat', rule: 'Other', priority: 'Warning', source: 'syscall', hostname: 'h1', tags: '' },
        ['1700000000123456789'],
      ],
    ],
  );
  assert.equal(JSON.parse(streams[0].values[0][1]).output_fields['fd.name'], '/etc/shadow');
});

test('elasticsearch: bulk create with an id, daily index, conflicts are done, bad documents skipped', async () => {
  const statuses = [201, 409, 400, 201];
  const { received, stats } = await send(
    `elasticsearch: {hostport: SERVER, apikey: K, flattenfields: true, compression: true, pipeline: p1}`,
    ['a', 'b', 'c', 'd'].map((output) => alert({ output, fields: { 'proc.aname[2]': 'x', 'evt.time': 1n } })),
    (r) => {
      const count = r.body.trim().split('\n').length / 2;
      const items = statuses.slice(-count).map((status) => ({
        create: { status, ...(status === 400 ? { error: { type: 'mapping', reason: 'no' } } : {}) },
      }));
      return { body: JSON.stringify({ items }) };
    },
  );
  assert.deepEqual([stats.delivered, stats.refused], [3, 1]);
  const [first] = received;
  assert.match(first!.path, /^\/_bulk\?.*pipeline=p1/);
  assert.equal(first!.headers.authorization, 'ApiKey K');
  assert.equal(first!.headers['content-type'], 'application/x-ndjson');
  assert.equal(first!.headers['content-encoding'], 'gzip');
  const [action, document] = first!.body.split('\n').map((line) => (line === '' ? null : JSON.parse(line)));
  assert.equal(action.create._index, 'falco-2023.11.14');
  assert.match(action.create._id, /^[0-9a-f]{32}$/);
  assert.equal(document['@timestamp'], '2023-11-14T22:13:20.123456789Z');
  assert.deepEqual(document.output_fields, { proc_aname_2: 'x', evt_time: 1 });
  assert.equal(received.length, 2);
});

test('elasticsearch: what is no bulk answer, and a full cluster, keep the alerts', async () => {
  const { received, stats } = await send(
    `elasticsearch: {hostport: SERVER, suffix: none}`,
    [alert()],
    (_, n) =>
      n === 1
        ? { body: '<html>' }
        : { body: JSON.stringify({ items: [{ create: { status: n === 2 ? 429 : 201 } }] }) },
  );
  assert.equal(received.length, 3);
  assert.deepEqual([stats.delivered, stats.refused], [1, 0]);
  assert.equal(JSON.parse(received[0]!.body.split('\n')[0]!).create._index, 'falco');
});

test('alertmanager: labels are texts, numbers annotations, severity by the map', async () => {
  const { received } = await send(
    `alertmanager:\n  hostport: SERVER\n  expiresafter: 60\n  extralabels: {team: sec}\n  customseveritymap: {warning: page}`,
    [alert(), alert({ priority: 'Notice', priorityNumber: 5 })],
  );
  assert.equal(received[0]?.path, '/api/v2/alerts');
  const [first, second] = body(received[0]);
  assert.deepEqual(first, {
    startsAt: '2023-11-14T22:13:20.123Z',
    endsAt: '2023-11-14T22:14:20.123Z',
    labels: {
      proc_name: 'cat',
      fd_name: '/etc/shadow',
      alertname: 'Read sensitive file',
      rule: 'Read sensitive file',
      source: 'saker',
      eventsource: 'syscall',
      hostname: 'h1',
      priority: 'Warning',
      severity: 'page',
      tags: 'T1003,filesystem',
      team: 'sec',
    },
    annotations: { proc_pid: '42', info: alert().output, summary: 'Read sensitive file' },
  });
  assert.equal(second.labels.severity, 'information');
});

test('webhook: Falco’s JSON without a template, headers, method', async () => {
  const { received } = await send(
    `webhook: {address: SERVER/x, method: PUT, customheaders: {X-Token: t}, customfields: {site: b}}`,
    [alert({ text: 'T' })],
  );
  assert.equal(received[0]?.method, 'PUT');
  assert.equal(received[0]?.headers['x-token'], 't');
  assert.deepEqual(body(received[0]), {
    hostname: 'h1',
    output: 'T',
    output_fields: {
      'proc.name': 'cat',
      'fd.name': '/etc/shadow',
      'proc.pid': 42,
      'fd.typechar': null,
      site: 'b',
    },
    priority: 'Warning',
    rule: 'Read sensitive file',
    source: 'syscall',
    tags: ['T1003', 'filesystem'],
    time: '2023-11-14T22:13:20.123456789Z',
  });
});

test('webhook: what an event holds cannot leave its place in a template', async () => {
  const { received } = await send(
    `webhook:\n  address: SERVER\n  body: '{"text": "{{ output }} {{fields.proc.name}} {{ fields.none }}|"}'`,
    [HOSTILE],
  );
  assert.deepEqual(body(received[0]), { text: `${HOSTILE.output} <!everyone>"}] |` });
});

test('minimum priority and rate: less severe ones pass by, what the rate holds back is counted', async () => {
  const alerts = [
    ...Array.from({ length: 5 }, () => alert({ priority: 'Critical', priorityNumber: 2 })),
    alert({ priority: 'Error', priorityNumber: 3 }),
    alert({ priority: 'Warning', priorityNumber: 4 }),
  ];
  const { received, stats, said } = await send(
    `webhook: {address: SERVER, minimumpriority: error, rate: 3}`,
    alerts,
  );
  assert.equal(received.length, 3);
  assert.equal(stats.heldBack, 3);
  assert.deepEqual(said, ['output webhook: held back 3 alerts: its rate is 3 a minute']);
});
