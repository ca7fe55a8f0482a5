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
 * for *.test.yaml, which hold the rules' tests. One that cannot be read leaves the others as they are.
 *
 * @param mustExist true for paths from a command line. A configured path that does not exist is only `absent`, as
 *   for Falco, so that a package may name a directory for later
 */
export function readRulesFiles(
  paths: readonly string[],
  mustExist: boolean,
): { files: RulesText[]; unreadable: Unreadable[]; absent: string[] } {
  const files: RulesText[] = [];
  const unreadable: Unreadable[] = [];
  const absent: string[] = [];
  for (const path of paths) {
    const names = namesOf(path);
    if (names === null && !mustExist) absent.push(path);
    for (const name of names ?? [path]) {
      if (names === null && !mustExist) continue;
      try {
        files.push({ name, content: readText(name, MAX_BYTES).replace(/^\ufeff/, '') });
      } catch (error) {
        unreadable.push({ name, reason: (error as Error).message });
      }
    }
  }
  return { files, unreadable, absent };
}

/** The files a path stands for; null when there is nothing at that path. */
function namesOf(path: string): string[] | null {
  try {
    return diskFiles.list(path)?.filter((name) => !/\.test\.ya?ml$/.test(name)) ?? [path];
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : [path];
  }
}
