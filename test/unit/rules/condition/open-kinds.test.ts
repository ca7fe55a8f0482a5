import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, openKindsOf } from '../../../../src/rules/condition/index.ts';
import { type FactMap, factEvent, factMapSource } from '../../../../src/rules/fact-map.ts';
import type { OpenKind } from '../../../../src/schema/open-kinds.ts';
import { mustBuild } from '../../../contract/util/conditions.ts';

const ALL: OpenKind[] = ['read', 'write', 'failed'];

const CASES: readonly (readonly [condition: string, kinds: readonly OpenKind[]])[] = [
  ['evt.type = openat', ALL],
  ['evt.is_open_read = true', ALL],
  ['evt.is_open_read = true and not evt.failed = true', ['read', 'write']],
  ['evt.is_open_write = true', ['write', 'failed']],
  ['evt.is_open_write = true and evt.res = SUCCESS', ['write']],
  ['evt.is_open_write = false and evt.failed = false', ['read']],
  ['evt.is_open_write != true and evt.failed != true', ['read']],
  ['not evt.is_open_write = true and evt.rawres >= 0', ['read']],
  ['evt.rawres < 0', ['failed']],
  ['not evt.rawres < 0', ['read', 'write']],
  ['evt.rawres > 0', ALL],
  ['evt.res = EACCES', ['failed']],
  ['evt.res != SUCCESS', ['failed']],
  ['evt.res != EACCES', ALL],
  ['not evt.res = EACCES', ALL],
  ['evt.res in (SUCCESS, EACCES)', ALL],
  ['evt.failed = true or fd.name = /etc/shadow', ALL],
  ['not (evt.failed = true or fd.name = /etc/shadow)', ['read', 'write']],
  ['not (evt.failed = true and fd.name = /etc/shadow)', ALL],
  ['evt.failed = true and evt.res = SUCCESS', []],
];

for (const [text, kinds] of CASES) test(text, () => assert.deepEqual(openKindsOf(mustBuild(text)), kinds));

/** One of each kind in the ways that conditions tell apart. */
const OPENS: readonly (readonly [OpenKind, FactMap])[] = [
  ['read', { 'evt.is_open_read': true, 'evt.is_open_write': false, 'evt.rawres': 0 }],
  ['read', { 'evt.is_open_read': false, 'evt.is_open_write': false, 'evt.rawres': 5 }],
  ['write', { 'evt.is_open_read': true, 'evt.is_open_write': true, 'evt.rawres': 5 }],
  ['write', { 'evt.is_open_read': false, 'evt.is_open_write': true, 'evt.rawres': 0 }],
  ['failed', { 'evt.is_open_read': true, 'evt.is_open_write': false, 'evt.rawres': -13 }],
  ['failed', { 'evt.is_open_read': false, 'evt.is_open_write': true, 'evt.rawres': -2 }],
];

test('what matches is of a kind that was found', () => {
  for (const [text, kinds] of CASES) {
    const matches = evaluate(mustBuild(text), factMapSource);
    for (const [kind, facts] of OPENS) {
      const ret = Number(facts['evt.rawres']);
      const result = {
        'evt.failed': ret < 0,
        'evt.res': ret >= 0 ? 'SUCCESS' : ret === -13 ? 'EACCES' : 'ENOENT',
      };
      for (const name of ['/etc/shadow', '/etc/other']) {
        const event = factEvent({ ...facts, ...result, 'evt.type': 'openat', 'fd.name': name });
        if (matches(event.typeId, event))
          assert.ok(kinds.includes(kind), `${text}: ${JSON.stringify(facts)}`);
      }
    }
  }
});
