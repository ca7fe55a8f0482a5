import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tryCommand } from '../../../src/cli/try.ts';

const folder = mkdtempSync(join(tmpdir(), 'saker-try-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

const EVENTS = file('events.jsonl', [
  '{"evt.num":7,"evt.type":"open","proc.name":"cat","fd.name":"/é","evt.rawtime":1795315747519362001}',
  '',
  '{"evt.type":"close","proc.name":null}',
]);

function run(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = tryCommand(args, { out: (text) => void out.push(text), err: (text) => void err.push(text) });
  return { code, out: out.join(''), err: err.join('') };
}

test('one expression', () => {
  assert.deepEqual(run('proc.name = cat', '--events', EVENTS), {
    code: 0,
    out: '1 of 2 events match: 7\n',
    err: '',
  });
  assert.equal(run('fd.name endswith é', '--events', EVENTS).out, '1 of 2 events match: 7\n');
  assert.equal(run('evt.rawtime = 1795315747519362001', '--events', EVENTS).out, '1 of 2 events match: 7\n');
  // An event without evt.num goes by its line.
  const json = run('evt.type = close', '--events', EVENTS, '--json');
  assert.equal(json.out, '{"expr":"evt.type = close","ok":true,"hits":[3]}\n');
});

test('a mistake is shown with its place; exit code 1', () => {
  const { code, out } = run('proc.nme = cat', '--events', EVENTS);
  assert.equal(code, 1);
  assert.match(
    out,
    /^1:1: filter_check called with nonexistent field proc\.nme — did you mean proc\.name\?\n {2}proc\.nme/,
  );
});

test('a batch of expressions, as lines, JSON strings or objects', () => {
  const expressions = file('expressions', [
    'proc.name = cat',
    '"not proc.name = cat"',
    '{"expr":"nonsense("}',
    '',
  ]);
  const { code, out } = run('--expressions', expressions, '--events', EVENTS, '--json');
  assert.equal(code, 0);
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(lines.slice(0, 2), [
    { expr: 'proc.name = cat', ok: true, hits: [7] },
    { expr: 'not proc.name = cat', ok: true, hits: [3] },
  ]);
  assert.equal(lines[2].ok, false);
  assert.deepEqual(Object.keys(lines[2].error).slice(0, 4), ['message', 'offset', 'line', 'column']);
});

test('warnings go to standard error', () => {
  assert.match(
    run('proc.name = proc.pname', '--events', EVENTS).err,
    /^warning: 'proc\.pname' may be a valid field/,
  );
});

test('wrong arguments and files are named; exit code 2', () => {
  const broken = file('broken.jsonl', ['{}', '[1]']);
  const rows: readonly (readonly [args: string[], message: RegExp])[] = [
    [['proc.name = a'], /--events is missing/],
    [['--events', EVENTS], /give either one expression or --expressions/],
    [['a', 'b', '--events', EVENTS], /give either/],
    [['a', '--events', '/no/such'], /\/no\/such cannot be read/],
    [['a', '--events', broken], /broken\.jsonl:2: not an event/],
    [['a', '--events', EVENTS, '--compat', 'x'], /--compat/],
    [['a', '--nonsense'], /nonsense/],
  ];
  for (const [args, message] of rows) {
    const { code, err } = run(...args);
    assert.equal(code, 2);
    assert.match(err, message);
    // How to call it helps with wrong arguments only.
    assert.equal(err.includes('usage: saker try'), !/cannot be read|not an event/.test(err), err);
  }
});

test('names of events are exact numbers in JSON and cannot drive a terminal in text', () => {
  const events = file('names.jsonl', [
    '{"evt.num":18446744073709551615,"evt.type":"open"}',
    '{"evt.num":"\\u001b[2J","evt.type":"open"}',
  ]);
  assert.equal(
    run('evt.type = open', '--events', events).out,
    '2 of 2 events match: 18446744073709551615 \\x1b[2J\n',
  );
  assert.match(
    run('evt.type = open', '--events', events, '--json').out,
    /"hits":\[18446744073709551615,"\\u001b\[2J"\]/,
  );
});

test('text of a batch names each expression; the caret stands under its place after a tab', () => {
  const expressions = file('two', ['proc.name = cat', '\tproc.nme = cat']);
  assert.equal(
    run('--expressions', expressions, '--events', EVENTS).out,
    [
      'proc.name = cat',
      '1 of 2 events match: 7',
      '\\tproc.nme = cat',
      '1:2: filter_check called with nonexistent field proc.nme — did you mean proc.name?',
      '  \\tproc.nme = cat',
      '    ^\n',
    ].join('\n'),
  );
});

test('a name in an event that no field has is told, with what was perhaps meant', () => {
  const events = file('strange.jsonl', [
    '{"evt.type":"open","proc.nam":"cat","evt.arg.flags":"x","evt.arg[path]":"y","proc.aname[2]":"z"}',
    '{"evt.type":"open","proc.nam":"cat","\\u001b[2Jx":1}',
  ]);
  const { code, out, err } = run('evt.type = open', '--events', events);
  assert.deepEqual([code, out], [0, '2 of 2 events match: 1 2\n']);
  assert.deepEqual(err.trimEnd().split('\n'), [
    'warning: events: there is no field proc.nam, its values are not seen — did you mean proc.name?',
    'warning: events: there is no field \\x1b[2Jx, its values are not seen — see saker fields',
  ]);
});
