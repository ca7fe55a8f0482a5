import { Interned } from '../../base/interning.ts';
import type { Getter, Value } from '../../rules/facts.ts';
import { falcoOpenFlags, openFlagNames, opensForReading, opensForWriting } from '../../schema/open-flags.ts';
import { resultName } from '../errno.ts';
import type { Event } from '../event.ts';

/** evt.*: the event itself. */

const AT_FDCWD = -100;
const EXECUTE_BITS = 0o111;
const SYSCALL = new Interned('syscall');
const EXIT_DIRECTION = new Interned('<');
const ENTER_DIRECTION = new Interned('>');
const FILE = new Interned('file');
const PROCESS = new Interned('process');

/** Small integers as texts, made once. */
const numberTexts = new Map<number, Interned>();
const results = new Map<number, Interned>();

/** At most this many remembered: a fuzzing process may produce any number. */
const MEMORY = 4096;

function remembered(memory: Map<number, Interned>, key: number, make: (key: number) => string): Interned {
  let text = memory.get(key);
  if (text === undefined) {
    text = new Interned(make(key));
    if (memory.size < MEMORY) memory.set(key, text);
  }
  return text;
}

const flagTexts = new Map<number, Interned>();
const numberText = (value: number): Interned => remembered(numberTexts, value, String);
const falcoFlags = (event: Event): number => falcoOpenFlags(event.openFlags, event.fileCreated);

type Argument = readonly [name: string, text: Getter<Event>, raw: Getter<Event>];

/** Arguments by event shape, in Falco's order, as text and with their own type. */
const OPEN_ARGUMENTS: readonly Argument[] = [
  ['fd', (e) => numberText(e.ret), (e) => e.ret],
  ['dirfd', (e) => (e.dirfd === AT_FDCWD ? new Interned('AT_FDCWD') : numberText(e.dirfd)), (e) => e.dirfd],
  ['name', (e) => e.nameGiven, (e) => e.nameGiven],
  ['flags', (e) => remembered(flagTexts, falcoFlags(e), openFlagNames), falcoFlags],
  ['mode', (e) => new Interned(`0${e.openMode.toString(8)}`), (e) => e.openMode],
  ['dev', (e) => numberText(e.fileDev), (e) => e.fileDev],
  ['ino', (e) => new Interned(String(e.fileIno)), (e) => e.fileIno],
];
const EXEC_ARGUMENTS: readonly Argument[] = [
  ['res', (e) => resultText(e), (e) => e.ret],
  ['exe', (e) => e.process?.exe ?? null, (e) => e.process?.exe ?? null],
  ['args', (e) => e.process?.args ?? null, (e) => e.process?.args ?? null],
  ['filename', (e) => e.nameGiven, (e) => e.nameGiven],
];
const EXIT_ARGUMENTS: readonly Argument[] = [
  ['status', (e) => numberText(e.exitStatus), (e) => e.exitStatus],
  ['ret', (e) => numberText((e.exitStatus >> 8) & 0xff), (e) => (e.exitStatus >> 8) & 0xff],
  ['sig', (e) => numberText(e.exitStatus & 0x7f), (e) => e.exitStatus & 0x7f],
  ['core', (e) => numberText((e.exitStatus >> 7) & 1), (e) => (e.exitStatus >> 7) & 1],
];
const NO_ARGUMENTS: readonly Argument[] = [['res', (e) => numberText(e.ret), (e) => e.ret]];

function argumentsOf(event: Event): readonly Argument[] {
  if (event.isOpen) return OPEN_ARGUMENTS;
  if (event.isExec) return EXEC_ARGUMENTS;
  return event.isExit ? EXIT_ARGUMENTS : NO_ARGUMENTS;
}

/** evt.arg.name or evt.arg[2]; missing when this event has no such argument. */
function argument(arg: string | null, raw: boolean): Getter<Event> | null {
  if (arg === null) return null;
  const index = /^\d{1,3}$/.test(arg) ? Number(arg) : -1;
  return (event) => {
    const all = argumentsOf(event);
    const found = index >= 0 ? all[index] : all.find(([name]) => name === arg);
    return found === undefined ? null : found[raw ? 2 : 1](event);
  };
}

function allArguments(event: Event): Interned {
  const text = (value: Value | null): string =>
    value instanceof Interned ? value.text : String(value ?? '<NA>');
  return new Interned(
    argumentsOf(event)
      .map(([name, get]) => `${name}=${text(get(event))}`)
      .join(' '),
  );
}

const resultText = (event: Event): Interned => remembered(results, event.ret, resultName);

const onOpen =
  (get: (event: Event) => boolean): Getter<Event> =>
  (event) =>
    event.isOpen && get(event);

/** procexit has no result; every other event of ours is the end of a call. */
const onCall =
  (get: (event: Event) => Value): Getter<Event> =>
  (event) =>
    event.isExit ? null : get(event);

export const eventFacts: Readonly<Record<string, (arg: string | null) => Getter<Event> | null>> = {
  'evt.num': () => (event) => event.num,
  'evt.type': () => (event) => event.typeName,
  'evt.source': () => () => SYSCALL,
  'evt.dir': () => (event) => (event.isExit ? ENTER_DIRECTION : EXIT_DIRECTION),
  'evt.category': () => (event) => (event.isOpen ? FILE : PROCESS),
  'evt.time': () => (event) => event.timeText('time'),
  'evt.time.s': () => (event) => event.timeText('seconds'),
  'evt.time.iso8601': () => (event) => event.timeText('iso8601'),
  'evt.datetime': () => (event) => event.timeText('datetime'),
  'evt.rawtime': () => (event) => event.wallNs,
  'evt.rawtime.s': () => (event) => event.wallNs / 1_000_000_000n,
  'evt.rawtime.ns': () => (event) => event.wallNs % 1_000_000_000n,
  'evt.is_async': () => () => false,
  'evt.hostname': () => (event) => event.hostname,
  'evt.arg': (arg) => argument(arg, false),
  'evt.rawarg': (arg) => argument(arg, true),
  'evt.args': () => allArguments,
  'evt.info': () => allArguments,
  'evt.res': () => onCall(resultText),
  'evt.rawres': () => onCall((event) => event.ret),
  'evt.failed': () => onCall((event) => event.ret < 0),
  'evt.count': () => () => 1,
  'evt.count.error': () => (event) => (event.ret < 0 ? 1 : 0),
  'evt.is_open_read': () => onOpen((event) => event.ret >= 0 && opensForReading(falcoFlags(event))),
  'evt.is_open_write': () => onOpen((event) => opensForWriting(falcoFlags(event))),
  'evt.is_open_exec': () => onOpen((event) => (event.openMode & EXECUTE_BITS) !== 0),
  'evt.is_open_create': () => onOpen((event) => event.fileCreated),
};
