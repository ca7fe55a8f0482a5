import { Interned } from '../../base/interning.ts';
import type { Getter } from '../../rules/facts.ts';
import { ARGUMENTS_BY_TYPE, type ArgumentKind, type ArgumentSpec } from '../../schema/arguments.ts';
import { FLAG_TABLES, type FlagTable, falcoNumber, flagNames } from '../../schema/flags/index.ts';
import { falcoDescriptorFlags, falcoOpenFlags, openFlagNames } from '../../schema/open-flags.ts';
import * as abi from '../../schema/record.generated.ts';
import { resultName } from '../errno.ts';
import type { Event } from '../event.ts';
import { eventTime } from '../event-time.ts';
import { type Raw, type Source, sourceOf } from './argument-sources.ts';

/**
 * evt.arg, evt.rawarg, evt.args: arguments of the call. An argument has a number or a text, and may have a meaning:
 * `fd=3(<f>/etc/shadow)` in evt.args, `<f>/etc/shadow` as evt.arg.fd, 3 as evt.rawarg.fd.
 */

interface Argument {
  readonly name: string;
  readonly raw: Source;
  plain(value: Raw): string;
  /** Null when the value means no more than it says. */
  meaning(value: Raw, event: Event): string | null;
}

const AT_FDCWD = -100;
/** An id that is not to be changed, or not set. */
const NO_ID = 0xffffffff;

/** Texts remembered by value: flags, numbers and results are few. */
class Texts {
  readonly #texts = new Map<Raw, Interned>();
  readonly #make: (value: Raw) => string;
  constructor(make: (value: Raw) => string) {
    this.#make = make;
  }
  of(value: Raw): Interned {
    let text = this.#texts.get(value);
    if (text === undefined) {
      text = new Interned(this.#make(value));
      // A fuzzing process may produce any number.
      if (this.#texts.size >= 1024) this.#texts.clear();
      this.#texts.set(value, text);
    }
    return text;
  }
}

const numberTexts = new Texts(String);

const decimal = (value: Raw): string => (value instanceof Interned ? value.text : String(value));
const hexadecimal = (value: Raw): string => (value as number | bigint).toString(16).toUpperCase();
/** As printf's %#o: zero is `0`. */
const octal = (value: Raw): string => (value === 0 ? '0' : `0${(value as number).toString(8)}`);
const identity = (value: Raw): string => (value === NO_ID ? '-1' : decimal(value));

const PLAIN: Partial<Record<ArgumentKind, (value: Raw) => string>> = {
  hex: hexadecimal,
  widehex: hexadecimal,
  octal,
  mode: octal,
  uid: identity,
  gid: identity,
  // An unsigned register of 64 bits is shown as the signed number that callers give.
  wide: (value) => (typeof value === 'bigint' ? String(BigInt.asIntN(64, value)) : decimal(value)),
  time: (value) => (value === 0n ? '0' : eventTime(value as bigint, 'datetime', false)),
};

type Meaning = (value: Raw, event: Event) => string | null;

const none: Meaning = () => null;

const MEANING: Partial<Record<ArgumentKind, Meaning>> = {
  errno: (value) => ((value as number) < 0 ? resultName(value as number) : null),
  syscall: (_, event) => event.typeName.text,
  fd: (value, event) => descriptorText(Number(value), event),
  pid: (value, event) => commandOf(value as number, event),
  uid: (value, { users }) => (value === NO_ID ? '<NONE>' : users.userName(value as number).text),
  gid: (value, { users }) => (value === NO_ID ? '<NONE>' : users.groupName(value as number).text),
  openflags: (value) => openFlagNames(value as number),
  fdflags: (value) => openFlagNames(value as number),
};

/** Arguments that name the directory of the first and of the second name. */
const FIRST_DIRECTORY = new Set(['dirfd', 'olddirfd', 'olddir']);
const SECOND_DIRECTORY = new Set(['newdirfd', 'newdir', 'linkdirfd']);

/** The directory that a relative name starts from is in the record; of an absolute name's the kernel asks nothing. */
function directoryText(name: string, number: number, { record, isOpen, isCall }: Event): string | null {
  if (number === AT_FDCWD) return 'AT_FDCWD';
  const second = SECOND_DIRECTORY.has(name);
  const base = isOpen ? record.open.base : !isCall ? null : second ? record.call.base2 : record.call.base;
  return base === null || base.text === '' ? null : `<d>${base.text}`;
}

/** `<4t>10.0.0.1:5000->10.0.0.2:80`, `<f>/etc/shadow`, the error of a call that gave none, `AT_FDCWD`. */
function descriptorText(number: number, event: Event): string | null {
  if (number === AT_FDCWD) return 'AT_FDCWD';
  if (number < 0) return resultName(number);
  const { descriptor } = event;
  const same = number === descriptor.number || (event.isCall && number === event.record.call.fd);
  if (same && descriptor.kind !== null) {
    const name = event.isOpen ? event.fileName : descriptor.name;
    const l4 = descriptor.socket?.l4?.text[0] ?? '';
    return `<${descriptor.kind.char.text}${l4}>${name?.text ?? ''}`;
  }
  // What else the number stands for the record does not tell, and by now it may stand for another file.
  return newPair(event.record);
}

/** Both new descriptors are of one kind; a pipe has an inode to tell it by. */
function newPair({ type, call }: Event['record']): string | null {
  if (type === abi.TYPE_PIPE || type === abi.TYPE_PIPE2)
    return `<p>${call.ino === 0n ? '' : `pipe:[${call.ino}]`}`;
  return type === abi.TYPE_SOCKETPAIR ? '<u>' : null;
}

/** Pids of another namespace mean nobody whom we know. */
function commandOf(pid: number, event: Event): string | null {
  if (pid === event.tid) return event.comm.text;
  if (event.process === null || event.process.vpid !== event.process.pid) return null;
  return event.processOf(pid)?.comm.text ?? null;
}

/** The second name of a call is relative to another directory than the first. */
const pathMeaning = (source: string): Meaning => {
  return (value, event) => {
    if ((value as Interned).text.startsWith('/')) return null;
    const absolute = source === 'name2' ? event.secondAbsolute : event.nameAbsolute;
    return absolute?.text ?? null;
  };
};

function withFlags(name: string, raw: Source, table: FlagTable, plain: (value: Raw) => string): Argument {
  const names = new Texts((value) => flagNames(table, value as number));
  return {
    name,
    raw: (event) => {
      const value = raw(event);
      return value === null ? null : falcoNumber(table, Number(value));
    },
    plain,
    meaning: (value) => names.of(value).text,
  };
}

function argumentOf({ name, kind, table, source }: ArgumentSpec): Argument {
  const raw = sourceOf(source, kind);
  const plain = PLAIN[kind] ?? decimal;
  if (table !== null) return withFlags(name, raw, FLAG_TABLES[table]!, plain);
  const converted =
    kind === 'openflags'
      ? map(raw, (value, event) => falcoOpenFlags(value, event.fileCreated))
      : kind === 'fdflags'
        ? map(raw, falcoDescriptorFlags)
        : raw;
  return {
    name,
    raw: converted,
    plain,
    meaning: meaningOf(name, kind, source),
  };
}

function meaningOf(name: string, kind: ArgumentKind, source: string): Meaning {
  if (kind === 'path') return pathMeaning(source);
  if (FIRST_DIRECTORY.has(name) || SECOND_DIRECTORY.has(name)) {
    return (value, event) => directoryText(name, Number(value), event);
  }
  return MEANING[kind] ?? none;
}

const map = (raw: Source, change: (value: number, event: Event) => number): Source => {
  return (event) => {
    const value = raw(event);
    return value === null ? null : change(value as number, event);
  };
};

const BY_TYPE: readonly (readonly Argument[])[] = ARGUMENTS_BY_TYPE.map((all) => all.map(argumentOf));

/** evt.arg.name or evt.arg[2] → by type the argument that is meant. */
function chosen(arg: string): readonly (Argument | undefined)[] {
  const index = /^\d{1,3}$/.test(arg) ? Number(arg) : -1;
  return BY_TYPE.map((all) => (index >= 0 ? all[index] : all.find(({ name }) => name === arg)));
}

function rawArgument(arg: string | null): Getter<Event> | null {
  if (arg === null) return null;
  const byType = chosen(arg);
  return (event) => byType[event.record.type]?.raw(event) ?? null;
}

function textArgument(arg: string | null): Getter<Event> | null {
  if (arg === null) return null;
  const byType = chosen(arg);
  const meanings = new Map<string, Interned>();
  return (event) => {
    const argument = byType[event.record.type];
    const value = argument?.raw(event) ?? null;
    if (argument === undefined || value === null) return null;
    const meaning = argument.meaning(value, event);
    if (meaning !== null && meaning !== '') return remembered(meanings, meaning);
    if (value instanceof Interned) return value;
    return argument.plain === decimal ? numberTexts.of(value) : remembered(meanings, argument.plain(value));
  };
}

/** The same text is the same object for a while, so that rules remember their answers on it. */
function remembered(texts: Map<string, Interned>, text: string): Interned {
  let known = texts.get(text);
  if (known === undefined) {
    known = new Interned(text);
    if (texts.size >= 1024) texts.clear();
    texts.set(text, known);
  }
  return known;
}

function allArguments(event: Event): Interned {
  const all = BY_TYPE[event.record.type] ?? [];
  return new Interned(all.map((argument) => argumentText(argument, event)).join(' '));
}

function argumentText({ name, raw, plain, meaning }: Argument, event: Event): string {
  const value = raw(event);
  if (value === null) return `${name}=<NA>`;
  const means = meaning(value, event);
  return means === null || means === '' ? `${name}=${plain(value)}` : `${name}=${plain(value)}(${means})`;
}

export const argumentFacts: Readonly<Record<string, (arg: string | null) => Getter<Event> | null>> = {
  'evt.arg': textArgument,
  'evt.rawarg': rawArgument,
  'evt.args': () => allArguments,
  'evt.info': () => allArguments,
};
