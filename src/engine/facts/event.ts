import { Interned } from '../../base/interning.ts';
import type { Getter, Value } from '../../rules/facts.ts';
import { CATEGORY_BY_TYPE, DIRECTION_BY_TYPE, WAITS_BY_TYPE } from '../../schema/categories.ts';
import { falcoOpenFlags, opensForReading, opensForWriting } from '../../schema/open-flags.ts';
import { KINDS } from '../descriptor-kinds.ts';
import { resultName } from '../errno.ts';
import type { Event } from '../event.ts';

/** evt.*: the event itself; its arguments are in arguments.ts. */

const EXECUTE_BITS = 0o111;
const SECOND_NS = 1_000_000_000;
const SYSCALL = new Interned('syscall');
const NO_LATENCY = new Interned('0ns');
const EXIT_DIRECTION = new Interned('<');
const ENTER_DIRECTION = new Interned('>');

const results = new Map<number, Interned>();
/** At most this many remembered: a fuzzing process may produce any number. */
const MEMORY = 4096;

function resultText(event: Event): Interned {
  let text = results.get(event.ret);
  if (text === undefined) {
    text = new Interned(resultName(event.ret));
    if (results.size < MEMORY) results.set(event.ret, text);
  }
  return text;
}

const falcoFlags = (event: Event): number => falcoOpenFlags(event.openFlags, event.fileCreated);

const onOpen =
  (get: (event: Event) => boolean): Getter<Event> =>
  (event) =>
    event.isOpen && get(event);

/** Every other event of ours is the end of a call and has its result. */
const onCall =
  (get: (event: Event) => Value): Getter<Event> =>
  (event) =>
    event.isNoCall ? null : get(event);

const failed = (event: Event): number => (event.ret < 0 ? 1 : 0);

const categories = CATEGORY_BY_TYPE.map((category) => new Interned(category));
const directions = DIRECTION_BY_TYPE.map((direction) =>
  direction === null ? null : new Interned(direction),
);
const FILE = new Interned('file');
const NET = new Interned('net');
const IPC = new Interned('ipc');
const UNKNOWN = new Interned('unknown');

const NETWORK_KINDS = new Set([KINDS.ipv4, KINDS.ipv6, KINDS.unix]);

type Class = 'file' | 'net' | 'memory' | 'other';

/** What an event's descriptor is; opens and connects that failed were to be one. */
function classOf(event: Event): Class {
  const { kind } = event.descriptor;
  if (event.isOpen || kind === KINDS.file || kind === KINDS.directory) return 'file';
  if (event.isSocket || (kind !== null && NETWORK_KINDS.has(kind))) return 'net';
  return CATEGORY_BY_TYPE[event.record.type] === 'memory' ? 'memory' : 'other';
}

function category(event: Event): Interned {
  const { type } = event.record;
  if (CATEGORY_BY_TYPE[type] !== 'io') return categories[type]!;
  const { kind } = event.descriptor;
  if (kind === KINDS.pipe) return IPC;
  const found = classOf(event);
  return found === 'file' ? FILE : found === 'net' ? NET : UNKNOWN;
}

/** Counts errors of one class; events of the others have no such count. */
const errorsOf =
  (wanted: Class): Getter<Event> =>
  (event) =>
    event.isNoCall || classOf(event) !== wanted ? null : failed(event);

const direction = (event: Event): 'read' | 'write' | null => DIRECTION_BY_TYPE[event.record.type] ?? null;

/** The sockets of system logs, syslog(3) and sd-journald. */
const SYSLOG = new Set(['/dev/log', '/run/systemd/journal/dev-log', '/run/systemd/journal/syslog']);

function typeIs(arg: string | null): Getter<Event> | null {
  if (arg === null) return null;
  return (event) => (event.typeName.text === arg ? 1 : 0);
}

/** Milliseconds between the event and a moment given in ns since the epoch; the rules ask whether it is at most theirs. */
function around(arg: string | null): Getter<Event> | null {
  if (arg === null || !/^\d{1,19}$/.test(arg)) return null;
  const moment = BigInt(arg);
  return (event) => Math.abs(Number(event.wallNs - moment)) / 1e6;
}

const wholeSeconds = (ns: number): number => Math.floor(ns / SECOND_NS);

export const eventFacts: Readonly<Record<string, (arg: string | null) => Getter<Event> | null>> = {
  'evt.num': () => (event) => event.num,
  'evt.type': () => (event) => event.typeName,
  'evt.type.is': typeIs,
  'syscall.type': () => (event) => (event.isNoCall ? null : event.typeName),
  'evt.source': () => () => SYSCALL,
  'evt.dir': () => (event) => (event.isNoCall ? ENTER_DIRECTION : EXIT_DIRECTION),
  'evt.category': () => category,
  'evt.time': () => (event) => event.timeText('time'),
  'evt.time.s': () => (event) => event.timeText('seconds'),
  'evt.time.iso8601': () => (event) => event.timeText('iso8601'),
  'evt.datetime': () => (event) => event.timeText('datetime'),
  'evt.datetime.s': () => (event) => event.timeText('datetime.seconds'),
  'evt.rawtime': () => (event) => event.wallNs,
  'evt.rawtime.s': () => (event) => event.wallNs / 1_000_000_000n,
  'evt.rawtime.ns': () => (event) => event.wallNs % 1_000_000_000n,
  'evt.reltime': () => (event) => event.sinceFirstNs,
  'evt.reltime.s': () => (event) => wholeSeconds(event.sinceFirstNs),
  'evt.reltime.ns': () => (event) => event.sinceFirstNs % SECOND_NS,
  'evt.deltatime': () => (event) => event.sinceLastNs,
  'evt.deltatime.s': () => (event) => wholeSeconds(event.sinceLastNs),
  'evt.deltatime.ns': () => (event) => event.sinceLastNs % SECOND_NS,
  // Time between the entry of a call and its end; nobody takes entries.
  'evt.latency': () => () => 0,
  'evt.latency.s': () => () => 0,
  'evt.latency.ns': () => () => 0,
  'evt.latency.human': () => () => NO_LATENCY,
  'evt.wait_latency': () => () => 0,
  'evt.cpu': () => (event) => event.cpu,
  'evt.around': around,
  'evt.buffer': () => (event) => (direction(event) === null ? null : event.data),
  // Bytes moved, as the call said; not those that evt.buffer shows of them.
  'evt.buflen': () => (event) => (direction(event) === null || event.ret < 0 ? null : event.ret),
  'evt.is_async': () => () => false,
  'evt.hostname': () => (event) => event.hostname,
  'evt.res': () => onCall(resultText),
  'evt.rawres': () => onCall((event) => event.ret),
  'evt.failed': () => onCall((event) => event.ret < 0),
  'evt.count': () => () => 1,
  'evt.count.error': () => onCall(failed),
  'evt.count.error.file': () => errorsOf('file'),
  'evt.count.error.net': () => errorsOf('net'),
  'evt.count.error.memory': () => errorsOf('memory'),
  'evt.count.error.other': () => errorsOf('other'),
  'evt.count.exit': () => (event) => (event.isNoCall ? null : 1),
  'evt.is_io': () => (event) => direction(event) !== null,
  'evt.is_io_read': () => (event) => direction(event) === 'read',
  'evt.is_io_write': () => (event) => direction(event) === 'write',
  'evt.io_dir': () => (event) => directions[event.record.type] ?? null,
  'evt.is_wait': () => (event) => WAITS_BY_TYPE[event.record.type] ?? false,
  'evt.is_syslog': () => (event) =>
    direction(event) === 'write' && SYSLOG.has(event.descriptor.name?.text ?? ''),
  'evt.is_open_read': () => onOpen((event) => opensForReading(falcoFlags(event))),
  'evt.is_open_write': () => onOpen((event) => opensForWriting(falcoFlags(event))),
  'evt.is_open_exec': () => onOpen((event) => (event.openMode & EXECUTE_BITS) !== 0),
  'evt.is_open_create': () => onOpen((event) => event.fileCreated),
};
