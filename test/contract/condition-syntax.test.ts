import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CompareNode, parseCondition, printCondition } from '../../src/rules/condition/index.ts';
import { readCases } from './util/conditions.ts';

interface ParseRow {
  readonly id: string;
  readonly expr: string | null;
  readonly expr_repeat?: { readonly char: string; readonly count: number };
  readonly expect: 'ok' | 'error';
  readonly peer_message?: string;
}

test('every expression of the parser suite is accepted or refused', () => {
  for (const row of readCases<ParseRow[]>('peers/filter_parse.json')) {
    const expr = row.expr ?? row.expr_repeat!.char.repeat(row.expr_repeat!.count);
    const parsed = parseCondition(expr, { maxDepth: 100 });
    assert.equal(parsed.ok ? 'ok' : 'error', row.expect, `${row.id}: ${expr.slice(0, 200)}`);
    if (!parsed.ok && row.peer_message !== undefined) {
      assert.ok(parsed.error.message.includes(row.peer_message), `${row.id}: ${parsed.error.message}`);
    }
  }
});

interface CanonicalRow {
  readonly id: string;
  readonly expr: string;
  readonly canonical?: string;
  readonly roundtrip?: boolean;
}

test('canonical printing', () => {
  for (const { id, expr, canonical, roundtrip } of readCases<CanonicalRow[]>('peers/filter_canonical.json')) {
    const parsed = parseCondition(expr);
    assert.ok(parsed.ok, id);
    const printed = printCondition(parsed.ast);
    if (canonical !== undefined) assert.equal(printed, canonical, id);
    if (roundtrip) {
      const again = parseCondition(printed);
      assert.ok(again.ok, `${id}: ${printed}`);
      assert.equal(printCondition(again.ast), printed, id);
    }
  }
});

interface EscapeRow {
  readonly quoted: string;
  readonly bytes_hex?: string;
  readonly expect?: 'error';
}

test('string escapes', () => {
  for (const { quoted, bytes_hex } of readCases<EscapeRow[]>('peers/string_escapes.json')) {
    const parsed = parseCondition(`proc.name = ${quoted}`);
    if (bytes_hex === undefined) {
      assert.ok(!parsed.ok, quoted);
      continue;
    }
    assert.ok(parsed.ok, quoted);
    const { right } = parsed.ast as CompareNode;
    assert.ok(right.kind === 'value');
    assert.equal(Buffer.from(right.text, 'latin1').toString('hex'), bytes_hex, quoted);
  }
});
