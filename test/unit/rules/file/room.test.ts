import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../../../../src/rules/index.ts';

const rules = (count: number, condition: string) =>
  Array.from(
    { length: count },
    (_, n) =>
      `- rule: r${n}\n  desc: d\n  condition: ${condition} and fd.name=${n}\n  output: x\n  priority: INFO\n`,
  ).join('');
const names = (count: number) => Array.from({ length: count }, (_, n) => `n${n}`);
const list = `- list: l\n  items: [${names(20_000).join(', ')}]\n`;
const macro = `- macro: m\n  condition: ${names(5000)
  .map((name) => `proc.name=${name}`)
  .join(' or ')}\n`;

const TABLE = [
  { name: 'a large list in forty rules', content: list + rules(40, 'proc.name in (l)'), says: null },
  {
    name: 'a large list in sixty rules',
    content: list + rules(60, 'proc.name in (l)'),
    says: 'more than 1000000 list entries',
  },
  { name: 'a large macro in fifty rules', content: macro + rules(50, 'm'), says: null },
  {
    name: 'a large macro in two hundred rules',
    content: macro + rules(200, 'm'),
    says: 'more than 500000 checks',
  },
];

for (const { name, content, says } of TABLE) {
  test(`size of all conditions: ${name}`, () => {
    const { errors } = loadRules([{ name: 'f.yaml', content }]).files[0]!;
    const prefix = 'the conditions of all rules are too large together: ';
    assert.deepEqual(
      errors.map(({ message }) => message),
      says === null ? [] : [prefix + says],
    );
  });
}
