import { diskFiles, readText } from './files.ts';

export interface RulesText {
  readonly name: string;
  readonly content: string;
}

export interface Unreadable {
  readonly name: string;
  readonly reason: string;
}

/** Larger than any rules file; a disk image or a log named by mistake is not read into memory. */
const MAX_BYTES = 16 << 20;

/**
 * Rules files in the order in which they are loaded. A directory stands for its *.yaml and *.yml files by name, but
 * for *.test.yaml, which hold the rules' tests.
 *
 * @param mustExist true for paths from a command line. A configured path that does not exist is left out, as Falco
 *   does, so that a package may name a directory for later
 */
export function readRulesFiles(
  paths: readonly string[],
  mustExist: boolean,
): { files: RulesText[]; unreadable: Unreadable[] } {
  const files: RulesText[] = [];
  const unreadable: Unreadable[] = [];
  for (const path of paths) {
    try {
      for (const name of namesOf(path))
        files.push({ name, content: readText(name, MAX_BYTES).replace(/^\ufeff/, '') });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (mustExist || code !== 'ENOENT') unreadable.push({ name: path, reason: message });
    }
  }
  return { files, unreadable };
}

function namesOf(path: string): string[] {
  return diskFiles.list(path)?.filter((name) => !/\.test\.ya?ml$/.test(name)) ?? [path];
}
