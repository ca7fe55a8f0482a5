import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelFacts } from '../../../src/engine/facts/index.ts';
import { notingNeeds } from '../../../src/engine/facts/needs.ts';
import { HostNames } from '../../../src/engine/host-names.ts';
import { checkCondition } from '../../../src/rules/condition/check.ts';
import { parseCondition } from '../../../src/rules/condition/parse.ts';
import { compileRules } from '../../../src/rules/index.ts';
import { eventTypeId } from '../../../src/schema/events.ts';
import { syscallCatalogue } from '../../../src/schema/fields.ts';
import { eventOf, fieldOf, openRecord, socketRecord } from './records.ts';

const hostNames = new HostNames();
hostNames.set(
  new Map([
    ['one.example', ['10.0.0.2', '10.0.0.3', '::1', 'fe80::1%eth0']],
    ['alias.example', ['10.0.0.2']],
    ['gone.example', []],
  ]),
);

const connect = (last: number) =>
  eventOf(
    socketRecord('connect', {
      args: [3],
      fd: 3,
      state: 1,
      local: [[10, 0, 0, 1], 50000],
      remote: [[10, 0, 0, last], 443],
    }),
    { hostNames },
  );

function holds(condition: string, event: ReturnType<typeof connect>): boolean {
  const parsed = parseCondition(condition);
  assert.ok(parsed.ok, condition);
  const checked = checkCondition(parsed.ast, syscallCatalogue);
  assert.ok(checked.ok, condition);
  const compiled = compileRules([checked.condition], kernelFacts, { matching: 'all' });
  return compiled.match(eventTypeId('connect'), event, new Int32Array(compiled.size)) > 0;
}

const rows: [condition: string, last: number, expected: boolean][] = [
  ['fd.sip.name = one.example', 2, true],
  ['fd.sip.name = one.example', 3, true],
  ['fd.sip.name = one.example', 4, false],
  ['fd.sip.name = alias.example', 2, true],
  ['fd.sip.name in (gone.example, alias.example)', 2, true],
  ['fd.sip.name in (gone.example, alias.example)', 3, false],
  ['fd.rip.name = one.example', 3, true],
  ['fd.lip.name = one.example', 3, false],
  ['fd.cip.name = one.example', 3, false],
  ['fd.sip.name != one.example', 4, true],
  ['fd.sip.name != one.example', 3, false],
  ['fd.sip.name != gone.example', 3, true],
  ['fd.sip.name = unasked.example', 2, false],
  ['fd.sip.name != unasked.example', 2, false],
  ['not fd.sip.name = unasked.example', 2, true],
  ['fd.sip.name endswith .example', 3, true],
  ['fd.sip.name endswith .example', 4, false],
  ['fd.sip.name exists', 3, true],
  ['fd.sip.name exists', 4, false],
];
for (const [condition, last, expected] of rows) {
  test(`${condition}: 10.0.0.${last}`, () => assert.equal(holds(condition, connect(last)), expected));
}

test('an output shows a name that rules use', () => {
  assert.equal(fieldOf(connect(3), 'fd.sip.name'), 'one.example');
  assert.equal(fieldOf(connect(4), 'fd.sip.name'), null);
  assert.equal(fieldOf(eventOf(openRecord('open', { ret: 3 }), { hostNames }), 'fd.sip.name'), null);
});

test('the names that conditions compare with are what has to be looked up', () => {
  const facts = notingNeeds(kernelFacts);
  for (const condition of [
    'fd.sip.name in (a, b)',
    'fd.cip.name != c',
    'fd.rip.name contains d',
    'proc.name = e',
  ]) {
    const parsed = parseCondition(condition);
    assert.ok(parsed.ok);
    const checked = checkCondition(parsed.ast, syscallCatalogue);
    assert.ok(checked.ok);
    compileRules([checked.condition], facts, { matching: 'all' });
  }
  assert.deepEqual([...facts.needs.hostNames].sort(), ['a', 'b', 'c']);
});

const around: [condition: string, expected: boolean][] = [
  ['evt.around[1700000001000000000] = 500', true],
  ['evt.around[1700000001500000000] = 500', true],
  ['evt.around[1700000000500000000] = 500', true],
  ['evt.around[1700000001500000001] = 500', false],
  ['evt.around[1600000000000000000] = 500', false],
];
for (const [condition, expected] of around) {
  test(condition, () => assert.equal(holds(condition, connect(2)), expected));
}

test('evt.around knows no other operator', () => {
  const parsed = parseCondition('evt.around[1] > 5');
  assert.ok(parsed.ok);
  const checked = checkCondition(parsed.ast, syscallCatalogue);
  assert.ok(!checked.ok);
  assert.match(checked.errors[0]!.message, /evt\.around supports only the '=' operator/);
});
