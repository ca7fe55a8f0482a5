import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { Interned } from '../../../../src/base/interning.ts';
import { compileRules } from '../../../../src/rules/compile/index.ts';
import { evaluate } from '../../../../src/rules/condition/index.ts';
import { factEvent, factMapSource } from '../../../../src/rules/fact-map.ts';
import type { FactSource } from '../../../../src/rules/facts.ts';
import { eventTypeId } from '../../../../src/schema/events.ts';
import { mustBuild } from '../../../contract/util/conditions.ts';

const OPEN = eventTypeId('open');

/** Runs `make` with Function replaced by one that keeps every source it is given. */
function sourcesOf(make: () => void): string[] {
  const real = globalThis.Function;
  const sources: string[] = [];
  function spy(...parts: string[]) {
    sources.push(parts.join('\n'));
    return real(...parts);
  }
  globalThis.Function = spy as unknown as FunctionConstructor;
  try {
    make();
  } finally {
    globalThis.Function = real;
  }
  return sources;
}

/** Words that generated code is made of; names of bound values are a prefix and a number. */
const WORDS =
  /^(return|true|false|use|strict|function|candidates|rule|event|typeId|out|let|const|if|while|null|undefined|Math|clz32|n|(get|has|memory|directory|addMask|mask|call|type|[wxmpbf])\d+)$/;

const HOSTILE = [
  '"); process.exit(1); ("',
  '*/ throw 1 /*',
  `$\{process.exit(1)}`,
  '\u2028process.exit(1)',
  '\\u0022);evil();',
  '__proto__',
  'constructor',
  "'];evil();['",
  '\n}});evil();(({',
];

test('no text of a rule is ever part of generated code', () => {
  const quote = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  const conditions = HOSTILE.flatMap((text) => [
    mustBuild(`evt.type = open and fd.name = ${quote(text)} and proc.exe contains ${quote(text)}`),
    mustBuild(
      `evt.type = open and (proc.name in (a, ${quote(text)}) or fd.name startswith ${quote(text)}) and fd.num = 3`,
    ),
    mustBuild(
      `evt.type = open and proc.env[${quote(text)}] = ${quote(text)} and not toupper(proc.name) = ${quote(text)}`,
    ),
    mustBuild(`proc.name glob ${quote(text)} or concat(proc.name, ${quote(text)}) = ${quote(text)}`),
  ]);
  let matches = 0;
  const sources = sourcesOf(() => {
    const rules = compileRules(conditions, factMapSource, { matching: 'all' });
    assert.ok(rules.generated);
    const out = new Int32Array(rules.size);
    for (let at = 0; at < 200; at++) {
      const text = HOSTILE[at % HOSTILE.length]!;
      const event = factEvent({
        'evt.type': 'open',
        'fd.name': text,
        'proc.name': text,
        'proc.exe': text,
        'fd.num': 3,
      });
      matches += rules.match(event.typeId, event, out);
    }
  });
  assert.ok(matches > 200);
  assert.ok(sources.length > 10);
  for (const source of sources) {
    for (const word of source.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []) assert.match(word, WORDS);
    assert.match(source, /^[\x20-\x7e\n]*$/);
    assert.doesNotMatch(source.replace('"use strict"', ''), /"/);
    assert.doesNotMatch(source, /['`\\/]/);
  }
});

test('where code generation is forbidden, closures run', () => {
  const script = `
    const { compileRules } = await import(${JSON.stringify(join(import.meta.dirname, '../../../../src/rules/compile/index.ts'))});
    const { mustBuild } = await import(${JSON.stringify(join(import.meta.dirname, '../../../contract/util/conditions.ts'))});
    const { factEvent, factMapSource } = await import(${JSON.stringify(join(import.meta.dirname, '../../../../src/rules/fact-map.ts'))});
    const rules = compileRules([mustBuild('proc.name = cat'), mustBuild('proc.name = dog')], factMapSource, { matching: 'all' });
    const event = factEvent({ 'evt.type': 'open', 'proc.name': 'dog' });
    const out = new Int32Array(2);
    let total = 0;
    for (let at = 0; at < 100; at++) total += rules.match(event.typeId, event, out);
    process.stdout.write(JSON.stringify([rules.generated, total, out[0]]));`;
  const args = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(run.stdout, '[false,100,1]', run.stderr);
});

interface Row {
  readonly name: Interned | null;
  readonly path: Interned | null;
  readonly write: boolean | null;
}

const rowSource: FactSource<Row> = {
  bind: ({ field }) =>
    field.name === 'proc.name'
      ? (row) => row.name
      : field.name === 'fd.name'
        ? (row) => row.path
        : field.name === 'evt.is_open_write'
          ? (row) => row.write
          : null,
};

test('answers stay right while the compiler changes its mind about fields', () => {
  const conditions = Array.from({ length: 70 }, (_, at) =>
    mustBuild(
      at % 2 === 0
        ? `evt.type = open and proc.name = p${at} and evt.is_open_write = true`
        : `evt.type in (open, close) and (fd.name = /f${at} or proc.name = p${at})`,
    ),
  );
  const oracles = conditions.map((condition) => evaluate(condition, rowSource));
  const rules = compileRules(conditions, rowSource, { matching: 'all' });
  const names = Array.from({ length: 80 }, (_, at) => new Interned(`p${at}`));
  const paths = Array.from({ length: 80 }, (_, at) => new Interned(`/f${at}`));
  const out = new Int32Array(rules.size);
  // Past the first two times at which finders are replaced.
  for (let at = 0; at < 100_000; at++) {
    const row: Row = {
      name: at % 11 === 0 ? null : names[(at * 7) % 80]!,
      path: at % 13 === 0 ? null : paths[(at * 31) % 80]!,
      write: at % 5 === 0 ? null : at % 2 === 0,
    };
    const count = rules.match(OPEN, row, out);
    if (at % 97 !== 0 && at > 200) continue;
    const expected = [...oracles.keys()].filter((index) => oracles[index]!(OPEN, row));
    assert.deepEqual([...out.subarray(0, count)], expected);
  }
});

test('a newer rule set forgets what an older one remembered on a text', () => {
  const name = new Interned('cat');
  const row: Row = { name, path: null, write: null };
  const out = new Int32Array(1);
  const is = compileRules([mustBuild('proc.name = cat')], rowSource, { matching: 'all' });
  const isNot = compileRules([mustBuild('proc.name = dog')], rowSource, { matching: 'all' });
  for (let round = 0; round < 3; round++) {
    assert.equal(is.match(OPEN, row, out), 1);
    assert.equal(isNot.match(OPEN, row, out), 0);
  }
});

test('a field that the source never has satisfies nothing, and its negation everything', () => {
  const out = new Int32Array(2);
  const conditions = [mustBuild('user.name != root'), mustBuild('not user.name != root')];
  const rules = compileRules(conditions, rowSource, { matching: 'all' });
  const count = rules.match(OPEN, { name: null, path: null, write: null }, out);
  assert.deepEqual([...out.subarray(0, count)], [1]);
});

test('event types without a rule are known beforehand', () => {
  const rules = compileRules([mustBuild('evt.type in (open, close)')], rowSource, { matching: 'all' });
  assert.deepEqual(rules.eventTypes.names().sort(), ['close', 'open']);
});

test('fields that are read from files are asked last, and only where the rest leaves it open', () => {
  const asked: string[] = [];
  const source: FactSource<Parameters<ReturnType<typeof factMapSource.bind> & object>[0]> = {
    bind: (use) => {
      const get = factMapSource.bind(use)!;
      return (event) => {
        asked.push(use.field.name);
        return get(event);
      };
    },
  };
  const conditions = [
    'proc.exe.sha256 = abc and evt.type = open and proc.name = cat and fd.num > 2',
    'evt.type = open and (proc.exe.changed = true or proc.aname = sh) and proc.name in (cat, dog)',
    'evt.type = open and not (proc.exe.package = coreutils and proc.name != cat)',
    'evt.type = open and tolower(proc.exe.package) = val(proc.name) and proc.name = cat',
  ].map((condition) => mustBuild(condition));
  const oracles = conditions.map((condition) => evaluate(condition, factMapSource));
  const events = [
    { 'proc.name': 'dog', 'fd.num': 3, 'proc.exe.sha256': 'abc', 'proc.exe.package': 'Dog' },
    { 'proc.name': 'cat', 'fd.num': 3, 'proc.exe.sha256': 'abc', 'proc.exe.package': 'Cat' },
    { 'proc.name': 'cat', 'fd.num': 1, 'proc.exe.changed': true, 'proc.aname': ['sh'] },
    { 'proc.name': 'dog', 'fd.num': 1, 'proc.exe.changed': true, 'proc.exe.package': 'coreutils' },
  ];
  /** By event: fields read from files that were asked, in each way of running rules. */
  const expensive = [
    ['proc.exe.changed', 'proc.exe.package'],
    ['proc.exe.changed', 'proc.exe.package', 'proc.exe.sha256'],
    ['proc.exe.package'],
    ['proc.exe.changed', 'proc.exe.package'],
  ];
  for (const generate of [true, false]) {
    const compiled = compileRules(conditions, source, { matching: 'all', generate });
    const out = new Int32Array(compiled.size);
    // Often enough for the plan to choose its fields by what it has seen.
    for (let round = 0; round < 300; round++) {
      for (const [at, facts] of events.entries()) {
        const event = factEvent({ 'evt.type': 'open', ...facts });
        asked.length = 0;
        const found = [...out.subarray(0, compiled.match(OPEN, event, out))];
        const wanted = oracles.flatMap((holds, index) => (holds(OPEN, event) ? [index] : []));
        assert.deepEqual(found, wanted);
        const ofFiles = [...new Set(asked.filter((name) => name.startsWith('proc.exe.')))].sort();
        assert.deepEqual(ofFiles, expensive[at], `event ${at}, generate ${generate}`);
      }
    }
  }
});
