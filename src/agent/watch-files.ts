import { type FSWatcher, lstatSync, readdirSync, readlinkSync, statSync, watch } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Editors and package managers write in several steps; what follows within this time is one change. */
const SETTLE_MS = 500;

/** Whether a file of that name counts in a directory that is itself watched. */
export type Counts = (directory: string, name: string) => boolean;

/** Rules and configuration. */
const isYaml: Counts = (_directory, name) => /\.ya?ml$/.test(name);

export interface FileWatch {
  /** Watches these instead of what was watched before. */
  follow(paths: readonly string[]): void;
  stop(): void;
}

/**
 * Calls `onChange` once after files changed. Directories are watched, never files: a file replaced by rename would
 * silently leave a watch on its old inode. Of a directory that is itself configured those files count that `counts`
 * wants, of one that holds a configured file only that file: a log beside it must not mean reloads. Links are followed, and
 * those on the way watched too; of what does not exist yet the first part that is missing. A directory that cannot be
 * watched is told to `onTrouble`, once until it can be.
 */
export function watchFiles(
  onChange: () => void,
  onTrouble: (path: string, reason: string) => void,
  counts: Counts = isYaml,
  watchDirectory: typeof watch = watch,
): FileWatch {
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | null = null;
  const told = new Set<string>();
  const trouble = (directory: string, reason: string): void => {
    if (!told.has(directory)) onTrouble(directory, reason);
    told.add(directory);
  };
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
      for (const [directory, wanted] of byDirectory(paths, counts)) {
        try {
          const watcher = watchDirectory(directory, { persistent: false }, (_event, name) => {
            if (name === null || matches(wanted, directory, name)) changed();
          });
          watcher.on('error', (error) => trouble(directory, error.message));
          watchers.push(watcher);
          told.delete(directory);
        } catch (error) {
          trouble(directory, (error as Error).message);
        }
      }
    },
    stop,
  };
}

/** What counts in a directory: all that is wanted there, and files, links and directories of these names. */
interface Wanted {
  all: Counts | null;
  readonly names: Set<string>;
}

function byDirectory(paths: readonly string[], counts: Counts): Map<string, Wanted> {
  const found = new Map<string, Wanted>();
  const at = (directory: string): Wanted => {
    const wanted = found.get(directory) ?? { all: null, names: new Set() };
    found.set(directory, wanted);
    return wanted;
  };
  const add = (path: string): void => {
    for (const place of placesOf(path)) at(dirname(place)).names.add(basename(place));
  };
  for (const path of paths.map((path) => resolve(path))) {
    add(path);
    if (!isDirectory(path)) continue;
    at(path).all = counts;
    for (const file of linksIn(path, counts)) add(file);
  }
  return found;
}

/** The files of a directory may be links, in a mounted ConfigMap even by way of a link that is exchanged (`..data`). */
function linksIn(directory: string, counts: Counts): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    const links = entries.filter((entry) => entry.isSymbolicLink() && counts(directory, entry.name));
    return links.map(({ name }) => join(directory, name));
  } catch {
    return [];
  }
}

/** Links that a path may lead through, as the kernel's MAXSYMLINKS. */
const MAX_LINKS = 40;

/** Where a change makes the path lead elsewhere or to something else: each link on its way, and its end, or what is missing. */
function placesOf(path: string): string[] {
  const places: string[] = [];
  const rest = path.split('/').filter((part) => part !== '');
  let at = '/';
  for (let part = rest.shift(); part !== undefined && places.length < MAX_LINKS; part = rest.shift()) {
    const place = resolve(at, part);
    if (!exists(place)) return [...places, place];
    const target = linkTarget(place);
    if (target !== null) {
      places.push(place);
      rest.unshift(...target.split('/').filter((part) => part !== ''));
      if (target.startsWith('/')) at = '/';
    } else at = place;
  }
  return [...places, at];
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Itself, wherever it leads. */
function exists(path: string): boolean {
  try {
    return lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function matches({ all, names }: Wanted, directory: string, name: string): boolean {
  return names.has(name) || (all?.(directory, name) ?? false);
}
