import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem, problemLine } from '../../../src/base/errors.ts';
import { loadConfig } from '../../../src/config/index.ts';

const load = (text: string) =>
  loadConfig({ file: 'saker.yaml', files: { read: () => text, list: () => [] } });

const CASES: readonly [name: string, yaml: string, expected: readonly RegExp[]][] = [
  ['a program', 'program_output: {enabled: true}', [/^saker\.yaml:1:\d+: program_output\.program is empty/]],
  ['no program needed', 'program_output: {enabled: false}', []],
  ['no address', 'http_output:\n  enabled: true', [/^saker\.yaml:1:1: http_output\.url is empty/]],
  [
    'another scheme',
    'http_output:\n  enabled: true\n  url: ftp://t0ken',
    [/:3:3: http_output\.url is no address of the web/],
  ],
  ['a credential', 'http_output: {enabled: true, url: "credential:url"}', []],
  ['no server', 'syslog_output: {enabled: true, protocol: tcp}', [/syslog_output\.address is no address/]],
  ['a server', 'syslog_output: {enabled: true, protocol: tcp, address: "log:514"}', []],
  ['no kind', 'targets:\n  - {}', [/:2:5: targets\[0\] must name one kind/]],
  [
    'an unknown kind',
    'targets:\n  - slak: {}',
    [/targets\[0\]\.slak is not a known key \(did you mean slack\?\)/, /must name one kind/],
  ],
  [
    'two kinds',
    'targets:\n  - slack: {webhookurl: "http://a"}\n    loki: {hostport: "http://a"}',
    [/must name one kind/],
  ],
  [
    'no destination',
    'targets:\n  - slack: {}\n  - pagerduty: {}',
    [/slack\.webhookurl is empty/, /pagerduty\.routingkey is empty/],
  ],
  [
    'one name twice',
    'targets:\n  - slack: {webhookurl: "http://a"}\n  - slack: {webhookurl: "http://b"}',
    [/:3:\d+: targets\[1\]\.slack\.name is "slack", as that of another/],
  ],
  [
    'a name of an output',
    'targets:\n  - slack: {webhookurl: "http://a", name: http}',
    [/as that of another/],
  ],
  [
    'a name that leaves its folder',
    'targets:\n  - slack: {webhookurl: "http://a", name: ../x}',
    [/is "\.\.\/x" — use small letters/],
  ],
  [
    'a bad template',
    'targets:\n  - webhook: {address: "http://a", body: "{{ ruel }}"}',
    [/body is no template: \{\{ ruel \}\} is no part of an alert — write one of rule/],
  ],
  [
    'a wrong choice',
    'targets:\n  - loki: {hostport: "http://a", format: xml}',
    [/targets\[0\]\.loki\.format is "xml"/],
  ],
];

for (const [name, yaml, expected] of CASES) {
  test(`outputs: ${name}`, () => {
    const { problems } = load(yaml);
    const lines = problems.map(problemLine);
    assert.equal(lines.length, expected.length, lines.join('\n'));
    for (const [i, pattern] of expected.entries()) assert.match(lines[i]!, pattern);
  });
}

test('a target takes what is missing from its own defaults', () => {
  const { config } = load('targets:\n  - loki: {hostport: "http://a", minimumpriority: ""}');
  assert.deepEqual(config?.targets[0]?.loki?.endpoint, '/loki/api/v1/push');
  assert.equal(config?.targets[0]?.loki?.minimumpriority, 'Debug');
  assert.equal(config?.targets[0]?.slack, undefined);
});

test('no message shows what may be a token', () => {
  const yaml = [
    'http_output: {enabled: true, url: "t0ken"}',
    'htp_output: {url: "http://x/t0ken"}',
    'targets:',
    '  - slack: {webhookurl: [t0ken]}',
    '  - slack: {webhokurl: "http://x/t0ken"}',
    '  - loki: {hostport: "t0ken"}',
  ].join('\n');
  const { problems } = load(yaml);
  assert.ok(problems.length >= 5);
  assert.doesNotMatch(problems.map(formatProblem).join('\n'), /t0ken/);
});
