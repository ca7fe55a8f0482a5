import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../base/errors.ts';

export interface RulesFiles {
  /** In the order in which they are loaded. */
  readonly files: readonly { readonly name: string; readonly content: string }[];
  readonly problems: readonly Problem[];
  /** Files and directories that were read or looked for. */
  readonly paths: readonly string[];
}

/** A rules file larger than this is a mistake (a disk image, a log), not rules. */
const MAX_BYTES = 64 << 20;

/**
 * Reads rules files; a directory stands for its *.yaml and *.yml files by name. A configured path that does not
 * exist is left out, as Falco does, so that a package may name a directory for later; one named on the command
 * line must exist.
 */
export function readRulesFiles(entries: readonly string[], mustExist: boolean): RulesFiles {
  const files: { name: string; content: string }[] = [];
  const problems: Problem[] = [];
  for (const entry of entries) {
    try {
      for (const name of expand(entry, mustExist)) files.push({ name, content: read(name) });
    } catch (error) {
      problems.push(unreadable(entry, error as Error));
    }
  }
  return { files, problems, paths: [...entries] };
}

function expand(entry: string, mustExist: boolean): string[] {
  const stat = statSync(entry, { throwIfNoEntry: mustExist });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [entry];
  return readdirSync(entry)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(entry, name))
    .filter((path) => statSync(path).isFile());
}

function read(path: string): string {
  const stat = statSync(path);
  if (!stat.isFile()) throw new Error('not a regular file');
  if (stat.size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES >> 20} MiB`);
  return readFileSync(path, 'utf8');
}

function unreadable(file: string, error: Error): Problem {
  return {
    code: 'SAKER_E_RULES_READ',
    file,
    line: null,
    column: null,
    what: `cannot read the rules: ${error.message}`,
    advice: 'name a YAML file or a directory of such files that saker may read',
  };
}
