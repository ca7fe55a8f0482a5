import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseTime, WrongFilter } from '../../../src/cli/alerts/filter.ts';
import { alertsCommand } from '../../../src/cli/alerts/index.ts';
import { LineSplitter, MAX_LINE_CHARS } from '../../../src/cli/alerts/lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-alerts-'));
after(() => rmSync(folder, { recursive: true }));
const FILE = join(folder, 'alerts.json');

const line = (n: number, more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    hostname: 'h1',
    output: `10:00:0${n}.000000000: Warning text ${n}`,
    output_fields: { 'container.id': 'host', 'container.name': 'host' },
    priority: 'Warning',
    rule: `Rule ${n}`,
    source: 'syscall',
    tags: ['network'],
    time: `2026-01-0${n}T10:00:00.123456789Z`,
    ...more,
  });

before(() => {
  const files: readonly (readonly [string, string | Buffer])[] = [
    ['alerts.json.2.gz', gzipSync(`${line(1)}\n${line(2, { priority: 'Critical' })}\n`)],
    [
      'alerts.json.1',
      `${line(3, { output_fields: { 'container.id': 'abc123def456', 'container.name': 'web' } })}\nno json\n`,
    ],
    [
      'alerts.json',
      `${line(4, { rule: 'Evil\x1b[2J\nrule', output: 'x\u202e', tags: ['a', 'b'] })}\n${line(5)}`,
    ],
    ['alerts.json.bak', line(9)],
  ];
  for (const [at, [name, content]] of files.entries()) {
    writeFileSync(join(folder, name), content);
    utimesSync(join(folder, name), new Date(), new Date(Date.UTC(2026, 0, 3 + at)));
  }
});

function capture() {
  const out: string[] = [];
  const err: string[] = [];
  return {
    out,
    err,
    io: { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) },
  };
}

async function alerts(...args: string[]) {
  const { io, out, err } = capture();
  const code = await alertsCommand(['--file', FILE, ...args], io);
  return { out: out.join(''), err: err.join(''), code };
}
const rules = (out: string): string[] => [...out.matchAll(/Rule (\d)|Evil/g)].map(([all, n]) => n ?? all);

const cases: readonly { args: string[]; wanted: string[] }[] = [
  { args: [], wanted: ['1', '2', '3', 'Evil', '5'] },
  { args: ['-n', '2'], wanted: ['Evil', '5'] },
  { args: ['-n', '0'], wanted: [] },
  { args: ['--since', '2026-01-03'], wanted: ['3', 'Evil', '5'] },
  { args: ['--until', '2026-01-02T12:00Z'], wanted: ['1', '2'] },
  { args: ['--priority', 'critical'], wanted: ['2'] },
  { args: ['--rule', 'evil'], wanted: ['Evil'] },
  { args: ['--rule', 'rule ?'], wanted: ['1', '2', '3', '5'] },
  { args: ['--rule', 'Rule'], wanted: ['1', '2', '3', 'Evil', '5'] },
  { args: ['--tag', 'b'], wanted: ['Evil'] },
  { args: ['--container', 'web'], wanted: ['3'] },
  { args: ['--container', 'abc1'], wanted: ['3'] },
  { args: ['--grep', 'text [12]$'], wanted: ['1', '2'] },
  { args: ['--tag', 'none'], wanted: [] },
];
for (const { args, wanted } of cases)
  test(`${args.join(' ') || 'no filter'}: of all files, packed ones too, in order`, async () => {
    const { out, code } = await alerts(...args);
    assert.equal(code, 0);
    assert.deepEqual(rules(out), wanted);
  });

test('one alert is one line that drives no terminal; --json keeps all of it', async () => {
  const { out, err } = await alerts();
  assert.equal(out.trimEnd().split('\n').length, 5);
  assert.match(out, /^2026-01-04T10:00:00\.123Z Warning {2}Evil\\x1b\[2J\\nrule: x\\u202e$/m);
  assert.match(out, /^2026-01-03\S+ Warning {2}Rule 3 \[web\]: text 3$/m);
  assert.equal(err, 'saker alerts: 1 lines are no alerts in JSON and were left out\n');
  const json = (await alerts('--json', '--rule', 'evil')).out;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
  assert.ok(!/[\x00-\x09\x0b-\x1f\u202e]/.test(json));
  assert.deepEqual(
    JSON.parse(json),
    JSON.parse(line(4, { rule: 'Evil\x1b[2J\nrule', output: 'x\u202e', tags: ['a', 'b'] })),
  );
});

test('--summary counts by rule', async () => {
  const { out } = await alerts('--summary', '--priority', 'Error');
  assert.match(out, /^ {8}1 {2}Critical {7}2026-01-02T10:00:00\.123Z {2}Rule 2$/m);
  assert.equal(JSON.parse((await alerts('--summary', '--json')).out).total, 5);
});

const wrong = [
  [['--since', 'soon'], /"soon" is no time/],
  [['--priority', 'loud'], /there is no priority "loud"/],
  [['--priority', 'warnin'], /did you mean Warning/],
  [['--grep', '('], /--grep/],
  [['-n', 'x'], /-n takes a number/],
  [['--nonsense'], /nonsense/],
] as const;
for (const [args, message] of wrong)
  test(`${args.join(' ')} is refused with a reason`, async () => {
    const { err, code } = await alerts(...args);
    assert.equal(code, 2);
    assert.match(err, message);
  });

test('a file that is not there, a damaged packed one', async () => {
  const { io, err } = capture();
  assert.equal(await alertsCommand(['--file', join(folder, 'none.json')], io), 1);
  assert.match(err.join(''), /none\.json cannot be read/);
  writeFileSync(join(folder, 'torn.json.1.gz'), gzipSync(`${line(1)}\n`).subarray(0, 40));
  assert.equal(await alertsCommand(['--file', join(folder, 'torn.json')], io), 1);
});

const NOW = new Date(2026, 0, 31, 12, 0, 0).getTime();
const times = [
  ['90s', NOW - 90_000],
  ['2h', NOW - 7_200_000],
  ['3d ago', NOW - 3 * 86_400_000],
  ['today', new Date(2026, 0, 31).getTime()],
  ['yesterday', new Date(2026, 0, 30).getTime()],
  ['08:30', new Date(2026, 0, 31, 8, 30).getTime()],
  ['2026-01-02', new Date(2026, 0, 2).getTime()],
  ['2026-01-02 03:04', new Date(2026, 0, 2, 3, 4).getTime()],
  ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
  ['25:00', null],
  ['-5m', null],
  ['2026-13-01', null],
] as const;
for (const [text, ms] of times)
  test(`the time ${text}`, () => {
    if (ms === null) assert.throws(() => parseTime(text, NOW), WrongFilter);
    else assert.equal(parseTime(text, NOW), ms);
  });

test('a line without an end is bounded, what follows it is read', () => {
  const splitter = new LineSplitter();
  const chunk = Buffer.alloc(1 << 20, 'x');
  for (let size = 0; size <= 2 * MAX_LINE_CHARS; size += chunk.length)
    assert.deepEqual(splitter.push(chunk), []);
  assert.deepEqual(splitter.push(Buffer.from('y\nnext\n')), ['next']);
  assert.equal(splitter.skipped, 1);
});

const MAIN = join(import.meta.dirname, '../../../src/main.ts');

test('--follow shows what comes, also after the file was rotated, and ends with its reader', async () => {
  const file = join(folder, 'follow.json');
  writeFileSync(file, `${line(1)}\n`);
  const child = spawn(process.execPath, [MAIN, 'alerts', '--file', file, '-f'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  const steps = [
    () => appendFileSync(file, `${line(2)}\n${line(3).slice(0, 20)}`),
    () => appendFileSync(file, `${line(3).slice(20)}\n`),
    () => {
      renameSync(file, `${file}.1`);
      writeFileSync(file, `${line(4)}\n`);
    },
    () => child.kill('SIGTERM'),
  ];
  for await (const text of child.stdout.setEncoding('utf8')) {
    out += text;
    while (steps.length > 4 - rules(out).length) steps.shift()?.();
  }
  assert.deepEqual(rules(out), ['1', '2', '3', '4']);
});

test('the journal: fields as text, as bytes, repeated; saker’s own messages are no alerts', async () => {
  const bin = mkdtempSync(join(folder, 'bin-'));
  const entry = (more: Record<string, unknown>) =>
    JSON.stringify({
      SAKER_RULE: 'Rule 1',
      SAKER_PRIORITY: 'Error',
      SAKER_TIME_NS: '1767261600123456789',
      SAKER_TAGS: ['a', 'b'],
      MESSAGE: 'Error from the journal',
      ...more,
    });
  const entries = [
    entry({ SAKER_FIELD_CONTAINER_NAME: 'web' }),
    entry({ SAKER_RULE: [...Buffer.from('Rule 2 \x1b')], SAKER_TAGS: 'b' }),
    JSON.stringify({ MESSAGE: 'watching with 3 rules' }),
  ];
  writeFileSync(join(bin, 'entries'), `${entries.join('\n')}\n`);
  writeFileSync(join(bin, 'journalctl'), `#!/bin/sh\necho "$@" > ${bin}/args\ncat ${bin}/entries\n`);
  chmodSync(join(bin, 'journalctl'), 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${bin}${delimiter}${path}`;
  const { io, out } = capture();
  assert.equal(await alertsCommand(['--journal', '--tag', 'b', '--since', '2026-01-01T00:00Z'], io), 0);
  process.env.PATH = path;
  // Other users' entries may have any field; only the journal knows who wrote them.
  assert.match(readFileSync(join(bin, 'args'), 'utf8'), /--identifier=saker .*_UID=0/);
  assert.equal(
    out.join(''),
    '2026-01-01T10:00:00.123Z Error    Rule 1 [web]: from the journal\n' +
      '2026-01-01T10:00:00.123Z Error    Rule 2 \\x1b: from the journal\n',
  );
});
