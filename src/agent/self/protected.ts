/** The files that make the agent what it is, and what became of them. Only metadata is read. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { printable } from '../../base/printable.ts';
import type { InternalMatch } from '../../engine/internal-alert.ts';

export const FILES_RULE = 'Saker internal: own files changed';

/** Path → identity. */
export type Snapshot = ReadonlyMap<string, string>;

export interface Change {
  readonly path: string;
  readonly how: 'added' | 'removed' | 'changed';
}

/** Where systemd.unit(5) looks for system units, and where systemctl's set-property and edit --runtime write. */
const UNIT_DIRECTORIES = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
const MAX_FILES = 2000;
const MAX_TOLD = 20;

/** Program, libraries, unit and drop-ins: what only a package changes. */
export function programPaths(executable: string, root = ''): string[] {
  const units = UNIT_DIRECTORIES.map((directory) => root + directory);
  return [
    executable,
    `${root}/usr/lib/saker`,
    ...units.map((directory) => join(directory, 'saker.service')),
    ...units.flatMap((directory) => [join(directory, 'saker.service.d'), join(directory, 'service.d')]),
  ];
}

/**
 * @param paths files, and directories whose files count (of rules and configuration *.yaml and *.yml, of drop-ins
 *   *.conf, of libraries all); what does not exist is left out
 */
export function takeSnapshot(paths: readonly string[]): Snapshot {
  const found = new Map<string, string>();
  for (const path of paths) {
    const identity = identityOf(path);
    if (identity === 'directory') {
      for (const name of filesIn(path)) add(found, join(path, name));
    } else if (identity !== null) add(found, path);
  }
  return found;
}

export function changesBetween(before: Snapshot, after: Snapshot): Change[] {
  const changes: Change[] = [];
  for (const [path, identity] of after) {
    const old = before.get(path);
    if (old !== identity) changes.push({ path, how: old === undefined ? 'added' : 'changed' });
  }
  for (const path of before.keys()) if (!after.has(path)) changes.push({ path, how: 'removed' });
  return changes;
}

/** @param meanwhile changed while no agent watched */
export function filesNotice(
  changes: readonly Change[],
  isProgram: (path: string) => boolean,
  meanwhile: boolean,
  nowMs = Date.now(),
): InternalMatch {
  const told = changes.slice(0, MAX_TOLD).map(({ path, how }) => `${how} ${printable(path)}`);
  const more = changes.length > MAX_TOLD ? ` and ${changes.length - MAX_TOLD} more` : '';
  const when = meanwhile ? ' while it did not watch' : '';
  return {
    rule: FILES_RULE,
    priority: changes.some(({ path }) => isProgram(path)) ? 'Warning' : 'Notice',
    timeNs: BigInt(nowMs) * 1_000_000n,
    output: `Saker internal: files of the agent changed${when}: ${told.join(', ')}${more}`,
    fields: { 'files.changed': told, 'files.more': Math.max(0, changes.length - MAX_TOLD) },
  };
}

function add(found: Map<string, string>, path: string): void {
  const identity = identityOf(path);
  if (identity === null || identity === 'directory' || found.size >= MAX_FILES) return;
  found.set(realName(path), identity);
}

/** On most systems /lib is a link to /usr/lib: one file, one name. The file itself may be a link, which counts as it is. */
function realName(path: string): string {
  try {
    return join(realpathSync(dirname(path)), path.slice(dirname(path).length + 1));
  } catch {
    return path;
  }
}

/** The change time is among it: who sets a file back to what it was cannot set that. Not the device, whose number may be another after a boot. */
function identityOf(path: string): string | null {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (stat.isDirectory()) return 'directory';
    return [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs, stat.mode, stat.uid].join(':');
  } catch {
    return null;
  }
}

/** Whether a file of that name in a protected directory counts. */
export function countsIn(directory: string, name: string): boolean {
  if (directory.endsWith('/usr/lib/saker')) return true;
  const isDropIns = directory.endsWith('.service.d') || directory.endsWith('/service.d');
  return (isDropIns ? /\.conf$/ : /\.ya?ml$/).test(name);
}

function filesIn(directory: string): string[] {
  try {
    const names = readdirSync(directory).slice(0, MAX_FILES);
    return names.filter((name) => countsIn(directory, name));
  } catch {
    return [];
  }
}
