import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse, parseAllDocuments } from 'yaml';
import { rulesSchema } from '../../../../src/rules/file/schema.ts';
import { loadRules } from '../../../../src/rules/index.ts';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false });
const validate = ajv.compile(rulesSchema());
const root = join(import.meta.dirname, '../../../..');

test('the rules of the package are valid', () => {
  const files = readdirSync(join(root, 'rules'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml') && !name.includes('test'),
  );
  assert.ok(files.length > 0);
  for (const name of files) {
    const value = parse(readFileSync(join(root, 'rules', name), 'utf8'));
    assert.equal(validate(value), true, `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
  }
});

/** What the schema cannot know: it is about one item, and does not read conditions. */
const OF_THE_WHOLE =
  /^LOAD_(ERR_(UNDEFINED|COMPILE|VALIDATE|EXTENSION)|UNUSED|NO_EVTTYPE|DEPRECATED|APPEND|INVALID|EXCEPTION|UNKNOWN_(SOURCE|FILTER))/;
const UNKNOWN = ['LOAD_UNKNOWN_KEY', 'LOAD_UNKNOWN_ITEM'];

function loaderTakes(content: string): boolean {
  const { files } = loadRules([{ name: 'r.yaml', content }]);
  const codes = files.flatMap(({ errors, warnings }) => [...errors, ...warnings]).map(({ code }) => code);
  return !codes.some(
    (code) => (code.startsWith('LOAD_ERR_') && !OF_THE_WHOLE.test(code)) || UNKNOWN.includes(code),
  );
}

const RULE = 'rule: r, desc: d, condition: evt.type = open, output: o, priority: INFO';
/** `before` defines what an item changes. */
const DEFINED = `- {${RULE}}\n- {list: l, items: [a]}\n- {macro: m, condition: evt.type = open}\n`;
const CASES: readonly [item: string, valid: boolean][] = [
  [`${RULE}`, true],
  [`${RULE}, colour: red`, false],
  [`${RULE}, enabled: yes, tags: [a, 1], source: syscall, warn_evttypes: false`, true],
  [`${RULE}, enabled: maybe`, false],
  [`${RULE}, tags: a`, false],
  [`${RULE}, tags: [[a]]`, false],
  [`${RULE}, capture: true, capture_duration: 0x10, skip-if-unknown-filter: true`, true],
  [`${RULE}, capture_duration: long`, false],
  [`${RULE}, append: false`, true],
  [RULE.replace('INFO', 'wArNiNg'), true],
  [RULE.replace('INFO', 'loud'), false],
  [RULE.replace('desc: d, ', ''), false],
  [RULE.replace('desc: d', 'desc:'), false],
  [RULE.replace('desc: d', 'desc: ""'), false],
  [RULE.replace('desc: d', 'desc: 7'), true],
  [RULE.replace('output: o', 'output: [o]'), false],
  [
    `${RULE}, exceptions: [{name: e, fields: [proc.name, fd.name], comps: [=, in], values: [[a, [b, c]]]}]`,
    true,
  ],
  [`${RULE}, exceptions: [{name: e, fields: proc.name, values: [a, b]}]`, true],
  [`${RULE}, exceptions: [{name: e}]`, false],
  [`${RULE}, exceptions: [{fields: proc.name}]`, false],
  [`${RULE}, exceptions: {name: e, fields: proc.name}`, false],
  [`${RULE}, exceptions: [{name: e, fields: proc.name, values: a}]`, false],
  ['rule: r, condition: and evt.dir = <, append: true', true],
  ['rule: r, enabled: false', true],
  ['rule: r', false],
  ['rule: r, condition: and fd.num = 1, override: {condition: append}', true],
  ['rule: r, priority: INFO, enabled: no, override: {priority: replace, enabled: replace}', true],
  ['rule: r, priority: INFO, override: {priority: append}', false],
  ['rule: r, priority: INFO, override: {condition: append}', false],
  ['rule: r, priority: INFO, output: x, override: {priority: replace}', false],
  ['rule: r, condition: x, append: true, override: {condition: append}', false],
  ['rule: r, output: x, override: {output: mix}', false],
  ['rule: r, output: x, override: {colour: replace}', false],
  ['list: l, items: [b, 2, c]', true],
  ['list: l, items: b', false],
  ['list: l', false],
  ['list: l, items: [b], append: true', true],
  ['list: l, items: [b], override: {items: append}', true],
  ['list: l, items: [b], override: {condition: append}', false],
  ['list: l, items: [b], append: true, override: {items: append}', false],
  ['macro: m, condition: evt.type = close', true],
  ['macro: m', false],
  ['macro: m, condition: or evt.type = close, override: {condition: append}', true],
  ['macro: m, condition: evt.type = close, output: x', false],
  ['required_engine_version: 0.31.0', true],
  ['required_engine_version: 15', true],
  ['required_engine_version: [1]', false],
  [
    'required_plugin_versions: [{name: container, version: 0.4.0, alternatives: [{name: a, version: 1.0.0}]}]',
    true,
  ],
  ['required_plugin_versions: [{name: container}]', false],
  ['required_plugin_versions: {name: container, version: 0.4.0}', false],
  ['shape: round', false],
];

for (const [item, valid] of CASES) {
  test(`{${item}} is ${valid ? 'valid' : 'not valid'}, for the schema and for saker`, () => {
    assert.equal(validate([parse(`{${item}}`)]), valid, JSON.stringify(validate.errors));
    assert.equal(loaderTakes(`${DEFINED}- {${item}}\n`), valid);
  });
}

test('whatever the loader takes is valid', () => {
  const probes = JSON.parse(readFileSync(join(root, 'test/contract/rules_load_probes.json'), 'utf8'));
  const taken = probes.filter(({ content }: { content: string }) => loaderTakes(content));
  assert.ok(taken.length > 20, `${taken.length} files`);
  for (const { id, content } of taken)
    for (const document of parseAllDocuments(content))
      assert.equal(validate(document.toJS()), true, `${id}\n${content}\n${JSON.stringify(validate.errors)}`);
});
