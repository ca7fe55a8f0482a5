/**
 * `saker try EXPR --events FILE.jsonl [--json]`
 * `saker try --expressions FILE --events FILE.jsonl --json`
 *
 * Which of these events would satisfy the condition? Events are maps of field → value, one JSON object a line, null for a
 * missing value. An event is named by its evt.num, else by its line.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EXIT_CODE } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { compileRules } from '../rules/compile/index.ts';
import { type Checked, checkCondition, errorAt, parseCondition } from '../rules/condition/index.ts';
import { type FactEvent, factEvent, factMapSource, parseFacts } from '../rules/fact-map.ts';
import { strangeFacts } from '../rules/fact-names.ts';
import { syscallCatalogue } from '../schema/fields.ts';
import type { Io } from './io.ts';
import { OPTIONS } from './options.ts';

const USAGE = 'saker try (EXPR | --expressions FILE) --events FILE.jsonl [--json] [--compat falco]';

/** Different names in all events; a file of others is no file of events. */
const MAX_NAMES = 10_000;
const MAX_STRANGE = 10;

interface Trial {
  readonly expr: string;
  readonly condition: Checked | null;
  readonly error: TrialError | null;
  readonly warnings: readonly string[];
}

interface TrialError {
  readonly message: string;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly hint?: string;
}

interface NamedEvent {
  readonly event: FactEvent;
  readonly name: unknown;
}

class UsageError extends Error {}

/** A file that cannot be read, or a line of it that is no event. */
class InputError extends Error {}

/** Exit code 0; 1 when the one expression is not valid; 2 for wrong arguments or files that cannot be read. */
export function tryCommand(args: readonly string[], io: Io): number {
  try {
    return run(args, io);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof InputError)) throw error;
    const usage = error instanceof UsageError ? ` — usage: ${USAGE}` : '';
    io.err(`saker try: ${printable(error.message)}${usage}\n`);
    return EXIT_CODE.usage;
  }
}

function run(args: readonly string[], io: Io): number {
  const { values, positionals } = readArguments(args);
  if (values.events === undefined) throw new UsageError('--events is missing');
  if ((values.expressions === undefined) === (positionals.length !== 1)) {
    throw new UsageError('give either one expression or --expressions FILE');
  }
  if (values.compat !== undefined && values.compat !== 'falco' && values.compat !== 'saker') {
    throw new UsageError('--compat is saker or falco');
  }
  const compat = values.compat ?? 'saker';
  const expressions = values.expressions === undefined ? positionals : readExpressions(values.expressions);
  const trials = expressions.map((expr) => prepare(expr, compat));
  const names = new Set<string>();
  const events = readEvents(values.events, names);
  warnOfStrangeFacts(names, io);
  const hits = matchAll(trials, events);
  const batch = values.expressions !== undefined;
  for (const [at, trial] of trials.entries()) {
    for (const warning of trial.warnings) io.err(`warning: ${printable(warning)}\n`);
    if (values.json) io.out(`${jsonLine(trial, hits[at]!)}\n`);
    else {
      if (batch) io.out(`${printable(trial.expr)}\n`);
      report(trial, hits[at]!, events.length, io);
    }
  }
  const failed = !batch && trials.some(({ error }) => error !== null);
  return failed ? EXIT_CODE.rules : 0;
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS.try,
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').split('\n');
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** One expression a line, as it is, as a JSON string, or as `expr` of a JSON object. */
function readExpressions(file: string): string[] {
  return readLines(file)
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '')
    .map(expressionOf);
}

function expressionOf(line: string): string {
  if (!/^\s*["{]/.test(line)) return line;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'string') return value;
    const { expr } = value as { expr?: unknown };
    return typeof expr === 'string' ? expr : line;
  } catch {
    return line;
  }
}

/** A name that no field has is a value that is missing: the condition would be false without a word. */
function warnOfStrangeFacts(names: ReadonlySet<string>, io: Io): void {
  const strange = strangeFacts(names);
  for (const { name, near } of strange.slice(0, MAX_STRANGE)) {
    const hint = near === null ? 'see saker fields' : `did you mean ${near}?`;
    io.err(`warning: events: there is no field ${printable(name)}, its values are not seen — ${hint}\n`);
  }
  if (strange.length > MAX_STRANGE) io.err(`warning: events: and ${strange.length - MAX_STRANGE} more\n`);
}

/** @param names gets the names of all facts */
function readEvents(file: string, names: Set<string>): NamedEvent[] {
  return readLines(file).flatMap((line, at) => {
    if (line.trim() === '') return [];
    try {
      const facts = parseFacts(line);
      for (const name of Object.keys(facts)) if (names.size < MAX_NAMES) names.add(name);
      return [{ event: factEvent(facts), name: facts['evt.num'] ?? at + 1 }];
    } catch (error) {
      throw new InputError(`${file}:${at + 1}: not an event: ${(error as Error).message}`);
    }
  });
}

function prepare(expr: string, compat: 'saker' | 'falco'): Trial {
  const parsed = parseCondition(expr);
  if (!parsed.ok) return { expr, condition: null, error: parsed.error, warnings: [] };
  const checked = checkCondition(parsed.ast, syscallCatalogue, { compat });
  const warnings = checked.warnings.map(({ message }) => message);
  if (checked.ok) return { expr, condition: checked.condition, error: null, warnings };
  const { message, span, hint } = checked.errors[0]!;
  return { expr, condition: null, error: errorAt(expr, message, span.start, hint), warnings };
}

/** Runs all valid expressions as one rule set, exactly as the daemon runs rules. */
function matchAll(trials: readonly Trial[], events: readonly NamedEvent[]): unknown[][] {
  const hits: unknown[][] = trials.map(() => []);
  const valid = trials.flatMap(({ condition }, at) => (condition === null ? [] : [{ condition, at }]));
  const rules = compileRules(
    valid.map(({ condition }) => condition),
    factMapSource,
    { matching: 'all' },
  );
  const out = new Int32Array(rules.size);
  for (const { event, name } of events) {
    const count = rules.match(event.typeId, event, out);
    for (let at = 0; at < count; at++) hits[valid[out[at]!]!.at]!.push(name);
  }
  return hits;
}

/** In Node since 21, not yet in TypeScript's library: a number of JSON with all its digits. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/** The line is an interface of other tools: exactly these keys; warnings go to standard error. */
function jsonLine({ expr, error }: Trial, hits: readonly unknown[]): string {
  const result = error === null ? { expr, ok: true, hits } : { expr, ok: false, error };
  return JSON.stringify(result, (_key, value) => (typeof value === 'bigint' ? rawJSON(`${value}`) : value));
}

function report(trial: Trial, hits: readonly unknown[], total: number, io: Io): void {
  const { expr, error } = trial;
  if (error === null) {
    const names = hits.map((hit) => printable(String(hit))).join(' ');
    io.out(`${hits.length} of ${total} events match${hits.length > 0 ? `: ${names}` : ''}\n`);
    return;
  }
  const line = expr.split('\n')[error.line - 1] ?? '';
  const hint = error.hint === undefined ? '' : ` — ${printable(error.hint)}`;
  io.out(`${error.line}:${error.column}: ${printable(error.message)}${hint}\n`);
  // A tab before the place is printed as two characters, so the caret goes by what is printed.
  const before = printable(line.slice(0, error.column - 1)).length;
  io.out(`  ${printable(line)}\n  ${' '.repeat(before)}^\n`);
}
