import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RulesFile } from '../rules/index.ts';

export interface Unreadable {
  readonly name: string;
  readonly reason: string;
}

/** Rules files larger than this are not read into memory. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Files as given; a directory stands for its .yml and .yaml files in alphabetical order, as for Falco's -r. */
export function readRulesFiles(paths: readonly string[]): { files: RulesFile[]; unreadable: Unreadable[] } {
  const files: RulesFile[] = [];
  const unreadable: Unreadable[] = [];
  for (const path of paths) {
    try {
      for (const name of namesOf(path)) files.push({ name, content: readText(name) });
    } catch (error) {
      unreadable.push({ name: path, reason: (error as Error).message });
    }
  }
  return { files, unreadable };
}

function namesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

function readText(name: string): string {
  const { size } = statSync(name);
  if (size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES / 1024 / 1024} MiB`);
  return readFileSync(name, 'utf8').replace(/^\ufeff/, '');
}
