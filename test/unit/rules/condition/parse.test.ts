import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  mapIdentifiers,
  parseCondition,
  parseOperand,
  printCondition,
} from '../../../../src/rules/condition/index.ts';
import { factEvent } from '../../../../src/rules/fact-map.ts';
import { answers, mustBuild } from '../../../contract/util/conditions.ts';

const FAULTS: readonly (readonly [
  text: string,
  message: RegExp,
  line: number,
  column: number,
  hint?: RegExp,
])[] = [
  [
    'evt.type = open AND proc.name = x',
    /unexpected token after 'open', expecting 'or', 'and'/,
    1,
    17,
    /lower case/,
  ],
  ['evt.type=open and evt.is_open_read', /expected a valid check operator: one of 'exists'/, 1, 35],
  ['evt.type=open and proc.args contains a=b', /unexpected token after 'a'/, 1, 39, /quoted/],
  ['evt.type=', /expected a string value or a field with a valid transformer: 'val'/, 1, 10],
  ['!proc.name = x', /expected a '\(' token, a field check, or an identifier/, 1, 1, /'not'/],
  ['proc.name = a\n  and (fd.num < x)', /expected a number value/, 2, 17],
  ['(proc.name = a', /expected a '\)' token/, 1, 15],
  ['proc.name = "a', /has no end/, 1, 13],
  ['proc.name = "a\\qb"', /invalid escape sequence '\\q'/, 1, 15],
  ['', /expected a '\(' token/, 1, 1],
  ['a and', /unexpected token/, 1, 3],
  ['a and not', /unexpected token|expected/, 1, 7],
  ['proc.name in (a, )', /expected a string value in the list/, 1, 18],
  ['val(proc.name) = x', /only allowed on the right/, 1, 1],
  ['proc.name = b64(val(proc.name))', /can not be nested/, 1, 17],
];

test('faults carry message, place and hint', () => {
  for (const [text, message, line, column, hint] of FAULTS) {
    const parsed = parseCondition(text);
    assert.ok(!parsed.ok, text);
    assert.match(parsed.error.message, message, text);
    assert.deepEqual([parsed.error.line, parsed.error.column], [line, column], text);
    if (hint !== undefined) assert.match(parsed.error.hint ?? '', hint, text);
  }
});

const CANONICAL: readonly (readonly [text: string, printed: string])[] = [
  ['not not a', 'a'],
  ['not not not (a)', 'not a'],
  ['((a)) or (b and c)', '(a or (b and c))'],
  ["proc.name = 'it is'", 'proc.name = "it is"'],
  ['proc.name = "a\\"b"', 'proc.name = "a\\"b"'],
  ['proc.name = ""', 'proc.name = ""'],
  ['proc.name = "\\x01"', 'proc.name = "\\x01"'],
  ['proc.name = "é"', 'proc.name = é'],
  ['proc.name in ()', 'proc.name in ()'],
  ['proc.name in a', 'proc.name in a'],
  ['proc.name == anyof anyof', 'proc.name == anyof anyof'],
  ['proc.name = "--x=y"', 'proc.name = "--x=y"'],
];

test('canonical text', () => {
  for (const [text, printed] of CANONICAL) {
    const parsed = parseCondition(text);
    assert.ok(parsed.ok, text);
    assert.equal(printCondition(parsed.ast), printed, text);
  }
});

test('every node knows its place', () => {
  const text = '  proc.name = cat and ( fd.num > 3 or not macro )';
  const parsed = parseCondition(text);
  assert.ok(parsed.ok && parsed.ast.kind === 'and');
  const cut = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
  const [first, second] = parsed.ast.children;
  assert.equal(cut(first!), 'proc.name = cat');
  assert.ok(second?.kind === 'or');
  assert.deepEqual(second.children.map(cut), ['fd.num > 3', 'not macro']);
});

test('macros are put in place', () => {
  const macro = parseCondition('fd.num = 1 or fd.num = 2');
  const parsed = parseCondition('a and not b');
  assert.ok(macro.ok && parsed.ok);
  const mapped = mapIdentifiers(parsed.ast, (name) => (name === 'b' ? macro.ast : undefined));
  assert.equal(printCondition(mapped), '(a and not (fd.num = 1 or fd.num = 2))');
});

test('an operand at the start of a text, and where it ends', () => {
  const parsed = parseOperand('toupper(proc.aname[2]), the rest');
  assert.ok(parsed.ok);
  assert.equal(parsed.end, 'toupper(proc.aname[2])'.length);
});

test('nesting has a limit, chains have none', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}a${')'.repeat(depth)}`;
  assert.ok(parseCondition(nested(1000)).ok);
  assert.match(
    (parseCondition(nested(1001)) as { error: { message: string } }).error.message,
    /limit of 1000/,
  );
  assert.ok(!parseCondition(nested(101), { maxDepth: 100 }).ok);
  assert.ok(!parseCondition(`${'b64('.repeat(2000)}proc.name`).ok);
  assert.ok(parseCondition(`${'not '.repeat(100_001)}a`).ok);
  assert.ok(parseCondition(Array<string>(50_000).fill('a').join(' and ')).ok);
});

test('the deepest tree that parses also prints, checks, compiles and runs', () => {
  const text = `${'not (fd.num = 1 and '.repeat(999)}proc.name = x${')'.repeat(999)}`;
  const parsed = parseCondition(text);
  assert.ok(parsed.ok);
  assert.equal(printCondition(parsed.ast).length > 999, true);
  const condition = mustBuild(text);
  for (const number of [1, 2]) {
    const event = factEvent({ 'evt.type': 'open', 'fd.num': number, 'proc.name': 'x' });
    const said = answers(condition, event);
    assert.deepEqual(said, { oracle: said.oracle, generated: said.oracle, closures: said.oracle });
  }
});
