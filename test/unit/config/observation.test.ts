import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULTS, listenHost, loadConfig, parseDuration } from '../../../src/config/index.ts';

const load = (text: string) =>
  loadConfig({ file: 'falco.yaml', files: { read: () => text, list: () => [] } });

test('the web server as Falco ships it starts, on loopback and with a warning that says why', () => {
  const { config, problems } = load(
    'webserver:\n  enabled: true\n  threadiness: 0\n  listen_port: 8765\n  listen_address: 0.0.0.0\n' +
      '  k8s_healthz_endpoint: /healthz\n  prometheus_metrics_enabled: false\n  ssl_enabled: false\n' +
      '  ssl_certificate: /etc/falco/falco.pem\n',
  );
  assert.equal(config?.webserver.enabled, true);
  assert.deepEqual(
    problems.map(({ code, line }) => [code, line]),
    [['SAKER_W_CONFIG_LISTEN', 5]],
  );
  assert.match(problems[0]!.what, /0\.0\.0\.0 .* listens on 127\.0\.0\.1 only/);
  assert.equal(listenHost(config!.webserver), '127.0.0.1');
});

const HOSTS: readonly [keys: string, host: string, problems: number][] = [
  ['listen_address: 127.0.0.1', '127.0.0.1', 0],
  ['listen_address: 127.1.2.3', '127.1.2.3', 0],
  ['listen_address: localhost', 'localhost', 0],
  ['listen_address: "::1"', '::1', 0],
  ['listen_address: "[::1]"', '::1', 0],
  ['listen_address: "[::]"', '::1', 1],
  ['listen_address: 10.1.2.3', '127.0.0.1', 1],
  ['listen_address: "::ffff:10.1.2.3"', '::1', 1],
  ['listen_address: 10.1.2.3, allow_plaintext: true', '10.1.2.3', 0],
  ['listen_address: 0.0.0.0, ssl_enabled: true', '0.0.0.0', 0],
];
for (const [keys, host, count] of HOSTS) {
  test(`listens where it may: ${keys}`, () => {
    const { config, problems } = load(`webserver: {enabled: true, ${keys}}\n`);
    assert.equal(listenHost(config!.webserver), host);
    assert.equal(problems.length, count);
    assert.deepEqual(load(`webserver: {${keys}}\n`).problems, [], 'switched off, nothing is said');
  });
}

const WRONG: readonly [text: string, says: RegExp][] = [
  ['webserver: {listen_address: example.org}', /listen_address is "example.org"/],
  ['webserver: {listen_address: "1.2.3.4:80"}', /listen_address/],
  ['webserver: {listen_port: 0}', /listen_port is "0"/],
  ['webserver: {listen_port: 65536}', /listen_port/],
  ['webserver: {k8s_healthz_endpoint: healthz}', /k8s_healthz_endpoint is "healthz"/],
  ['webserver: {k8s_healthz_endpoint: /metrics}', /k8s_healthz_endpoint/],
  ['webserver: {k8s_healthz_endpoint: "/a?b"}', /k8s_healthz_endpoint/],
  ['webserver: {enabled: true, ssl_enabled: true, ssl_certificate: x.pem}', /ssl_certificate/],
  ['metrics: {interval: 1 hour}', /metrics.interval is "1 hour"/],
  ['metrics: {interval: 99ms}', /interval/],
  ['metrics: {interval: 4w}', /interval/],
  ['metrics: {interval: 60}', /interval/],
  ['metrics: {output_file: stats.jsonl}', /output_file/],
];
for (const [text, says] of WRONG) {
  test(`refused, with its line: ${text}`, () => {
    const { config, problems } = load(`priority: debug\n${text}\n`);
    assert.equal(config, null);
    assert.deepEqual(
      problems.map(({ line }) => line),
      [2],
    );
    assert.match(problems[0]!.what, says);
  });
}

test('keys of metrics that have no effect are named, the others have defaults as Falco’s', () => {
  const { config, problems } = load('metrics: {enabled: true, jemalloc_stats_enabled: true}\n');
  assert.deepEqual(config?.metrics, { ...DEFAULTS.metrics, enabled: true });
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['SAKER_W_CONFIG_NOT_USED'],
  );
});

test('durations are Prometheus’s', () => {
  const cases: Record<string, number | null> = {
    '1h': 3_600_000,
    '1h30m20s10ms': 5_420_010,
    '15m': 900_000,
    '5ms': 5,
    '1d': 86_400_000,
    '2w': 1_209_600_000,
    '': null,
    '5': null,
    '1m1h': null,
    '1h1h': null,
    '-1h': null,
    '1.5h': null,
  };
  for (const [text, ms] of Object.entries(cases)) assert.equal(parseDuration(text), ms, text);
});
