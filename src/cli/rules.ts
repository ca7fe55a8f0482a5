import { parseArgs } from 'node:util';
import { EXIT_CODE } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { readRulesFiles } from '../config/rules-files.ts';
import { describe } from '../rules/file/describe.ts';
import { fileText } from '../rules/file/index.ts';
import { type LoadResult, loadRules } from '../rules/index.ts';
import type { Io } from './io.ts';

const USAGE = 'usage: saker rules [FILE...] [--rule NAME] [--json]';

/** Where rules are looked for when none are named. */
const DEFAULT_PATHS = ['/etc/saker/rules.d'];

/** `saker rules [FILE...]`: describes the rules, as text or in the JSON shape of `falco -L`. */
export function rulesCommand(args: readonly string[], io: Io): number {
  let values: { json?: boolean; rule?: string };
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, rule: { type: 'string' } },
      allowPositionals: true,
    }));
  } catch (error) {
    io.err(`saker rules: ${printable((error as Error).message)} — ${USAGE}\n`);
    return EXIT_CODE.usage;
  }
  const paths = positionals.length > 0 ? positionals : DEFAULT_PATHS;
  const { files, unreadable } = readRulesFiles(paths, positionals.length > 0);
  for (const { name, reason } of unreadable)
    io.err(`saker rules: ${printable(name)}: ${printable(reason)}\n`);
  if (unreadable.length > 0) return EXIT_CODE.rules;
  if (files.length === 0) {
    io.err(`saker rules: no *.yaml or *.yml file in ${printable(paths.join(' '))}\n`);
    return EXIT_CODE.rules;
  }
  const loaded = loadRules(files);
  for (const file of loaded.files) if (!file.ok) io.err(fileText(file, 'people'));
  if (!loaded.ok) return EXIT_CODE.rules;
  return print(loaded, values.rule, values.json === true, io);
}

function print(loaded: LoadResult, name: string | undefined, json: boolean, io: Io): number {
  const rules = loaded.rules.filter((rule) => name === undefined || rule.name === name);
  if (name !== undefined && rules.length === 0) {
    io.err(`saker rules: there is no rule "${printable(name)}"\n`);
    return EXIT_CODE.rules;
  }
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
