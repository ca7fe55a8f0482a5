import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { formatProblem } from '../../../src/base/errors.ts';
import {
  loadConfig,
  redactConfig,
  SCHEMA,
  scrub,
  secretValues,
  shownArguments,
} from '../../../src/config/index.ts';
import type { Shape } from '../../../src/config/shape.ts';

/** A configuration that has a secret at every place where one may stand, each with a number. */
const planted: string[] = [];
function plant(shape: Shape, path: string): unknown {
  switch (shape.kind) {
    case 'text': {
      if (shape.secret !== true) return undefined;
      const secret = `s3cret-${planted.length}-x`;
      planted.push(secret);
      return /url|hostport|address/.test(path)
        ? `https://user:${secret}@host.test/${secret}?t=${secret}`
        : secret;
    }
    case 'map': {
      const value = plant(shape.of, path);
      return value === undefined ? undefined : { 'X-Any': value };
    }
    case 'list': {
      const value = plant(shape.of, path);
      return value === undefined ? undefined : [value];
    }
    case 'section':
    case 'item': {
      const keys = Object.entries(shape.keys).map(
        ([key, one]) => [key, plant(one, `${path}.${key}`)] as const,
      );
      const found = keys.filter(([, value]) => value !== undefined);
      return found.length === 0 ? undefined : Object.fromEntries(found);
    }
    default:
      return undefined;
  }
}
const all = plant(SCHEMA, '') as Record<string, Record<string, unknown>> & {
  targets: Record<string, object>[];
};
// One kind for each target.
const [kinds = {}] = all.targets;
const config = { ...all, targets: Object.entries(kinds).map(([kind, section]) => ({ [kind]: section })) };

const load = (text: string, overrides: string[] = []) =>
  loadConfig({ file: 'saker.yaml', overrides, env: {}, files: { read: () => text, list: () => [] } });
const leaks = (text: string): string[] => planted.filter((secret) => text.includes(secret));

test('every secret is hidden when the configuration is shown, the rest is not', () => {
  assert.ok(planted.length >= 15, `${planted.length}`);
  const loaded = load(stringify(config));
  assert.ok(loaded.config !== null, loaded.problems.map(formatProblem).join('\n'));
  assert.equal(leaks(JSON.stringify(loaded.config)).length, planted.length);
  const shown = JSON.stringify(redactConfig(loaded.config));
  assert.deepEqual(leaks(shown), []);
  assert.match(shown, /"url":"https:\/\/host\.test\/\*\*\*"/);
  assert.match(shown, /"user_agent":"saker"/);
  const secrets = secretValues(loaded.config);
  for (const secret of planted) assert.equal(leaks(scrub(`it said ${secret}.`, secrets)).length, 0);
});

test('names of files and credentials are no secrets', () => {
  const { config } = load(
    'http_output: {enabled: true, url: "credential:hook", headers: {A: "file:/etc/t"}}',
  );
  assert.deepEqual(redactConfig(config!).http_output, config!.http_output);
  assert.deepEqual(secretValues(config!), []);
});

const S = 's3cret-0-x';
const mistakes: Readonly<Record<string, string>> = {
  'a mistyped key': `http_output:\n  ulr: ${S}`,
  'a key below a mistyped one': `htp_output:\n  url: ${S}`,
  'a neighbour in braces': `http_output: {enabled: perhaps, url: ${S}}`,
  'a list for a text': `http_output:\n  url: [${S}]`,
  'a text for a section': `http_output: ${S}`,
  'a text for a map': `http_output:\n  headers: "Authorization ${S}"`,
  'a target of no kind': `targets:\n  - slak: {webhookurl: ${S}}`,
  'a target that is a text': `targets:\n  - ${S}`,
  'an address that is none': `http_output: {enabled: true, url: "ftp:${S}"}`,
  'an address of a target that is none': `targets:\n  - webhook: {address: "${S}"}`,
  'a second line': `http_output:\n  headers:\n    A: >-\n      a\n      ${S}\n  enabled: x`,
  'an open quote': `http_output:\n  url: "${S}\n  enabled: true`,
  'an alias': `http_output:\n  enabled: x\n  url: *${S}`,
  'a tag': `http_output: {enabled: x, url: !${S} x}`,
  'a tab': `http_output:\n\turl: ${S}`,
  'two on a line': `http_output:\n  url: ${S}: ${S}`,
  'a variable that is not set': `http_output:\n  url: ${S}\${NONE}`,
  'a key that is not used': `plugins:\n  - name: x\n    init_config: ${S}`,
  'a key twice': `http_output:\n  url: ${S}\n  url: ${S}`,
  'a bad template': `targets:\n  - webhook: {address: "http://h/${S}", body: "{{ nothing( }}"}`,
};
for (const [name, text] of Object.entries(mistakes))
  test(`${name} is told without what it holds`, () => {
    const { problems } = load(text);
    assert.ok(problems.length > 0);
    const told = problems.map(formatProblem).join('\n');
    assert.ok(!told.includes(S), told);
  });

const overrides = [
  `http_output={enabled: true, url: "ftp:${S}"}`,
  `http_output.ulr=${S}`,
  `http_output={url: ${S}, enabled: x}`,
  `http_output.headers[0]=${S}`,
  `targets[]={slack: {webhookurl: "${S}", rate: x}}`,
  `targets[7].slack.webhookurl=${S}`,
  S,
  `a..b=${S}`,
  `program_output={program: "${S}`,
];
for (const argument of overrides)
  test(`-o ${argument.replace(S, 'SECRET')} is refused without its value`, () => {
    const { problems } = load('', [argument]);
    assert.ok(problems.length > 0);
    const told = problems.map(formatProblem).join('\n');
    assert.ok(!told.includes(S), told);
  });

test('what is harmless stays readable', () => {
  const told = (text: string, ...args: string[]) => load(text, args).problems.map(formatProblem).join('\n');
  assert.match(told('json_output: perhaps'), /1 \| json_output: perhaps/);
  assert.match(told('', 'priority=loud'), /-o priority=loud/);
});

const lines = [
  ['POST https://u:pw@h/x failed', 'POST https://***@h/x failed'],
  ['Authorization: Bearer abcdefgh', 'Authorization: ***'],
  ['curl -H "X-Api-Key: abc" x', 'curl -H "X-Api-Key: ***" x'],
  ['--password=abc x', '--password=*** x'],
  ['https://hooks.slack.com/services/T/B/x', 'https://hooks.slack.com/services/***'],
  ['watching with 3 rules', 'watching with 3 rules'],
] as const;
for (const [text, wanted] of lines) test(`scrubbed: ${wanted}`, () => assert.equal(scrub(text, []), wanted));

test('a command line is shown without values that may be secret', () => {
  assert.deepEqual(
    shownArguments([
      'run',
      '-o',
      `http_output.url=${S}`,
      `-ohttp_output.url=${S}`,
      '-Uo',
      `targets[0].webhook.address=${S}`,
      '-o',
      'priority=Error',
      `--option=${S}`,
    ]),
    [
      'run',
      '-o',
      'http_output.url=…',
      '-ohttp_output.url=…',
      '-Uo',
      'targets[0].webhook.address=…',
      '-o',
      'priority=Error',
      '--option=…',
    ],
  );
});
