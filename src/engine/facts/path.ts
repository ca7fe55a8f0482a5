import type { Interned } from '../../base/interning.ts';
import type { Getter } from '../../rules/facts.ts';
import { TYPE_NAMES } from '../../schema/record.generated.ts';
import type { Event } from '../event.ts';

/** fs.path.* and evt.abspath: names in the file system that a call worked on, as given and made absolute. */

/** Calls whose only path is their first name, and those that work on an open file. */
const SINGLE = new Set(
  `open openat openat2 creat unlink unlinkat rmdir mkdir mkdirat mknod mknodat chmod fchmodat fchmodat2 chown lchown
  fchownat truncate setxattr lsetxattr umount umount2 chroot chdir`.split(/\s+/),
);
const OPENED = new Set('fchmod fchown ftruncate fsetxattr fchdir open_by_handle_at'.split(' '));
/** From the first name to the second. */
const FORWARD = new Set('rename renameat renameat2 mount move_mount'.split(' '));
/** A link is made at the second name and leads to the first. */
const BACKWARD = new Set('link linkat symlink symlinkat'.split(' '));

const typesIn = (names: ReadonlySet<string>): readonly boolean[] => TYPE_NAMES.map((name) => names.has(name));
const single = typesIn(SINGLE);
const opened = typesIn(OPENED);
const forward = typesIn(FORWARD);
const backward = typesIn(BACKWARD);

type Names = readonly [first: (event: Event) => Interned | null, second: (event: Event) => Interned | null];

const GIVEN: Names = [(event) => event.nameGiven, (event) => event.secondGiven];
/** The text of a relative link or a mount source means nothing else: it stays as it is. */
const ABSOLUTE: Names = [
  (event) => (event.isOpen ? event.fileName : (event.nameAbsolute ?? event.nameGiven)),
  (event) => event.secondAbsolute ?? event.secondGiven,
];

/** Only of a call that succeeded, as in Falco. */
const path = ([first]: Names): Getter<Event> => {
  return (event) => {
    const { type } = event.record;
    if (event.ret < 0) return null;
    if (single[type]) return first(event);
    return opened[type] ? event.descriptor.name : null;
  };
};

const ofTwo = (names: Names, target: boolean): Getter<Event> => {
  const [first, second] = target ? [names[1], names[0]] : names;
  return (event) => {
    const { type } = event.record;
    if (event.ret < 0) return null;
    if (forward[type]) return first(event);
    return backward[type] ? second(event) : null;
  };
};

/** `src` and `dst` for calls with two names. Also of calls that failed. */
function absolutePath(arg: string | null): Getter<Event> | null {
  if (arg === null || arg === 'src') {
    return (event) => (event.isOpen ? event.fileName : event.nameAbsolute);
  }
  return arg === 'dst' ? (event) => event.secondAbsolute : null;
}

export const pathFacts: Readonly<Record<string, (arg: string | null) => Getter<Event> | null>> = {
  'fs.path.name': () => path(ABSOLUTE),
  'fs.path.nameraw': () => path(GIVEN),
  'fs.path.source': () => ofTwo(ABSOLUTE, false),
  'fs.path.sourceraw': () => ofTwo(GIVEN, false),
  'fs.path.target': () => ofTwo(ABSOLUTE, true),
  'fs.path.targetraw': () => ofTwo(GIVEN, true),
  'evt.abspath': absolutePath,
};
