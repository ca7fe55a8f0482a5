import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileRules } from '../../../src/rules/compile/index.ts';
import {
  type Checked,
  checkCondition,
  evaluate,
  parseCondition,
} from '../../../src/rules/condition/index.ts';
import { type FactEvent, factMapSource } from '../../../src/rules/fact-map.ts';
import {
  type Catalogue,
  createCatalogue,
  type FieldType,
  syscallCatalogue,
} from '../../../src/schema/fields.ts';

export function readCases<T>(file: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', file), 'utf8'));
}

export type Built =
  | { readonly ok: true; readonly condition: Checked; readonly warnings: number }
  | { readonly ok: false; readonly message: string };

/** Parses and checks; the first message when either refuses. */
export function build(expr: string, catalogue: Catalogue = syscallCatalogue): Built {
  const parsed = parseCondition(expr);
  if (!parsed.ok) return { ok: false, message: parsed.error.message };
  const checked = checkCondition(parsed.ast, catalogue);
  if (!checked.ok) return { ok: false, message: checked.errors[0]!.message };
  return { ok: true, condition: checked.condition, warnings: checked.warnings.length };
}

export function mustBuild(expr: string, catalogue?: Catalogue): Checked {
  const built = build(expr, catalogue);
  if (!built.ok) throw new Error(`${expr}: ${built.message}`);
  return built.condition;
}

/** What each of the three ways to evaluate says about one event. */
export function answers(condition: Checked, event: FactEvent): Record<string, boolean> {
  const out = new Int32Array(1);
  const compiled = (generate: boolean) =>
    compileRules([condition], factMapSource, { matching: 'all', generate }).match(
      event.typeId,
      event,
      out,
    ) === 1;
  return {
    oracle: evaluate(condition, factMapSource)(event.typeId, event),
    generated: compiled(true),
    closures: compiled(false),
  };
}

const mockField = (name: string, type: FieldType) => ({ ...syscallCatalogue.get('proc.name')!, name, type });

/** The syscall fields and the made-up ones that the suites use. */
export const mockCatalogue: Catalogue = createCatalogue('mock', [
  ...syscallCatalogue.fields,
  mockField('c.true', 'string'),
  mockField('c.false', 'string'),
  mockField('c.doublequote', 'string'),
  mockField('c.singlequote', 'string'),
  mockField('c.buffer', 'bytes'),
]);
