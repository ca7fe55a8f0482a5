import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryOptions } from '../../../src/agent/outputs.ts';
import { buildAlert } from '../../../src/alerts/index.ts';
import { PRIORITIES } from '../../../src/base/alert.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { createDelivery } from '../../../src/delivery/index.ts';
import { httpServer } from './http-server.ts';

const MINUTE = 60_000;

/** What Falcosidekick's documentation names as its input, and the JSON type of each. */
const FALCOSIDEKICK = {
  hostname: 'string',
  output: 'string',
  output_fields: 'object',
  priority: 'string',
  rule: 'string',
  source: 'string',
  tags: 'object',
  time: 'string',
};

const ALERT = buildAlert(
  {
    rule: 'Rule "with" quotes',
    priority: 'Warning',
    priorityNumber: 4,
    source: 'syscall',
    tags: ['b', 'a'],
    timeNs: 1_700_000_000_123_456_789n,
    output: 'read \\u001b[2J by cat',
    rawOutput: 'read \u001b[2J by cat',
    fields: {
      'proc.name': 'c\u001b\nat',
      'proc.pid': 42n,
      'fd.name': null,
      'k8s.ns.name': 'shop',
      'k8s.pod.name': null,
    },
  },
  {
    hostname: 'h1',
    timeFormatIso8601: false,
    includeOutput: true,
    includeMessage: false,
    includeOutputFields: true,
    includeTags: true,
  },
);

async function send(yaml: string) {
  const server = await httpServer(() => ({ body: 'thank\nyou' }));
  const { config } = loadConfig({
    file: 'saker.yaml',
    files: { read: () => yaml.replace('SERVER', server.url), list: () => [] },
  });
  const said: string[] = [];
  const log = { notice: (m: string) => said.push(m), error: (m: string) => said.push(m) } as never;
  const delivery = createDelivery(
    deliveryOptions(config!, log, { rule: 'none', heard: () => {} }),
    () => -2,
    1,
  );
  delivery.write(ALERT);
  assert.equal(await delivery.flush(MINUTE), true, said.join('\n'));
  await delivery.close(MINUTE);
  server.close();
  return { request: server.received[0]!, said };
}

const OFF = 'stdout_output: {enabled: false}\nspool: {enabled: false}\n';

/**
 * As Falcosidekick's decoder reads a body (Go's encoding/json into its FalcoPayload): a wrong type is an answer of 400, as
 * is an alert without any field; and the names of a pod and its namespace must be texts where they are not null.
 */
function assertTaken({ method, body }: { method: string; body: string }): void {
  assert.equal(method, 'POST');
  const { output, output_fields: fields, priority, rule, source, hostname, tags, time } = JSON.parse(body);
  for (const text of [output, rule, source, hostname]) assert.ok(typeof text === 'string' && text !== '');
  assert.ok(PRIORITIES.includes(priority));
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/);
  assert.ok(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string'));
  assert.ok(Object.keys(fields).length > 0);
  for (const name of ['k8s.ns.name', 'k8s.pod.name'])
    assert.ok(fields[name] === undefined || fields[name] === null || typeof fields[name] === 'string');
  for (const value of Object.values(fields)) assert.ok(!isSection(value), 'no object within the fields');
}

const isSection = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

test('Falcosidekick takes the body unchanged: its documented keys and types, no other', async () => {
  const { request } = await send(`${OFF}json_output: true\nhttp_output: {enabled: true, url: SERVER}`);
  assertTaken(request);
  assert.equal(request.headers['content-type'], 'application/json');
  assert.equal(request.headers['user-agent'], 'saker');
  const body = JSON.parse(request.body);
  assert.deepEqual(
    Object.fromEntries(Object.entries(body).map(([key, value]) => [key, typeof value])),
    FALCOSIDEKICK,
  );
  assert.equal(body.priority, 'Warning');
  assert.equal(body.time, '2023-11-14T22:13:20.123456789Z');
  assert.ok(!Number.isNaN(Date.parse(body.time)));
  assert.deepEqual(body.tags, ['a', 'b']);
  assert.equal(body.output_fields['proc.name'], 'c\u001b\nat');
  assert.ok(!request.body.includes('\n') && !request.body.includes('\u001b'));
});

test('text, user agent, headers; answers are shown when asked for', async () => {
  const { request, said } = await send(
    `${OFF}http_output: {enabled: true, url: SERVER, user_agent: x/1, echo: true, headers: {X-A: b}}`,
  );
  assert.equal(request.headers['content-type'], 'text/plain');
  assert.equal(request.headers['user-agent'], 'x/1');
  assert.equal(request.headers['x-a'], 'b');
  assert.match(request.body, /: Warning read \\u001b\[2J by cat$/);
  assert.deepEqual(said, ['output http: the server answers 200: thank you']);
});
