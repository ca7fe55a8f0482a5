import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Editors and package managers write in several steps; what follows within this time is one change. */
const SETTLE_MS = 500;

export interface FileWatch {
  /** Watches these instead of what was watched before. */
  follow(paths: readonly string[]): void;
  stop(): void;
}

/**
 * Calls `onChange` once after files changed. Directories are watched, never files: a file replaced by rename would
 * silently leave a watch on its old inode. Of a directory that is itself configured its *.yaml and *.yml files count,
 * of one that holds a configured file only that file: a log beside it must not mean reloads. What cannot be watched
 * (it does not exist yet) is told to `onTrouble`.
 */
export function watchFiles(
  onChange: () => void,
  onTrouble: (path: string, reason: string) => void,
): FileWatch {
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | null = null;
  const changed = (): void => {
    // The first change starts the time, so that a steady writer cannot put the reload off for ever.
    timer ??= setTimeout(() => {
      timer = null;
      onChange();
    }, SETTLE_MS);
  };
  const stop = (): void => {
    for (const watcher of watchers) watcher.close();
    watchers = [];
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    follow(paths) {
      for (const watcher of watchers) watcher.close();
      watchers = [];
      for (const [directory, names] of byDirectory(paths)) {
        try {
          const watcher = watch(directory, { persistent: false }, (_event, name) => {
            if (name === null || matches(names, name)) changed();
          });
          watcher.on('error', (error) => onTrouble(directory, error.message));
          watchers.push(watcher);
        } catch (error) {
          onTrouble(directory, (error as Error).message);
        }
      }
    },
    stop,
  };
}

/** Directory → names of files in it that count; null stands for all rules and configuration files. */
function byDirectory(paths: readonly string[]): Map<string, Set<string> | null> {
  const found = new Map<string, Set<string> | null>();
  for (const path of paths) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) found.set(path, null);
    else {
      const names = found.get(dirname(path));
      if (names !== null) found.set(dirname(path), (names ?? new Set()).add(basename(path)));
    }
  }
  return found;
}

function matches(names: ReadonlySet<string> | null, name: string): boolean {
  return names === null ? /\.ya?ml$/.test(name) : names.has(name);
}
