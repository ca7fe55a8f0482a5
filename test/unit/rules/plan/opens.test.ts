import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../../src/rules/condition/index.ts';
import { type FactMap, factEvent, factMapSource } from '../../../../src/rules/fact-map.ts';
import { describeOpens } from '../../../../src/rules/plan/index.ts';
import { casesOf } from '../../../../src/rules/plan/opens.ts';
import type { OpenKind } from '../../../../src/schema/open-kinds.ts';
import { mustBuild } from '../../../contract/util/conditions.ts';

const ALL: OpenKind[] = ['read', 'write', 'failed'];
const kindsOf = (text: string): OpenKind[] => casesOf(mustBuild(text)).flatMap(({ kinds }) => [...kinds]);

const KINDS: readonly (readonly [condition: string, kinds: readonly OpenKind[]])[] = [
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
  ['evt.failed = true or proc.name = x', ALL],
  ['not (evt.failed = true or proc.name = x)', ['read', 'write']],
  ['not (evt.failed = true and proc.name = x)', ALL],
  ['evt.failed = true and evt.res = SUCCESS', []],
  ['evt.type = connect', []],
  ['evt.type in (open, openat, openat2, creat) and evt.failed = true', ['failed']],
  ['(evt.type = connect and proc.name = x) or (evt.type = open and evt.failed = true)', ['failed']],
  ['not evt.type = connect and evt.failed = true', ['failed']],
];

for (const [text, kinds] of KINDS) test(`kinds: ${text}`, () => assert.deepEqual(kindsOf(text), kinds));

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
  for (const [text, kinds] of KINDS) {
    const matches = evaluate(mustBuild(text), factMapSource);
    for (const [kind, facts] of OPENS) {
      const ret = Number(facts['evt.rawres']);
      const result = {
        'evt.failed': ret < 0,
        'evt.res': ret >= 0 ? 'SUCCESS' : ret === -13 ? 'EACCES' : 'ENOENT',
      };
      for (const name of ['x', 'y']) {
        const event = factEvent({ ...facts, ...result, 'evt.type': 'openat', 'proc.name': name });
        if (matches(event.typeId, event))
          assert.ok(kinds.includes(kind), `${text}: ${JSON.stringify(facts)}`);
      }
    }
  }
});

/** `=` before a whole name, `^` before a beginning; null: any name. */
const NAMES: readonly (readonly [condition: string, names: readonly string[] | null])[] = [
  ['fd.name = /etc/shadow', ['=/etc/shadow']],
  ['fd.name in (/etc/a, /etc/b)', ['=/etc/a', '=/etc/b']],
  ['fs.path.name startswith /etc/', ['^/etc/']],
  ['evt.abspath startswith /etc/', ['^/etc/']],
  ['fd.directory = /etc', ['^/etc']],
  ['fd.name glob /etc/*.conf', ['^/etc/']],
  ['fd.name pmatch (/etc/ssh, /opt/*/x)', ['^/etc/ssh', '^/opt']],
  ['fd.name endswith .so', null],
  ['fd.name contains shadow', null],
  ['fd.filename = shadow', null],
  ['tolower(fd.name) = /etc/shadow', null],
  ['fd.name != /etc/shadow', null],
  ['not fd.name = /etc/shadow', null],
  ['not not fd.name = /etc/shadow', ['=/etc/shadow']],
  // Without a name neither comparison holds.
  ['not fd.name != /etc/shadow', null],
  ['fd.name = /a or fd.name = /b', ['=/a', '=/b']],
  ['fd.name = /a or proc.name = x', null],
  ['fd.name = /a and proc.name = x', ['=/a']],
  ['not (fd.name != /a or not fd.name startswith /a)', ['^/a']],
  ['fd.name startswith /etc and fd.name = /etc/shadow', ['=/etc/shadow']],
  ['fd.name startswith /etc/ssh/ and fd.directory startswith /etc', ['^/etc/ssh/']],
  ['fd.name startswith /etc and fd.name startswith /usr', []],
  ['(evt.type = connect or fd.name = /a) and evt.type in (open, openat, openat2, creat)', ['=/a']],
];

for (const [text, names] of NAMES)
  test(`names: ${text}`, () => {
    const cases = casesOf(mustBuild(text));
    const seen = cases.map((one) => one.names?.map((t) => `${t.exact ? '=' : '^'}${t.text}`) ?? null);
    assert.deepEqual(seen, names?.length === 0 ? [] : [names]);
    for (const { kinds } of cases) assert.deepEqual([...kinds], ALL);
  });

test('each kind has names of its own', () => {
  const cases = casesOf(
    mustBuild('(evt.failed = true and fd.name = /a) or (evt.is_open_write = true and evt.failed = false)'),
  );
  const seen = cases.map(({ kinds, names }) => [
    [...kinds].join(' '),
    names?.map(({ text }) => text) ?? null,
  ]);
  assert.deepEqual(seen, [
    ['write', null],
    ['failed', ['/a']],
  ]);
});

const OBSTACLES: readonly (readonly [condition: string, obstacle: string])[] = [
  ['proc.name = x', 'nothing is asked of the name'],
  ['fd.name endswith .so', 'fd.name is compared in a way that says nothing of how it begins'],
  ['not fd.name startswith /usr and proc.name = x', 'fd.name is only excluded'],
  ['fd.name = /etc/a or proc.name = x', 'an alternative leaves the name open: nothing is asked of the name'],
  ['fd.name startswith /et', '/et begins too many names: fewer than 4 bytes'],
  ['fd.name = /et', ''],
];

for (const [text, obstacle] of OBSTACLES)
  test(`obstacle: ${text}`, () => assert.equal(describeOpens(mustBuild(text))[0]!.obstacle, obstacle));
