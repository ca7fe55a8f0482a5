import { type FactEvent, factEvent, factMapSource } from '../fact-map.ts';
import type { LoadedRule } from '../file/index.ts';
import { parsePriority } from '../file/items.ts';
import { type CompiledOutput, compileOutput, type OutputValue } from '../output/index.ts';
import { RuleProbe } from './coverage.ts';
import type { RuleTest, TestExpectation, TestOutcome } from './types.ts';

/** Runs tests against one set of rules; every rule is looked at, as under `rule_matching: all`. */
export class TestRunner {
  readonly probes: readonly RuleProbe[];
  readonly #byName: ReadonlyMap<string, RuleProbe>;
  readonly #outputs = new Map<string, CompiledOutput<FactEvent>>();

  constructor(rules: readonly LoadedRule[]) {
    this.probes = rules.map((rule) => new RuleProbe(rule));
    this.#byName = new Map(this.probes.map((probe) => [probe.rule.name, probe]));
  }

  run(file: string, test: RuleTest): TestOutcome {
    const event = factEvent(test.facts);
    const matched = this.probes.filter((probe) => probe.test(event)).map((probe) => probe.rule);
    const names = matched.map(({ name }) => name);
    const wanted = [...(test.expect ?? []), ...test.includes];
    const failures = wanted.flatMap((expectation) => this.#check(expectation, names, event));
    if (test.expect !== null) {
      const allowed = new Set(wanted.map(({ rule }) => rule));
      for (const name of names) if (!allowed.has(name)) failures.push(`rule '${name}' matches unexpectedly`);
    }
    for (const name of test.excludes) {
      if (!this.#byName.has(name)) failures.push(`there is no rule '${name}'`);
      if (names.includes(name)) failures.push(`rule '${name}' matches but must not`);
    }
    return { file, name: test.name, line: test.line, failures };
  }

  #check(expected: TestExpectation, names: readonly string[], event: FactEvent): string[] {
    const probe = this.#byName.get(expected.rule);
    if (probe === undefined) return [`there is no rule '${expected.rule}'`];
    if (!names.includes(expected.rule)) {
      return [`rule '${expected.rule}' does not match; decided by: ${probe.explain(event).join('; ')}`];
    }
    const { rule } = probe;
    const failures: string[] = [];
    if (expected.priority !== undefined && parsePriority(expected.priority) !== rule.priority) {
      failures.push(`rule '${rule.name}' has priority ${rule.priority}, not ${expected.priority}`);
    }
    const output = this.#output(rule);
    const text = output.raw(event);
    if (expected.output !== undefined && !text.includes(expected.output)) {
      failures.push(`output of '${rule.name}' is "${text}" and does not hold "${expected.output}"`);
    }
    if (expected.fields !== undefined) {
      const fields = output.fields(event);
      for (const [name, value] of Object.entries(expected.fields)) {
        if (!Object.hasOwn(fields, name)) failures.push(`output of '${rule.name}' has no field ${name}`);
        else if (!sameValue(fields[name] ?? null, value)) {
          failures.push(`field ${name} is ${show(fields[name] ?? null)}, not ${show(value)}`);
        }
      }
    }
    return failures;
  }

  #output(rule: LoadedRule): CompiledOutput<FactEvent> {
    const known = this.#outputs.get(rule.name) ?? compileOutput(rule.outputFormat, factMapSource);
    this.#outputs.set(rule.name, known);
    return known;
  }
}

/** Numbers compare as numbers whatever their size; text and numbers never equal. */
function sameValue(a: OutputValue, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => sameValue(item, b[at]));
  }
  const numeric = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
  // biome-ignore lint/suspicious/noDoubleEquals: 1 == 1n is what is asked
  return numeric(a) && numeric(b) ? a == b : a === b;
}

function show(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? 'undefined');
}
