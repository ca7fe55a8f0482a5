import { nearest } from '../../base/suggest.ts';
import { eventTypeId, UNKNOWN_EVENT } from '../../schema/events.ts';
import { syscallCatalogue } from '../../schema/fields.ts';
import { parseYaml } from '../file/yaml.ts';
import { getKey, keyText, type YamlMap, type YamlNode } from '../file/yaml-nodes.ts';
import type { RuleTest, TestExpectation, TestFault, TestFile } from './types.ts';

/** Reads a test file. Every mistake in it is returned with its line; none throws. */
export function readTests(name: string, content: string): TestFile {
  const parsed = parseYaml(content);
  if ('error' in parsed) {
    return {
      name,
      rules: null,
      tests: [],
      faults: [{ line: parsed.error.at.line + 1, message: parsed.error.message }],
    };
  }
  const reader = new TestReader();
  const root = parsed.documents.find((document) => document.kind !== 'null');
  if (root?.kind !== 'map') {
    return {
      name,
      rules: null,
      tests: [],
      faults: [{ line: 1, message: 'expected a mapping with the key "tests"' }],
    };
  }
  const file = reader.file(root);
  return { name, ...file, faults: reader.faults };
}

/** Leaves the item being read; its neighbours go on. */
class Fault extends Error {
  readonly line: number;

  constructor(node: YamlNode, message: string) {
    super(message);
    this.line = node.at.line + 1;
  }
}

const FILE_KEYS = ['rules', 'facts', 'tests'];
const TEST_KEYS = ['name', 'event', 'expect', 'includes', 'excludes'];
const EXPECTATION_KEYS = ['rule', 'priority', 'output', 'fields'];

class TestReader {
  readonly faults: TestFault[] = [];

  file(root: YamlMap): Pick<TestFile, 'rules' | 'tests'> {
    let rules: string[] | null = null;
    let common: Record<string, unknown> = {};
    this.#attempt(() => {
      onlyKeys(root, FILE_KEYS);
      const named = getKey(root, 'rules');
      if (named !== undefined) rules = textList(named);
      const facts = getKey(root, 'facts');
      if (facts !== undefined) common = readFacts(facts);
    });
    const tests: RuleTest[] = [];
    this.#attempt(() => {
      const list = getKey(root, 'tests');
      if (list?.kind !== 'seq') throw new Fault(list ?? root, '"tests" must be a list of tests');
      for (const item of list.items) this.#attempt(() => tests.push(readTest(item, common)));
    });
    return { rules, tests };
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.faults.push({ line: error.line, message: error.message });
    }
  }
}

function readTest(node: YamlNode, common: Record<string, unknown>): RuleTest {
  if (node.kind !== 'map') throw new Fault(node, 'a test is a mapping with "name", "event" and "expect"');
  onlyKeys(node, TEST_KEYS);
  const name = getKey(node, 'name');
  if (name?.kind !== 'scalar') throw new Fault(node, 'a test needs a "name"');
  const event = getKey(node, 'event');
  if (event === undefined) throw new Fault(node, `test '${name.text}' needs an "event"`);
  const facts = { ...common, ...readFacts(event) };
  const type = facts['evt.type'];
  if (typeof type !== 'string' || eventTypeId(type) === UNKNOWN_EVENT) {
    throw new Fault(event, `test '${name.text}' needs the fact evt.type with the name of an event type`);
  }
  const expect = getKey(node, 'expect');
  const includes = getKey(node, 'includes');
  const excludes = getKey(node, 'excludes');
  if (expect === undefined && includes === undefined && excludes === undefined) {
    throw new Fault(
      node,
      `test '${name.text}' expects nothing: write "expect: []" for an event without alert`,
    );
  }
  return {
    name: name.text,
    line: node.at.line + 1,
    facts,
    expect: expect === undefined ? null : readExpectations(expect),
    includes: includes === undefined ? [] : readExpectations(includes),
    excludes: excludes === undefined ? [] : textList(excludes),
  };
}

/** A rule name, a mapping with `rule`, or a list of those. */
function readExpectations(node: YamlNode): TestExpectation[] {
  const items = node.kind === 'seq' ? node.items : node.kind === 'null' ? [] : [node];
  return items.map((item) => {
    if (item.kind === 'scalar') return { rule: item.text };
    if (item.kind !== 'map') throw new Fault(item, 'expected the name of a rule, or a mapping with "rule"');
    onlyKeys(item, EXPECTATION_KEYS);
    const text = (key: string): string | undefined => {
      const value = getKey(item, key);
      if (value !== undefined && value.kind !== 'scalar') throw new Fault(value, `"${key}" must be text`);
      return value?.text;
    };
    const rule = text('rule');
    if (rule === undefined) throw new Fault(item, 'an expectation needs "rule"');
    const priority = text('priority');
    const output = text('output');
    const fields = getKey(item, 'fields');
    return {
      rule,
      ...(priority === undefined ? {} : { priority }),
      ...(output === undefined ? {} : { output }),
      ...(fields === undefined ? {} : { fields: readValues(fields) }),
    };
  });
}

/** Facts of an event: names must be fields, so that a typing error does not make a test pass. */
function readFacts(node: YamlNode): Record<string, unknown> {
  const facts = readValues(node);
  for (const name of Object.keys(facts)) {
    const [, base = name, arg = null] = /^([^[]+)\[(.*)\]$/.exec(name) ?? [];
    if (syscallCatalogue.resolve(base, arg) !== undefined) continue;
    const near = nearest(
      base,
      syscallCatalogue.fields.map((field) => field.name),
    );
    throw new Fault(node, `'${name}' is not a field${near === null ? '' : `; did you mean ${near}?`}`);
  }
  return facts;
}

function readValues(node: YamlNode): Record<string, unknown> {
  if (node.kind !== 'map') throw new Fault(node, 'expected a mapping of field names to values');
  const values: Record<string, unknown> = Object.create(null);
  for (const { key, value } of node.entries) {
    const name = keyText(key);
    if (name === null) throw new Fault(key, 'a field name must be text');
    if (Object.hasOwn(values, name)) throw new Fault(key, `'${name}' stands twice`);
    values[name] = toValue(value);
  }
  return values;
}

/** Plain true, false and integers are what they look like; everything else is text. */
function toValue(node: YamlNode): unknown {
  if (node.kind === 'null') return null;
  if (node.kind === 'seq') return node.items.map(toValue);
  if (node.kind === 'map') throw new Fault(node, 'a value is text, a number, true, false, null or a list');
  if (node.style !== 'plain') return node.text;
  if (node.text === 'true' || node.text === 'false') return node.text === 'true';
  if (!/^-?(0|[1-9]\d*)$/.test(node.text)) return node.text;
  const number = Number(node.text);
  return Number.isSafeInteger(number) ? number : BigInt(node.text);
}

function textList(node: YamlNode): string[] {
  const items = node.kind === 'seq' ? node.items : [node];
  return items.map((item) => {
    if (item.kind !== 'scalar') throw new Fault(item, 'expected text or a list of texts');
    return item.text;
  });
}

function onlyKeys(map: YamlMap, known: readonly string[]): void {
  for (const { key } of map.entries) {
    const text = keyText(key);
    if (text !== null && known.includes(text)) continue;
    const near = text === null ? null : nearest(text, known);
    const advice = near === null ? `known are ${known.join(', ')}` : `did you mean ${near}?`;
    throw new Fault(key, `unknown key '${text ?? '?'}'; ${advice}`);
  }
}
