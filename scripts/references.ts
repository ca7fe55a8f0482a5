/**
 * Writes docs/reference: what the source says of itself, a file for each subject. `--check` writes nothing and ends with 1
 * where a file is stale; test/unit/docs does the same. docs/metrics.md is made by its own test, which has readings.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsReference } from './reference/commands.ts';
import { errorsReference } from './reference/errors.ts';
import { eventsReference } from './reference/events.ts';
import { falcoKeysReference } from './reference/falco-keys.ts';
import { fieldsReference } from './reference/fields.ts';
import { licensesReference } from './reference/licenses.ts';
import { optionsReference } from './reference/options.ts';
import { root } from './run.ts';

export const REFERENCES: Readonly<Record<string, () => string>> = {
  'commands.md': commandsReference,
  'errors.md': errorsReference,
  'events.md': eventsReference,
  'falco-keys.md': falcoKeysReference,
  'fields.md': fieldsReference,
  'licenses.md': licensesReference,
  'options.md': optionsReference,
};

const FOLDER = join(root, 'docs/reference');

/** The stored text of a reference; empty where there is none. */
export function stored(name: string): string {
  try {
    return readFileSync(join(FOLDER, name), 'utf8');
  } catch {
    return '';
  }
}

function main(check: boolean): number {
  const stale = Object.entries(REFERENCES).filter(([name, make]) => stored(name) !== make());
  if (check) {
    for (const [name] of stale)
      process.stderr.write(`docs/reference/${name} is stale: run scripts/references.ts\n`);
    return stale.length === 0 ? 0 : 1;
  }
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, make] of stale) writeFileSync(join(FOLDER, name), make());
  return 0;
}

if (import.meta.main) process.exitCode = main(process.argv.includes('--check'));
