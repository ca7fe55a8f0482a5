import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Environment, Environments } from '../../../src/state/index.ts';

const rows: [name: string, text: string, variable: string, expected: string | null][] = [
  ['the first', 'A=1\0B=2\0', 'A', '1'],
  ['the last', 'A=1\0B=2\0', 'B', '2'],
  ['cut in its value', 'A=1\0B=2', 'B', '2'],
  ['of two the first', 'A=1\0A=2\0', 'A', '1'],
  ['an empty value', 'A=\0', 'A', ''],
  ['a value with = in it', 'A=B=C\0', 'A', 'B=C'],
  ['not set', 'A=1\0', 'B', null],
  ['a name inside of another', 'XA=1\0', 'A', null],
  ['a name inside of a value', 'X=A=1\0', 'A', null],
  ['a name that was cut', 'A', 'A', null],
  ['of nothing', '', 'A', null],
];
for (const [name, text, variable, expected] of rows) {
  test(`variable: ${name}`, () => assert.equal(new Environment(text).variable(variable), expected));
}

test('joined by blanks, the same text each time, another after a change', () => {
  const environment = new Environment('A=1\0\0B=2\0');
  const joined = environment.joined;
  assert.equal(joined?.text, 'A=1 B=2');
  assert.equal(environment.joined, joined);
  environment.text = 'C=3\0';
  assert.equal(environment.joined?.text, 'C=3');
  for (const text of [null, undefined]) {
    environment.text = text;
    assert.equal(environment.joined, null);
  }
});

test('beyond the budget the oldest are forgotten', () => {
  const all = new Environments(10_000);
  const made = Array.from({ length: 100 }, (_, i) => all.make(`N=${i}\0`));
  assert.ok(all.sizeBytes <= 10_000);
  assert.equal(made[0]?.text, undefined);
  assert.equal(made[99]?.variable('N'), '99');
  const forgotten = made.filter(({ text }) => text === undefined).length;
  assert.ok(forgotten > 50 && forgotten < 70, `${forgotten} forgotten`);
  // Kept again, it is the newest.
  all.keep(made[0]!, 'N=new\0');
  assert.equal(made[0]?.variable('N'), 'new');
  all.keep(made[0]!, 'N=newer\0');
  assert.ok(all.sizeBytes <= 10_000);
  assert.equal(all.make(null).text, undefined);
});
