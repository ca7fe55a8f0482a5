import { EMPTY, Interned } from '../../base/interning.ts';
import type { Getter, Value } from '../../rules/facts.ts';
import * as abi from '../../schema/record.generated.ts';
import { serviceName } from '../../schema/services.ts';
import type { Descriptor } from '../descriptor.ts';
import { KINDS } from '../descriptor-kinds.ts';
import type { Event } from '../event.ts';
import { Derived, directoryName, fileName } from '../paths.ts';
import type { Endpoint, SocketEnds } from '../socket.ts';

/**
 * fd.*: the descriptor of an event. The file of an open has up to two names, the one the caller gave and the one the
 * kernel resolved; `event.fileName` is the one under which the rules are being asked.
 */

type Table = Readonly<Record<string, (arg: string | null) => Getter<Event> | null>>;

const directories = new Derived(directoryName);
const names = new Derived(fileName);
const MISSING = new Interned('<NA>');
const IP = new Interned('ip');
const UNIX = new Interned('unix');

/** Opens have a name also when they fail; all else about a descriptor needs one. */
const open =
  (get: (descriptor: Descriptor, event: Event) => Value | null): (() => Getter<Event>) =>
  () =>
  (event) => {
    const { descriptor } = event;
    const { number, kind } = descriptor;
    return number === null || number < 0 || kind === null ? null : get(descriptor, event);
  };

function nameOf(event: Event): Interned | null {
  return event.isOpen ? event.fileName : event.descriptor.name;
}

const isFile = ({ kind }: Descriptor): boolean => kind === KINDS.file || kind === KINDS.directory;

/** Names of files only: a socket's name has no directory. */
const path =
  (get: (name: Interned, descriptor: Descriptor) => Interned): (() => Getter<Event>) =>
  () =>
  (event) => {
    if (event.isOpen) {
      const name = event.fileName;
      return name === null ? null : get(name, event.descriptor);
    }
    const { descriptor } = event;
    return descriptor.name === null || !isFile(descriptor) ? null : get(descriptor.name, descriptor);
  };

const socket =
  (get: (ends: SocketEnds) => Value | null): (() => Getter<Event>) =>
  () =>
  (event) => {
    const ends = event.descriptor.socket;
    return ends === null ? null : get(ends);
  };

type End = 'client' | 'server' | 'local' | 'remote';
const address = (end: End) => socket((ends) => ends[end]?.address ?? null);
const port = (end: End) => socket((ends) => ends[end]?.port ?? null);

const services = new Map<number, Interned>();

/** Name of the service of a port, else its number as text. There are at most 65,536. */
function service(end: Endpoint | null): Interned | null {
  if (end === null) return null;
  let text = services.get(end.port);
  if (text === undefined) {
    text = new Interned(serviceName(end.port) ?? String(end.port));
    services.set(end.port, text);
  }
  return text;
}
const proto = (end: End) => socket((ends) => service(ends[end]));

const overlay = (upper: boolean) =>
  open(({ kind, number }, event) => {
    const { record } = event;
    if (kind === null || !(event.isOpen || isCallFile(event, number))) return null;
    if ((record.flags & abi.FLAG_OVERLAY) === 0) return false;
    return ((record.flags & abi.FLAG_OVERLAY_UPPER) !== 0) === upper;
  });

/** The record of a call knows the file of the descriptor given, and of those made from it; of io_uring without a number. */
const isCallFile = ({ isCall, record }: Event, number: number | null): boolean =>
  isCall &&
  number !== null &&
  (record.call.fd >= 0 || (record.flags & abi.FLAG_FD_UNKNOWN) !== 0) &&
  record.call.fileMode !== 0;

const device = (get: (dev: number) => number) =>
  open(({ number }, event) => {
    if (event.isOpen) return get(event.fileDev);
    return isCallFile(event, number) ? get(event.record.call.dev) : null;
  });

export const descriptorFacts: Table = {
  'fd.num': () => (event) => event.descriptor.number,
  'fd.type': open(({ kind }) => kind?.type ?? null),
  'fd.typechar': () => (event) => {
    // Even an open that failed was to be a file.
    const { number, kind } = event.descriptor;
    return number === null ? null : (kind?.char ?? null);
  },
  'fd.name': () => nameOf,
  'fd.directory': path((name, { kind }) => (kind === KINDS.directory ? name : directories.of(name))),
  'fd.filename': () => (event) => {
    const { descriptor } = event;
    const name = nameOf(event);
    if (name === null || descriptor.number === null || descriptor.number < 0) return null;
    return isFile(descriptor) ? names.of(name) : null;
  },
  'fd.nameraw': () => (event) => {
    if (event.isOpen) return event.nameGiven;
    return event.descriptor.kind === null ? null : EMPTY;
  },
  'fd.cip': address('client'),
  'fd.sip': address('server'),
  'fd.lip': address('local'),
  'fd.rip': address('remote'),
  'fd.cport': port('client'),
  'fd.sport': port('server'),
  'fd.lport': port('local'),
  'fd.rport': port('remote'),
  'fd.cproto': proto('client'),
  'fd.sproto': proto('server'),
  'fd.lproto': proto('local'),
  'fd.rproto': proto('remote'),
  'fd.l4proto': open(({ socket: ends }) => ends?.l4 ?? MISSING),
  'fd.sockfamily': socket(({ kind }) =>
    kind === KINDS.ipv4 || kind === KINDS.ipv6 ? IP : kind === KINDS.unix ? UNIX : null,
  ),
  'fd.is_server': open(({ socket: ends }) => ends?.isServer ?? false),
  'fd.connected': open(({ socket: ends }) => ends?.connected ?? false),
  'fd.name_changed': open((_, event) => event.nameChanged),
  'fd.uid': open(({ number }, event) => new Interned(`${event.tid}${number}`)),
  'fd.dev': device((dev) => dev),
  'fd.dev.major': device((dev) => dev >>> 8),
  'fd.dev.minor': device((dev) => dev & 0xff),
  'fd.ino': open(({ number }, event) => {
    if (event.isOpen) return event.fileIno;
    if (isCallFile(event, number)) return event.record.call.ino;
    return event.isSocket ? event.record.socket.ino : null;
  }),
  'fd.is_upper_layer': overlay(true),
  'fd.is_lower_layer': overlay(false),
};
