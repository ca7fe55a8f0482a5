import { parseArgs } from 'node:util';
import { EXIT_CODE } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { readRulesFiles, type Unreadable } from '../config/rules-files.ts';
import { describe } from '../rules/file/describe.ts';
import { fileJson, fileText, type LoadResult, verdict } from '../rules/file/index.ts';
import { loadRules } from '../rules/index.ts';
import type { Io } from './io.ts';
import { OPTIONS } from './options.ts';

const USAGE = 'usage: saker check FILE... [--json] [--compat falco]';

/**
 * `saker check FILE...`: loads rules files in order and prints what is wrong with them. Exit code 0 when all are
 * valid, 1 when one is not or there is none. Warnings never change it.
 */
export function checkCommand(args: readonly string[], io: Io): number {
  let values: { json?: boolean; compat?: string };
  let paths: string[];
  try {
    ({ values, positionals: paths } = parseArgs({
      args: [...args],
      options: OPTIONS.check,
      allowPositionals: true,
    }));
    if (paths.length === 0) throw new Error('no rules file given');
    if (values.compat !== undefined && values.compat !== 'falco')
      throw new Error('--compat knows only falco');
  } catch (error) {
    io.err(`saker check: ${printable((error as Error).message)} — ${USAGE}\n`);
    return EXIT_CODE.usage;
  }
  const falco = values.compat === 'falco';
  const { files, unreadable } = readRulesFiles(paths, true);
  if (files.length + unreadable.length === 0) {
    io.err(`saker check: no *.yaml or *.yml file in ${printable(paths.join(' '))}\n`);
    return EXIT_CODE.rules;
  }
  const result = loadRules(files, { compat: falco ? 'falco' : 'saker' });
  if (values.json) io.out(`${JSON.stringify(resultJson(result, unreadable))}\n`);
  else printText(result, unreadable, falco, io);
  return result.ok && unreadable.length === 0 ? 0 : EXIT_CODE.rules;
}

/** Errors go to standard output, warnings and lints of valid files to standard error, as with falco -V. */
function printText(result: LoadResult, unreadable: readonly Unreadable[], falco: boolean, io: Io): void {
  const numbering = falco ? 'falco' : 'people';
  for (const file of result.files) {
    if (!file.ok) io.out(fileText(file, numbering));
    else {
      io.out(`${printable(file.name)}: ${verdict(file)}\n`);
      if (file.warnings.length + file.lints.length > 0) io.err(fileText(file, numbering));
    }
  }
  for (const { name, reason } of unreadable) {
    io.out(
      `${printable(name)}: Invalid\n1 Errors:\nLOAD_ERR_FILE_READ (File read error): ${printable(reason)}\n`,
    );
  }
}

/** The object `falco -V FILE -L -o json_output=true` prints: results, and the rules when all files are valid. */
function resultJson(result: LoadResult, unreadable: readonly Unreadable[]): Record<string, unknown> {
  const missing = unreadable.map(({ name, reason }) => ({
    name,
    successful: false,
    schema_valid: false,
    schema_warnings: [],
    errors: [
      {
        code: 'LOAD_ERR_FILE_READ',
        codedesc: 'File read error',
        message: reason,
        context: { locations: [], snippet: '' },
      },
    ],
    warnings: [],
  }));
  const loads = { falco_load_results: [...result.files.map(fileJson), ...missing] };
  const good = result.ok && missing.length === 0;
  return good ? { ...loads, falco_describe_results: describe(result) } : loads;
}
