import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';

/** Editors and package managers write in several steps; what follows within this time is one change. */
const SETTLE_MS = 500;

export interface FileWatch {
  /** Watches these instead of what was watched before. */
  follow(paths: readonly string[]): void;
  stop(): void;
}

/**
 * Calls `onChange` once after files changed. Directories are watched, never files: a file replaced by rename would
 * silently leave a watch on its old inode. What cannot be watched (it does not exist yet) is told to `onTrouble`.
 */
export function watchFiles(
  onChange: () => void,
  onTrouble: (path: string, reason: string) => void,
): FileWatch {
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | null = null;
  const changed = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
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
      stop();
      for (const directory of new Set(paths.map(directoryOf))) {
        try {
          const watcher = watch(directory, { persistent: false }, changed);
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

function directoryOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path);
}
