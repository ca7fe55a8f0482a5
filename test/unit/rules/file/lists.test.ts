import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListExpander, type ResolvedList } from '../../../../src/rules/file/lists.ts';
import { randomOf } from '../../../fuzz/rules-files.ts';

const lists = (table: Record<string, string[]>): Map<string, ResolvedList> =>
  new Map(Object.entries(table).map(([name, items]) => [name, { name, items, used: false }]));

const TABLE: { name: string; lists: Record<string, string[]>; text: string; expanded: string }[] = [
  { name: 'between parentheses', lists: { l: ['a', 'b'] }, text: 'x in (l)', expanded: 'x in ( a, b )' },
  { name: 'part of a word', lists: { l: ['a'] }, text: 'x in (lx, xl, l.x)', expanded: 'x in (lx, xl, l.x)' },
  {
    name: 'items with blanks',
    lists: { l: ['a b', '"c d"'] },
    text: 'x in (l)',
    expanded: 'x in ( "a b", "c d" )',
  },
  { name: 'empty, comma to the left', lists: { l: [] }, text: 'x in (a, l, b)', expanded: 'x in (a  , b)' },
  { name: 'empty, comma to the right', lists: { l: [] }, text: 'x in (l, b)', expanded: 'x in (   b)' },
  { name: 'inside quotes', lists: { l: ['p', 'q'] }, text: 'x = "u l v"', expanded: 'x = "u p, q v"' },
  {
    name: 'a later list in an earlier one',
    lists: { a: ['b'], b: ['c'] },
    text: 'x in (a)',
    expanded: 'x in ( c )',
  },
  {
    name: 'an earlier list in a later one',
    lists: { a: ['c'], b: ['a'] },
    text: 'x in (b)',
    expanded: 'x in ( a )',
  },
];

for (const { name, lists: table, text, expanded } of TABLE) {
  test(`list names in conditions: ${name}`, () => {
    assert.equal(new ListExpander(lists(table), 1000).expand(text)?.text, expanded);
  });
}

test('places lead back to what was written', () => {
  const expansion = new ListExpander(lists({ l: ['aaaa', 'bbbb'] }), 1000).expand('x in (l) and foo = 1')!;
  assert.equal(expansion.originOf(expansion.text.indexOf('foo')), 'x in (l) and '.length);
  assert.equal(expansion.originOf(expansion.text.indexOf('bbbb')), 'x in ('.length);
  assert.equal(expansion.originOf(0), 0);
});

test('expansion ends at its budget', () => {
  const expander = new ListExpander(lists({ l: ['x'.repeat(400)] }), 1000);
  assert.notEqual(expander.expand('y in (l, l)'), null);
  assert.equal(expander.expand('y in (l)'), null);
});

/** Falco's replacement as its behaviour was measured: one list after the other, searching from the left. */
function replaceSlowly(condition: string, table: Iterable<ResolvedList>): string {
  const blank = ' \t\n\r';
  const delimiter = `${blank}(),=`;
  let text = condition;
  for (const { name, items } of table) {
    const joined = items
      .map((item) => (/ /.test(item) && !/^["']/.test(item) ? `"${item}"` : item))
      .join(', ');
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      let end = at + name.length;
      const left = at === 0 || delimiter.includes(text[at - 1]!);
      if (!left || !(end >= text.length || delimiter.includes(text[end]!))) continue;
      while (at > 0 && blank.includes(text[at - 1]!)) at--;
      while (end < text.length && blank.includes(text[end]!)) end++;
      if (joined === '' && text[at - 1] === ',') at--;
      else if (joined === '' && text[end] === ',') end++;
      text = `${at > 0 ? `${text.slice(0, at)} ` : ''}${joined} ${text.slice(end)}`;
      at += joined.length + 1;
    }
  }
  return text;
}

test('the fast replacement equals the slow one on random texts', () => {
  const random = randomOf(5);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const many = (most: number, make: () => string) =>
    Array.from({ length: Math.floor(random() * most) }, make);
  for (let round = 0; round < 20_000; round++) {
    const table: Record<string, string[]> = {};
    for (const name of ['a', 'b', 'ab', 'a-b', 'b b']) {
      if (random() < 0.6) table[name] = many(3, () => pick(['a', 'b', 'ab', 'x', 'x y', 'a b', '"q r"']));
    }
    const text = many(14, () => pick(['a', 'b', ' ', ',', '(', ')', '=', 'ab', 'x', '"', ' a ', ', '])).join(
      '',
    );
    const fast = new ListExpander(lists(table), 1e6).expand(text)?.text;
    assert.equal(fast, replaceSlowly(text, lists(table).values()), JSON.stringify({ text, table }));
  }
});

test('many names in one condition are put in together, each place leads to its name', () => {
  const names = Array.from({ length: 5000 }, (_, n) => `l${n}`);
  const table = Object.fromEntries(names.map((name) => [name, [`item-${name}`]]));
  const text = `x in (${names.toReversed().join(', ')})`;
  const expansion = new ListExpander(lists(table), 1e6).expand(text)!;
  for (const name of ['l0', 'l77', 'l4999']) {
    const origin = expansion.originOf(expansion.text.indexOf(`item-${name} `));
    assert.equal(text.slice(origin, origin + name.length), name);
  }
});
