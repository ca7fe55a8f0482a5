import { parseArgs } from 'node:util';
import { EXIT_CODE, formatProblem, isWarning } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { configPath, loadConfig, readRulesFiles } from '../config/index.ts';
import { describe } from '../rules/file/describe.ts';
import { fileText } from '../rules/file/index.ts';
import { type LoadedRule, type LoadResult, loadRules } from '../rules/index.ts';
import type { Io } from './io.ts';
import { OPTIONS } from './options.ts';
import { planOf, planText } from './rules-plan.ts';

const USAGE = 'usage: saker rules [FILE...] [--rule NAME] [--plan] [--json] [--compat falco|saker] [-c FILE]';

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  const parsed = parseArgs({ args: [...args], options: OPTIONS.rules, allowPositionals: true });
  const { compat: named } = parsed.values;
  const compat = (['falco', 'saker'] as const).find((one) => one === named);
  if (compat !== named) throw new Error('--compat is saker or falco');
  return { ...parsed, compat };
}

/**
 * `saker rules [FILE...]`: describes the rules, as text or in the JSON shape of `falco -L`; those that the configuration
 * names unless files are given.
 */
export function rulesCommand(args: readonly string[], io: Io): number {
  let values: Values;
  let positionals: string[];
  let compat: 'falco' | 'saker' | undefined;
  try {
    ({ values, positionals, compat } = parse(args));
  } catch (error) {
    io.err(`saker rules: ${printable((error as Error).message)} — ${USAGE}\n`);
    return EXIT_CODE.usage;
  }
  const { config, problems } = loadConfig({
    file: configPath(values.config),
    overrides: values.option ?? [],
    env: process.env,
  });
  for (const problem of problems) if (!isWarning(problem)) io.err(`${formatProblem(problem)}\n`);
  if (config === null) return EXIT_CODE.config;
  const paths = positionals.length > 0 ? positionals : config.rules_files;
  const { files, unreadable } = readRulesFiles(paths, positionals.length > 0);
  for (const { name, reason } of unreadable)
    io.err(`saker rules: ${printable(name)}: ${printable(reason)}\n`);
  if (unreadable.length > 0) return EXIT_CODE.rules;
  if (files.length === 0) {
    io.err(`saker rules: no *.yaml or *.yml file in ${printable(paths.join(' '))}\n`);
    return EXIT_CODE.rules;
  }
  const loaded = loadRules(files, { compat: compat ?? config.compat });
  for (const file of loaded.files) if (!file.ok) io.err(fileText(file, 'people'));
  if (!loaded.ok) return EXIT_CODE.rules;
  return values.plan ? printPlan(loaded, values, io) : print(loaded, values.rule, values.json === true, io);
}

/** Those asked for; null: there is none, which was said. */
function chosen(loaded: LoadResult, name: string | undefined, io: Io): readonly LoadedRule[] | null {
  const rules = loaded.rules.filter((rule) => name === undefined || rule.name === name);
  if (name === undefined || rules.length > 0) return rules;
  io.err(`saker rules: there is no rule "${printable(name)}"\n`);
  return null;
}

function printPlan(loaded: LoadResult, { rule, json }: Values, io: Io): number {
  const rules = chosen(loaded, rule, io);
  if (rules === null) return EXIT_CODE.rules;
  const plans = rules.map(planOf);
  io.out(json ? `${JSON.stringify(plans)}\n` : plans.map(planText).join('\n'));
  return 0;
}

function print(loaded: LoadResult, name: string | undefined, json: boolean, io: Io): number {
  const rules = chosen(loaded, name, io);
  if (rules === null) return EXIT_CODE.rules;
  if (json) {
    const described = name === undefined ? describe(loaded) : { rules: describe({ ...loaded, rules }).rules };
    io.out(`${JSON.stringify(described)}\n`);
    return 0;
  }
  const width = Math.max(4, ...rules.map((rule) => printable(rule.name).length));
  io.out(`${'Rule'.padEnd(width)}  Description\n${'----'.padEnd(width)}  -----------\n`);
  for (const rule of rules) {
    const state = rule.enabled ? '' : ' (disabled)';
    io.out(`${printable(rule.name).padEnd(width)}  ${printable(rule.desc.trim())}${state}\n`);
  }
  return 0;
}
