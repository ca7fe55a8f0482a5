import { Interned } from '../../base/interning.ts';
import type { Getter } from '../../rules/facts.ts';
import type { Event } from '../event.ts';
import { Derived, directoryName, fileName } from '../paths.ts';

/**
 * fd.*: the file of an open. A file has up to two names, the one the caller gave and the one the kernel resolved;
 * `event.fileName` is the one under which the rules are being asked (engine/evaluate.ts asks under each).
 */

const S_IFMT = 0o170000;
const DIRECTORY = 0o040000;

/** Kind of an inode as Falco names it and abbreviates it, by the S_IFMT bits of st_mode (inode(7)). */
const KINDS: ReadonlyMap<number, { type: Interned; char: Interned }> = new Map(
  (
    [
      [0o100000, 'file', 'f'],
      [DIRECTORY, 'directory', 'd'],
      // Devices and other special files are files to Falco.
      [0o020000, 'file', 'f'],
      [0o060000, 'file', 'f'],
      [0o010000, 'file', 'f'],
      [0o140000, 'file', 'f'],
    ] as const
  ).map(([mode, type, char]) => [mode, { type: new Interned(type), char: new Interned(char) }]),
);
const FILE = KINDS.get(0o100000)!;

const directories = new Derived(directoryName);
const names = new Derived(fileName);

function kind(event: Event): { type: Interned; char: Interned } {
  return KINDS.get(event.fileMode & S_IFMT) ?? FILE;
}

/** The descriptor and what hangs on it exist only after an open that succeeded. */
const opened =
  (get: (event: Event) => Interned | number | bigint | boolean | null): Getter<Event> =>
  (event) =>
    event.isOpen && event.ret >= 0 ? get(event) : null;

/** Names exist for failed opens too. */
const named =
  (get: (name: Interned, event: Event) => Interned): Getter<Event> =>
  (event) => {
    const name = event.fileName;
    return name === null ? null : get(name, event);
  };

export const fileFacts: Readonly<Record<string, () => Getter<Event>>> = {
  // An io_uring open into a fixed slot, or on an old kernel, has no descriptor number we could tell.
  'fd.num': () => (event) => (!event.isOpen ? null : event.fdUnknown ? 0 : event.ret),
  'fd.type': () => opened((event) => kind(event).type),
  'fd.typechar': () => opened((event) => kind(event).char),
  'fd.name': () => named((name) => name),
  'fd.directory': () =>
    named((name, event) => ((event.fileMode & S_IFMT) === DIRECTORY ? name : directories.of(name))),
  'fd.filename': () => named((name) => names.of(name)),
  'fd.nameraw': () => (event) => event.nameGiven,
  'fd.dev': () => opened((event) => event.fileDev),
  'fd.dev.major': () => opened((event) => event.fileDev >>> 8),
  'fd.dev.minor': () => opened((event) => event.fileDev & 0xff),
  'fd.ino': () => opened((event) => event.fileIno),
};
