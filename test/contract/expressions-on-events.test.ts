import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tryCommand } from '../../src/cli/try.ts';
import { compileRules } from '../../src/rules/compile/index.ts';
import { evaluate } from '../../src/rules/condition/index.ts';
import { type FactMap, factEvent, factMapSource } from '../../src/rules/fact-map.ts';
import { build, mustBuild, readCases } from './util/conditions.ts';

interface Data {
  readonly events: readonly FactMap[];
  readonly cases: readonly {
    readonly expr: string;
    readonly ok: boolean;
    readonly hits: readonly number[];
  }[];
}

const { events, cases } = readCases<Data>('expressions_on_events.json');
const accepted = cases.filter(({ ok }) => ok);

test('saker try gives the measured hits for every expression', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'saker-try-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [expressionFile, eventFile] = [join(folder, 'expressions'), join(folder, 'events.jsonl')];
  writeFileSync(expressionFile, cases.map(({ expr }) => `${expr}\n`).join(''));
  writeFileSync(eventFile, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const printed: string[] = [];
  const io = { out: (text: string) => void printed.push(text), err: () => {} };
  assert.equal(tryCommand(['--expressions', expressionFile, '--events', eventFile, '--json'], io), 0);
  const lines = printed
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, cases.length);
  for (const [at, { expr, ok, hits }] of cases.entries()) {
    const { error, ...rest } = lines[at];
    assert.deepEqual(rest, ok ? { expr, ok, hits } : { expr, ok }, expr);
    assert.equal(error !== undefined, !ok, expr);
  }
});

test('oracle, closures and generated code agree, for all matches and for the first', () => {
  const conditions = accepted.map(({ expr }) => mustBuild(expr));
  const oracles = conditions.map((condition) => evaluate(condition, factMapSource));
  const out = new Int32Array(conditions.length);
  for (const generate of [true, false]) {
    const all = compileRules(conditions, factMapSource, { matching: 'all', generate });
    const first = compileRules(conditions, factMapSource, { matching: 'first', generate });
    for (const event of events.map((facts) => factEvent(facts))) {
      const expected = [...oracles.keys()].filter((at) => oracles[at]!(event.typeId, event));
      const count = all.match(event.typeId, event, out);
      assert.deepEqual([...out.subarray(0, count)], expected);
      const found = first.match(event.typeId, event, out);
      assert.deepEqual([...out.subarray(0, found)], expected.slice(0, 1));
    }
  }
});

test('refused expressions are refused', () => {
  for (const { expr, ok } of cases) assert.equal(build(expr).ok, ok, expr);
});
