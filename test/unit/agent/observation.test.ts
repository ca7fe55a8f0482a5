import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Observation } from '../../../src/agent/observation.ts';
import { refusalOf } from '../../../src/agent/refusal.ts';
import { loadSettings, type Settings } from '../../../src/agent/settings.ts';
import { Snapshots } from '../../../src/agent/snapshots.ts';
import type { Alert } from '../../../src/base/alert.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { EngineStats } from '../../../src/engine/messages.ts';
import { parseExposition } from '../metrics/exposition.ts';
import { readings } from '../metrics/readings.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-observation-'));
after(() => rmSync(folder, { recursive: true }));

const rulesFile = join(folder, 'rules.yaml');
writeFileSync(
  rulesFile,
  '- {rule: "a \\"hostile\\"\\n} name", desc: d, condition: evt.type = openat, output: x, priority: ERROR, tags: [t-1]}\n',
);

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve) =>
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

function settingsWith(text: string): Settings {
  const configFile = join(folder, 'saker.yaml');
  writeFileSync(configFile, text);
  const { settings, problems } = loadSettings({
    configFile,
    overrides: [],
    rulesFiles: [rulesFile],
    env: {},
  });
  assert.ok(settings, JSON.stringify(problems));
  return settings;
}

/** The agent around it: a real engine on this thread, everything else at rest. */
function agent(stats?: () => Promise<EngineStats>) {
  const engine = new Engine();
  const said: string[] = [];
  const written: Alert[] = [];
  const canary: { heard: { atMs: number; tookMs: number } | null } = { heard: null };
  /** The maps of the kernel are gone: a look at them would end the process. */
  const closed = { now: false };
  const open = <T>(value: T): T => (closed.now ? process.exit(99) : value);
  const observation = new Observation({
    engine: { stats: stats ?? (async () => ({ ...engine.stats(0), overrun: 0 })) },
    probes: {
      counts: () => open([{ type: 'openat', sent: 7n, lost: 1n, dropped: 0n }]),
      facts: () => [],
      state: () => ({ types: [], attached: 3, pending: 0, dispatching: false, blocked: null }),
    },
    containers: { runtimes: () => ({}) },
    delivery: { stats: () => [], write: (alert) => void written.push(alert) },
    backlog: () => open({ written: 8, read: 0, oldestNs: null, sizeBytes: 16, behindMs: 0 }),
    losses: () => [],
    service: () => null,
    heardLast: () => canary.heard,
    refused: () => true,
    patienceMs: 20_000,
    log: { notice: (text) => void said.push(text), error: (text) => void said.push(text) },
  });
  return { engine, observation, canary, said, written, closed };
}

async function get(port: number, path: string): Promise<{ status: number; body: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, body: await answer.text() };
}

const web = (port: number, more = ''): string =>
  `webserver: {enabled: true, listen_port: ${port}, prometheus_metrics_enabled: true${more}}\n`;

test('/healthz follows the canary: red before the first one, green, red when it stays away, green again', async () => {
  const { observation, canary } = agent();
  const port = await freePort();
  await observation.apply(settingsWith(web(port)));
  const health = async () => {
    const { status, body } = await get(port, '/healthz');
    return [status, JSON.parse(body)] as const;
  };
  const [before, why] = await health();
  assert.equal(before, 503);
  assert.match(why.reasons[0], /not ready yet/);
  canary.heard = { atMs: performance.now(), tookMs: 5 };
  assert.deepEqual(await health(), [200, { status: 'ok' }]);
  canary.heard = { atMs: performance.now() - 60_000, tookMs: 5 };
  const [silent, reason] = await health();
  assert.equal(silent, 503);
  assert.equal(reason.status, 'unhealthy');
  assert.match(reason.reasons[0], /no canary event has come through for 60 s: saker is blind/);
  assert.deepEqual(observation.health().reasons, reason.reasons, 'saker status says the same');
  canary.heard = { atMs: performance.now(), tookMs: 5 };
  assert.equal((await health())[0], 200);
  observation.stop();
});

test('/metrics of a real engine, with a hostile name of a rule; /versions', async () => {
  const { engine, observation } = agent();
  const port = await freePort();
  const settings = settingsWith(web(port));
  assert.ok(engine.load(settings.rules).ok);
  await observation.apply(settings);
  const { status, body } = await get(port, '/metrics');
  assert.equal(status, 200);
  const { series } = parseExposition(body);
  const matches = series.filter(({ name }) => name === 'falcosecurity_falco_rules_matches_total');
  assert.deepEqual(matches, [
    {
      name: 'falcosecurity_falco_rules_matches_total',
      labels: { priority: '3', rule_name: 'a "hostile"\\n} name', source: 'syscall', tag_t_1: 'true' },
      value: 0,
    },
  ]);
  const files = series.filter(({ name }) => name.startsWith('falcosecurity_falco_sha256_'));
  assert.deepEqual(
    files.map(({ labels }) => [labels.file_name, labels.sha256?.length]),
    [
      ['rules.yaml', 64],
      ['saker.yaml', 64],
    ],
  );
  const versions = JSON.parse((await get(port, '/versions')).body);
  assert.deepEqual(Object.keys(versions), ['saker_version', 'node_version', 'kernel_release']);
  observation.stop();
});

test('many who ask at once are one question to the engine', async () => {
  let asked = 0;
  const engine = new Engine();
  const { observation } = agent(async () => {
    asked++;
    return { ...engine.stats(0), overrun: 0 };
  });
  const port = await freePort();
  await observation.apply(settingsWith(web(port)));
  const answers = await Promise.all(Array.from({ length: 8 }, () => get(port, '/metrics')));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(asked, 1);
  observation.stop();
});

test('an engine that does not answer, or is gone, holds nothing up and is told', async () => {
  const cases = [
    () => new Promise<EngineStats>(() => {}),
    () => Promise.reject<EngineStats>(new Error('the engine thread ended')),
  ];
  for (const stats of cases) {
    const { observation } = agent(stats);
    const port = await freePort();
    await observation.apply(settingsWith(web(port)));
    const { series } = parseExposition((await get(port, '/metrics')).body);
    const value = (name: string) => series.find((one) => one.name === name)?.value;
    assert.equal(value('saker_engine_answers'), 0);
    assert.equal(value('falcosecurity_scap_n_evts_total'), 8, 'the kernel has told');
    assert.equal(value('saker_events_total'), undefined);
    observation.stop();
  }
});

test('an answer that comes after the end finds nothing of the kernel to read', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<EngineStats>();
  const { observation, closed } = agent(() => {
    asked.resolve();
    return answer.promise;
  });
  const port = await freePort();
  await observation.apply(settingsWith(web(port)));
  const page = get(port, '/metrics').catch(() => null);
  await asked.promise;
  observation.stop();
  closed.now = true;
  answer.resolve({ ...new Engine().stats(0), overrun: 0 });
  assert.equal(await page, null);
});

test('what is not enabled is not there: no server, no /metrics, another path of health', async () => {
  const { observation } = agent();
  await observation.apply(settingsWith('priority: debug\n'));
  assert.equal(observation.port, null);
  const port = await freePort();
  await observation.apply(
    settingsWith(`webserver: {enabled: true, listen_port: ${port}, k8s_healthz_endpoint: /live}\n`),
  );
  assert.equal((await get(port, '/metrics')).status, 404);
  assert.equal((await get(port, '/healthz')).status, 404);
  assert.equal((await get(port, '/live')).status, 503);
  observation.stop();
});

test('a reload moves the server; one that changes nothing about it leaves connections alone', async () => {
  const { observation, said } = agent();
  const [first, second] = [await freePort(), await freePort()];
  await observation.apply(settingsWith(web(first)));
  await observation.apply(settingsWith(`${web(first)}priority: error\n`));
  assert.equal(said.length, 1);
  await observation.apply(settingsWith(web(second)));
  assert.equal((await get(second, '/healthz')).status, 503);
  await assert.rejects(get(first, '/healthz'));
  await observation.apply(settingsWith('webserver: {enabled: false}\n'));
  await assert.rejects(get(second, '/healthz'));
});

test('a port that is taken is told once with what to do; so is a certificate that is none', async () => {
  const { observation, said } = agent();
  const other = createServer();
  const port = await listen(other, 0);
  await observation.apply(settingsWith(web(port)));
  const pem = join(folder, 'none.pem');
  const tls = web(port + 0, `, ssl_enabled: true, ssl_certificate: ${pem}`);
  await observation.apply(settingsWith(tls));
  writeFileSync(pem, 'no certificate');
  await observation.apply(settingsWith(tls));
  other.close();
  assert.equal(said.length, 3);
  assert.match(said[0]!, new RegExp(`no web server on 127.0.0.1:${port}: the port is taken`));
  assert.match(said[1]!, /ENOENT for .*none.pem — webserver.ssl_certificate names a PEM file/);
  assert.match(said[2]!, /none.pem is no PEM file with a certificate and its key \(ERR_/);
  observation.stop();
});

const metricsOf = (text: string) => {
  const { config, rules } = settingsWith(`metrics: {enabled: true${text}}\n`);
  return { config: config.metrics, format: rules.format };
};

test('a snapshot is an alert as Falco’s and a line in a file, with whole integers', async () => {
  const file = join(folder, 'stats.jsonl');
  const written: Alert[] = [];
  const log = { notice: assert.fail, error: assert.fail };
  const snapshots = new Snapshots({
    read: async () => readings(),
    write: (alert) => void written.push(alert),
    log,
  });
  const { config, format } = metricsOf(`, output_file: ${file}`);
  await snapshots.take(config, format);
  await snapshots.take({ ...config, output_rule: false }, format);
  assert.equal(written.length, 1);
  const [{ rule, priority, source, output, json } = assert.fail()] = written;
  assert.deepEqual(
    [rule, priority, source, output],
    ['Falco internal: metrics snapshot', 'Informational', 'internal', 'Falco metrics snapshot'],
  );
  const fields = JSON.parse(json).output_fields;
  assert.equal(fields['falco.rules.Read_a_file'], 9);
  assert.match(json, /"evt.time":1700000100000000000[,}]/);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).sample),
    [1, 2],
  );
  assert.match(lines[0]!, /"falco.start_ts":1700000000000000000[,}]/);
  assert.deepEqual(JSON.parse(lines[0]!).output_fields, fields);
});

test('a file that cannot be written is told once, and once when it can', async () => {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const snapshots = new Snapshots({
    read: async () => readings(),
    write: () => assert.fail(),
    log: { notice: say, error: say },
  });
  const { config, format } = metricsOf(', output_rule: false, output_file: /dev/full');
  for (let i = 0; i < 3; i++) await snapshots.take(config, format);
  await snapshots.take({ ...config, output_file: join(folder, 'good') }, format);
  assert.equal(said.length, 2);
  assert.match(said[0]!, /ENOSPC.* — metrics.output_file names a file saker may write/);
  assert.match(said[1]!, /written again/);
});

test('snapshots come in the interval, and end with it', async () => {
  const { observation, written } = agent();
  await observation.apply(settingsWith('metrics: {enabled: true, interval: 100ms}\n'));
  while (written.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  await observation.apply(settingsWith('metrics: {enabled: false}\n'));
  const count = written.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  // One may have been under way.
  assert.ok(written.length <= count + 1);
});

test('a refused reload is an alert under Falco’s name, and a metric', async () => {
  const { observation, canary, written } = agent();
  const port = await freePort();
  canary.heard = { atMs: performance.now(), tookMs: 1 };
  await observation.apply(
    settingsWith(
      `json_output: true\nwebserver: {enabled: true, listen_port: ${port}, prometheus_metrics_enabled: true}`,
    ),
  );
  observation.refused(refusalOf('b.yaml: Invalid'));
  assert.deepEqual(
    written.map(({ rule, priority, source, fields }) => [rule, priority, source, fields['reload.reason']]),
    [['Falco internal: hot restart failure', 'Critical', 'internal', 'b.yaml: Invalid']],
  );
  const { body } = await get(port, '/metrics');
  assert.match(body, /^saker_reload_refused 1$/m);
  observation.stop();
});
