import { EMPTY, Interned } from '../base/interning.ts';
import type { EventRecord } from '../decode/index.ts';
import * as abi from '../schema/record.generated.ts';
import type { ProcDescriptor } from '../state/index.ts';
import { type DescriptorKind, KINDS, UNKNOWN } from './descriptor-kinds.ts';
import { describeFound, describeSocket, type SocketEnds } from './socket.ts';

/** The descriptor that an event is about: its number, kind and name, from the record, else from /proc. */

export interface Descriptor {
  /** Null: the event is about none. -1: it would have been, but the call failed. */
  readonly number: number | null;
  /** Null when the kind could not be told. */
  readonly kind: DescriptorKind | null;
  readonly name: Interned | null;
  readonly socket: SocketEnds | null;
}

/** Memory of one event for the most frequent kind, so that opens allocate nothing. */
export type DescriptorSlot = { -readonly [key in keyof Descriptor]: Descriptor[key] };

export const emptySlot = (): DescriptorSlot => ({ ...NONE });

const FILE = KINDS.file!;

const NONE: Descriptor = { number: null, kind: null, name: null, socket: null };

/** Calls that make a descriptor of one kind. */
const MAKERS: ReadonlyMap<number, DescriptorKind> = new Map([
  [abi.TYPE_MEMFD_CREATE, KINDS.memfd!],
  [abi.TYPE_PIDFD_OPEN, KINDS.pidfd!],
  [abi.TYPE_USERFAULTFD, KINDS.userfaultfd!],
  [abi.TYPE_EVENTFD, KINDS.event!],
  [abi.TYPE_EVENTFD2, KINDS.event!],
  [abi.TYPE_SIGNALFD, KINDS.signalfd!],
  [abi.TYPE_SIGNALFD4, KINDS.signalfd!],
  [abi.TYPE_INOTIFY_INIT, KINDS.inotify!],
  [abi.TYPE_INOTIFY_INIT1, KINDS.inotify!],
  [abi.TYPE_TIMERFD_CREATE, KINDS.timerfd!],
  [abi.TYPE_EPOLL_CREATE, KINDS.eventpoll!],
  [abi.TYPE_EPOLL_CREATE1, KINDS.eventpoll!],
  [abi.TYPE_IO_URING_SETUP, KINDS.io_uring!],
  [abi.TYPE_PERF_EVENT_OPEN, UNKNOWN],
]);

/** Calls whose result is another number for the file of a descriptor given. */
const DUPLICATES: ReadonlySet<number> = new Set([abi.TYPE_DUP, abi.TYPE_DUP2, abi.TYPE_DUP3]);
const F_DUPFD = 0;
const F_DUPFD_CLOEXEC = 1030;

/** saker_socket.family of what is no socket. */
const NO_FAMILY = 0xffff;

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFIFO = 0o010000;

/** Asks /proc about a descriptor of the event's process, as long as it is the file of the record. */
export type LookUp = (number: number) => ProcDescriptor | null;

/** @param slot of the event; what is returned is valid until the next call with it */
export function describeDescriptor(record: EventRecord, lookUp: LookUp, slot: DescriptorSlot): Descriptor {
  switch (record.layout) {
    case abi.LAYOUT_OPEN:
      return describeOpen(record, slot);
    case abi.LAYOUT_SOCKET:
      return describeSocketCall(record);
    case abi.LAYOUT_CALL:
      return describeCall(record, lookUp);
    default:
      return NONE;
  }
}

/** An io_uring open into a fixed slot, or on an old kernel, has no number that we could tell. */
function describeOpen({ ret, flags, open }: EventRecord, slot: DescriptorSlot): Descriptor {
  const unknown = (flags & abi.FLAG_FD_UNKNOWN) !== 0;
  const directory = ret >= 0 && (open.fileMode & S_IFMT) === S_IFDIR;
  slot.number = ret < 0 ? -1 : unknown ? 0 : ret;
  slot.kind = directory ? KINDS.directory! : FILE;
  return slot;
}

function describeSocketCall(record: EventRecord): Descriptor {
  const { socket, type, ret, flags } = record;
  // Requests of io_uring have the socket, not the number that the program gave.
  const number =
    (flags & abi.FLAG_FD_UNKNOWN) !== 0 && (socket.known & abi.SOCKET_FOUND) !== 0 ? 0 : socket.fd;
  if (type === abi.TYPE_SOCKETPAIR || number < 0) return { ...NONE, number: ret < 0 ? -1 : null };
  const ends = describeSocket(record);
  // No socket, or closed by another thread meanwhile; what the caller gave is known all the same.
  if (socket.family === NO_FAMILY) return { number, kind: null, name: null, socket: ends };
  return { number, kind: ends.kind, name: ends.name, socket: ends };
}

function describeCall(record: EventRecord, lookUp: LookUp): Descriptor {
  const { type, call, ret, flags } = record;
  const made = MAKERS.get(type);
  if (made !== undefined) {
    if (ret < 0) return { ...NONE, number: -1 };
    const name = type === abi.TYPE_MEMFD_CREATE ? call.text : EMPTY;
    return { number: ret, kind: made, name, socket: null };
  }
  if ((flags & abi.FLAG_FD_UNKNOWN) !== 0) return describeFile(record, 0, nothing);
  if (call.fd < 0) {
    // The tracepoint comes after the file is gone; its number is what the caller gave.
    if (type === abi.TYPE_CLOSE) return { ...NONE, number: call.int(0) };
    return type === abi.TYPE_OPEN_BY_HANDLE_AT && ret < 0 ? { ...NONE, number: -1 } : NONE;
  }
  const duplicate = DUPLICATES.has(type) || (type === abi.TYPE_FCNTL && isDuplicate(call.int(1)));
  return describeFile(record, duplicate && ret >= 0 ? ret : call.fd, lookUp);
}

const nothing = (): null => null;

const isDuplicate = (command: number): boolean => command === F_DUPFD || command === F_DUPFD_CLOEXEC;

/** Name of a memfd as the kernel's walk up its dentries shows it. */
const MEMFD = /^\/memfd:/;

/**
 * The kernel's name tells files from all else: sockets, pipes and their like lie in no tree that the process can reach
 * (their names would read `/TCP` or `/`). Those are looked up while the process lives.
 */
function describeFile({ call }: EventRecord, number: number, lookUp: LookUp): Descriptor {
  const { path, pathFlags } = call;
  const reachable = (pathFlags & abi.STR_UNREACHABLE) === 0;
  if (reachable && path.text.startsWith('/')) {
    const directory = (call.fileMode & S_IFMT) === S_IFDIR;
    return { number, kind: directory ? KINDS.directory! : FILE, name: path, socket: null };
  }
  if (MEMFD.test(path.text)) {
    return { number, kind: KINDS.memfd!, name: new Interned(path.text.replace(MEMFD, '')), socket: null };
  }
  // A pipe without a name has no more to it than its number.
  if ((call.fileMode & S_IFMT) === S_IFIFO) {
    return { number, kind: KINDS.pipe!, name: new Interned(`pipe:[${call.ino}]`), socket: null };
  }
  const found = lookUp(number);
  if (found === null) return { number, kind: null, name: null, socket: null };
  if (found.socket !== undefined) {
    const ends = describeFound(found.socket);
    return { number, kind: ends.kind, name: ends.name, socket: ends };
  }
  return { number, kind: KINDS[found.type] ?? UNKNOWN, name: new Interned(found.name), socket: null };
}
