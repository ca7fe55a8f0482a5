import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTypesOf } from '../../src/rules/condition/index.ts';
import { type FactMap, factEvent } from '../../src/rules/fact-map.ts';
import { EventSet } from '../../src/schema/events.ts';
import { answers, build, mockCatalogue, mustBuild, readCases } from './util/conditions.ts';

interface CompileRow {
  readonly id: string;
  readonly expr: string;
  readonly expect: 'ok' | 'error';
  readonly warnings: number | null;
  readonly peer_message?: string;
}

test('every expression of the compiler suite is accepted or refused, with as many warnings', () => {
  for (const row of readCases<CompileRow[]>('peers/filter_compile.json')) {
    const built = build(row.expr, mockCatalogue);
    const why = built.ok ? '' : built.message;
    assert.equal(built.ok ? 'ok' : 'error', row.expect, `${row.id}: ${row.expr}: ${why}`);
    if (built.ok && row.warnings !== null)
      assert.equal(built.warnings, row.warnings, `${row.id}: ${row.expr}`);
    if (row.peer_message !== undefined) assert.ok(why.includes(row.peer_message), `${row.id}: ${why}`);
  }
});

interface EvalRow {
  readonly id: string;
  readonly expr: string;
  readonly expect: boolean | 'throw';
  readonly event: FactMap;
}

test('every expression of the evaluation suite holds, fails or is refused', () => {
  for (const { id, expr, expect, event } of readCases<EvalRow[]>('peers/filter_eval.json')) {
    const built = build(expr);
    if (expect === 'throw') {
      assert.ok(!built.ok, `${id}: ${expr}`);
      continue;
    }
    assert.ok(built.ok, `${id}: ${expr}: ${built.ok ? '' : built.message}`);
    const isBytes = event._bytes === 'latin1' || event._bytebuf_hex !== undefined;
    const said = answers(built.condition, factEvent(event, isBytes));
    assert.deepEqual(said, { oracle: expect, generated: expect, closures: expect }, `${id}: ${expr}`);
  }
});

/** c.true compares true and c.false false in the suite, whatever the value. */
const MOCK_FACTS: FactMap = {
  'c.true': '1',
  'c.false': '0',
  'c.doublequote': 'hello "quoted"',
  'c.singlequote': "hello 'quoted'",
};

test('boolean structure', () => {
  for (const { id, expr, expect } of readCases<EvalRow[]>('peers/filter_boolean.json')) {
    const built = build(expr, mockCatalogue);
    const event = factEvent(MOCK_FACTS);
    assert.equal(built.ok && answers(built.condition, event).generated, expect, `${id}: ${expr}`);
  }
});

type Names = readonly string[];

interface SetRow {
  readonly id: string;
  readonly expr: string;
  readonly event_set?: 'all' | Names | { readonly all_except: Names };
  readonly same_event_set_as?: string;
  readonly analysis?: 'ok' | 'error';
}

/** Refused at load in both languages (a number must be decimal), so its event set is of no consequence. */
const REFUSED_AT_LOAD = ['evtset-115'];

test('static event sets', () => {
  const sorted = (names: Names) => [...names].sort();
  for (const row of readCases<SetRow[]>('peers/filter_event_sets.json')) {
    const built = build(row.expr);
    if (row.analysis !== undefined || REFUSED_AT_LOAD.includes(row.id)) {
      assert.equal(built.ok ? 'ok' : 'error', row.analysis ?? 'error', `${row.id}: ${row.expr}`);
      continue;
    }
    const set = eventTypesOf(mustBuild(row.expr));
    const { event_set, same_event_set_as } = row;
    if (same_event_set_as !== undefined) {
      assert.ok(set.equals(eventTypesOf(mustBuild(same_event_set_as))), `${row.id}: ${row.expr}`);
    } else if (event_set === 'all') {
      assert.ok(set.equals(EventSet.ALL), `${row.id}: ${row.expr}`);
    } else if (event_set !== undefined && 'all_except' in event_set) {
      assert.deepEqual(sorted(set.complement().names()), sorted(event_set.all_except), row.id);
    } else {
      assert.deepEqual(sorted(set.names()), sorted(event_set!), row.id);
    }
  }
});
