import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describe } from '../../src/rules/file/describe.ts';
import { fileJson, missingPlugin } from '../../src/rules/file/index.ts';
import { loadRules } from '../../src/rules/index.ts';

interface Issue {
  readonly code: string;
  readonly message: string;
  readonly locations?: readonly (readonly [string, string, number, number, number?])[];
  readonly snippet?: string;
}
interface Answer {
  readonly successful?: boolean;
  /** Falco ends with this text instead of giving a result. */
  readonly fatal?: readonly string[];
  readonly schema_warnings?: readonly string[] | null;
  readonly errors?: readonly Issue[];
  readonly warnings?: readonly Issue[];
  readonly conditions_compiled?: Readonly<Record<string, string>>;
  readonly outputs_compiled?: Readonly<Record<string, string>>;
  readonly events?: Readonly<Record<string, number>>;
  readonly info?: Readonly<Record<string, object>>;
}
interface Row {
  readonly id: string;
  readonly content: string;
  readonly falco_0_44_1: Answer;
  readonly describe?: Readonly<Record<string, unknown>>;
  readonly enabled_rules?: number;
  readonly errors_contain?: readonly string[];
  readonly warnings_contain?: readonly string[];
}
interface Described {
  readonly info: Record<string, unknown> & { name: string };
  readonly details: { condition_compiled: string; output_compiled: string; events: string[] };
}

const read = (name: string): Row[] => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));

/** Rows that load here and fail in Falco. */
const BETTER: Readonly<Record<string, string>> = {
  'probe-exc_value_paren': 'exception values with quotes or parentheses are quoted',
};

/** Rows on which we differ, and why. May only get shorter. */
const DIFFERENT: Readonly<Record<string, { key: string; why: string }>> = {
  'rules-unit-035': { key: 'warnings', why: 'newer Falco, like us, counts evt.num = 0 as never true' },
  'rules-unit-037': { key: 'warnings', why: 'the same in a macro' },
  'probe-tab_indent': { key: 'errors', why: 'the words of the YAML library; code and place agree' },
};

function compare(row: Row, compat: 'falco' | 'saker'): void {
  const answer = row.falco_0_44_1;
  const result = loadRules([{ name: 'f.yaml', content: row.content }], { compat });
  if (answer.fatal !== undefined) {
    assert.equal(result.ok, false);
    assert.match(answer.fatal.join(), new RegExp(literal(result.files[0]!.errors[0]!.message)));
    return;
  }
  const json = fileJson(result.files[0]!) as unknown as { [key: string]: unknown };
  if (compat === 'saker' && row.id in BETTER) {
    assert.deepEqual([json.successful, answer.successful], [true, false]);
    return;
  }
  assert.equal(json.successful, answer.successful);
  const differs = DIFFERENT[row.id]?.key;
  for (const key of ['errors', 'warnings'] as const) {
    const ours = (json[key] as never[]).map((issue) => shape(issue, answer[key]!));
    const theirs = answer[key]!.map(trimmed);
    if (compat === 'falco' && differs !== key) assert.deepEqual(ours, theirs);
    // All mistakes of a file, Falco's first; messages may be clearer, codes may not differ.
    if (compat === 'saker' && differs !== key) {
      const codes = ours.map(({ code }) => code).slice(0, key === 'errors' ? theirs.length : undefined);
      assert.deepEqual(
        codes,
        theirs.map(({ code }) => code),
      );
    }
  }
  if (answer.schema_warnings) assert.deepEqual(json.schema_warnings, answer.schema_warnings);
  if (result.ok) compareRules(row, answer, describe(result).rules as Described[], result.active.length);
}

function compareRules(row: Row, answer: Answer, rules: readonly Described[], active: number): void {
  const each = <T>(pick: (rule: Described) => T) =>
    Object.fromEntries(rules.map((rule) => [rule.info.name, pick(rule)]));
  if (answer.conditions_compiled) {
    assert.deepEqual(
      each(({ details }) => details.condition_compiled),
      answer.conditions_compiled,
    );
  }
  if (answer.outputs_compiled) {
    assert.deepEqual(
      each(({ details }) => details.output_compiled),
      answer.outputs_compiled,
    );
  }
  if (answer.events)
    assert.deepEqual(
      each(({ details }) => details.events.length),
      answer.events,
    );
  for (const [name, info] of Object.entries(answer.info ?? {})) {
    const ours = rules.find((rule) => rule.info.name === name)!.info;
    assert.deepEqual({ ...ours, ...info }, ours);
  }
  if (row.describe) assert.deepEqual({ ...rules[0]!.info, ...row.describe }, rules[0]!.info);
  if (row.enabled_rules !== undefined) assert.equal(active, row.enabled_rules);
}

const trimmed = ({ code, message, locations, snippet }: Issue) => ({ code, message, locations, snippet });

/** Our issue with as much of a place as the answer holds. */
function shape(
  issue: {
    code: string;
    message: string;
    context: {
      snippet: string;
      locations: {
        item_type: string;
        item_name: string;
        position: { line: number; column: number; offset: number };
      }[];
    };
  },
  answers: readonly Issue[],
) {
  const length = answers[0]?.locations?.[0]?.length;
  const { locations, snippet } = issue.context;
  return {
    code: issue.code,
    message: issue.message,
    locations: length
      ? locations.map(({ item_type, item_name, position: { line, column, offset } }) =>
          [item_type, item_name, line, column, offset].slice(0, length),
        )
      : undefined,
    snippet: answers[0]?.snippet === undefined ? undefined : snippet,
  };
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

for (const file of ['peers/rules_load_unit.json', 'rules_load_probes.json']) {
  for (const row of read(file)) {
    test(`${row.id}, as Falco`, () => compare(row, 'falco'));
    test(`${row.id}, our reading`, () => compare(row, 'saker'));
  }
}

test('every listed difference is still one', () => {
  const rows = [...read('peers/rules_load_unit.json'), ...read('rules_load_probes.json')];
  for (const [id, { key }] of Object.entries(DIFFERENT)) {
    const row = rows.find((one) => one.id === id)!;
    const result = loadRules([{ name: 'f.yaml', content: row.content }], { compat: 'falco' });
    const json = fileJson(result.files[0]!) as Record<string, never[]>;
    const answers = row.falco_0_44_1[key as 'errors']!;
    assert.notDeepEqual(
      json[key]!.map((issue) => shape(issue, answers)),
      answers.map(trimmed),
      id,
    );
  }
});

interface PluginRow {
  readonly id: string;
  readonly rules_content: string;
  readonly loaded_plugins: Readonly<Record<string, string>>;
  readonly satisfied: boolean;
}

for (const row of read('peers/plugin_requirements.json') as unknown as PluginRow[]) {
  test(`plugin requirements ${row.id}`, () => {
    const file = { name: 'f.yaml', content: row.rules_content };
    const result = loadRules([file], { plugins: row.loaded_plugins });
    assert.equal(result.ok, row.satisfied);
    const missing = result.collection.plugins.map((one) => missingPlugin(one, row.loaded_plugins));
    assert.equal(
      missing.every((message) => message === null),
      row.satisfied,
    );
  });
}
