import { CALL_ROWS } from '../schema/calls.generated.ts';
import * as abi from '../schema/record.generated.ts';
import type { RecordedEvent } from './event.ts';
import type { Descriptor } from './processes.ts';
import { type Scene, typeOf } from './scene.ts';
import { AF_INET, AF_INET6, AF_UNIX, type End, readAddress, readTuple, type SocketFacts } from './sockets.ts';

/** Calls on sockets → records with both ends, and the table of descriptors. */

interface Places {
  readonly type: string;
  /** Where the parameters are; -1: there is none. */
  readonly fd: number;
  readonly tuple: number;
  readonly data: number;
  readonly size: number;
}

export const SOCKET_CALLS: ReadonlyMap<number, Places> = new Map([
  [19, { type: 'socket', fd: 0, tuple: -1, data: -1, size: -1 }],
  [21, { type: 'bind', fd: 2, tuple: -1, data: -1, size: -1 }],
  [23, { type: 'connect', fd: 2, tuple: 1, data: -1, size: -1 }],
  [25, { type: 'listen', fd: 1, tuple: -1, data: -1, size: -1 }],
  [247, { type: 'accept', fd: 0, tuple: 1, data: -1, size: -1 }],
  [249, { type: 'accept4', fd: 0, tuple: 1, data: -1, size: -1 }],
  [389, { type: 'accept4', fd: 0, tuple: 1, data: -1, size: -1 }],
  [31, { type: 'sendto', fd: 2, tuple: 4, data: 1, size: 3 }],
  [49, { type: 'sendmsg', fd: 2, tuple: 4, data: 1, size: 3 }],
  [35, { type: 'recvfrom', fd: 3, tuple: 2, data: 1, size: 4 }],
  [53, { type: 'recvmsg', fd: 5, tuple: 3, data: 2, size: 1 }],
  [51, { type: 'sendmmsg', fd: 1, tuple: 4, data: 3, size: 2 }],
  [55, { type: 'recvmmsg', fd: 1, tuple: 4, data: 3, size: 2 }],
  [37, { type: 'shutdown', fd: 1, tuple: -1, data: -1, size: -1 }],
]);

const SENDS: ReadonlySet<string> = new Set(['sendto', 'sendmsg', 'sendmmsg']);
const RECEIVES: ReadonlySet<string> = new Set(['recvfrom', 'recvmsg', 'recvmmsg']);

const SOCK_STREAM = 1;
const SOCK_TYPE = 0xf;
const NO_FAMILY = 0xffff;
/** tcp_states.h. */
const ESTABLISHED = 1;
const CLOSED = 7;
const LISTENING = 10;

const NUMBERS = new Map(
  CALL_ROWS.filter(([, , , kind, is32]) => kind === 'socket' && !is32).map(([name, , nr]) => [name, nr]),
);

type Socket = Extract<Descriptor, { kind: 'socket' }>;

const isSocket = (descriptor: Descriptor | null): descriptor is Socket => descriptor?.kind === 'socket';

export function takeSocketCall(scene: Scene, event: RecordedEvent): number {
  const at = SOCKET_CALLS.get(event.type)!;
  const ret = event.number(0);
  const process = scene.processes.byTid(event.tid);
  const fd = event.has(at.fd) ? event.number(at.fd) : -1;
  const known = fd < 0 ? null : scene.descriptor(process, fd);
  const socket = socketAfter(event, at, ret, isSocket(known) ? known : null);
  // What a datagram came from or went to is the event's, not the socket's.
  const keeps = !(SENDS.has(at.type) || RECEIVES.has(at.type)) || known === null;
  if (keeps && socket !== null && fd >= 0 && process !== null && (ret >= 0 || at.type === 'connect')) {
    scene.processes.setDescriptor(process, fd, socket);
  }
  return write(scene, event, at, fd, ret, socket);
}

/** The socket as the call left it; null: nothing is known of it. */
function socketAfter(event: RecordedEvent, at: Places, ret: number, before: Socket | null): Socket | null {
  if (at.type === 'socket') {
    if (ret < 0) return null;
    const ends = { family: event.number(1), local: null, remote: null, path: '' };
    const type = event.number(2) & SOCK_TYPE;
    return { kind: 'socket', type, protocol: event.number(3), ino: 0n, ends, serves: false };
  }
  const ends = endsAfter(event, at, before);
  if (ends === null) return before;
  const { type = SOCK_STREAM, protocol = 0, ino = 0n } = before ?? {};
  const serves = at.type === 'accept' || at.type === 'accept4' || at.type === 'listen';
  return { kind: 'socket', type, protocol, ino, ends, serves: serves || (before?.serves ?? false) };
}

function endsAfter(
  event: RecordedEvent,
  { type, tuple: place }: Places,
  before: Socket | null,
): SocketFacts | null {
  if (type === 'bind') {
    const bound = readAddress(event.bytes(1));
    return bound === null ? null : { family: bound.family, local: bound.end, remote: null, path: bound.path };
  }
  const tuple = place < 0 ? null : readTuple(event.bytes(place));
  if (tuple === null) {
    // A connection that failed has only what was asked for.
    const asked = type === 'connect' ? readAddress(event.bytes(3)) : null;
    if (asked === null) return before?.ends ?? null;
    return { family: asked.family, local: before?.ends.local ?? null, remote: asked.end, path: asked.path };
  }
  const { family, source, target, path } = tuple;
  if (family === AF_UNIX) return { family, local: null, remote: null, path };
  // The source is who calls, or sends.
  const theirs = type === 'accept' || type === 'accept4' || RECEIVES.has(type);
  const [local, remote] = theirs ? [target, source] : [source, target];
  return { family, local, remote, path };
}

function write(
  scene: Scene,
  event: RecordedEvent,
  at: Places,
  fd: number,
  ret: number,
  socket: Socket | null,
): number {
  const { writer } = scene;
  const ends = socket?.ends ?? null;
  const data = at.data < 0 ? '' : event.bytes(at.data).subarray(0, abi.DATA_MAX);
  const listens = at.type === 'bind' || at.type === 'listen';
  const path = ends?.path ?? '';
  const length = writer.write(abi.LAYOUT_SOCKET, scene.head(event, typeOf(at.type), ret), [
    listens ? path : '',
    listens ? '' : path,
    data,
  ]);
  const isUnix = ends?.family === AF_UNIX && path !== '';
  const known =
    (socket === null ? 0 : abi.SOCKET_FOUND) |
    (ends?.local || (isUnix && listens) ? abi.SOCKET_LOCAL : 0) |
    (ends?.remote || (isUnix && !listens) ? abi.SOCKET_REMOTE : 0) |
    (socket?.serves && ends?.remote ? abi.SOCKET_ACCEPTED : 0);
  writer.u64(abi.AT_SOCKET_SIZE, BigInt(at.size < 0 ? 0 : event.number(at.size)));
  writer.u64(abi.AT_SOCKET_INO, socket?.ino ?? 0n);
  writer.u32(abi.AT_SOCKET_NR, NUMBERS.get(at.type) ?? 0);
  writer.u32(abi.AT_SOCKET_FD, fd);
  writer.u32(abi.AT_SOCKET_FDS, -1);
  writer.u32(abi.AT_SOCKET_FDS + 4, -1);
  writer.u32(abi.AT_SOCKET_FAMILY, ends?.family ?? NO_FAMILY);
  writer.u32(abi.AT_SOCKET_SOCK_TYPE, socket?.type ?? 0);
  writer.u32(abi.AT_SOCKET_PROTOCOL, socket?.protocol ?? 0);
  writer.u32(abi.AT_SOCKET_STATE, stateOf(at, ret, socket));
  writer.u32(abi.AT_SOCKET_KNOWN, known);
  if (at.type === 'socket') {
    for (const place of [1, 2, 3])
      writer.u64(abi.AT_SOCKET_ARGS + (place - 1) * 8, BigInt(event.number(place)));
  } else writer.u64(abi.AT_SOCKET_ARGS, BigInt(fd));
  writeEnd(scene, ends?.local ?? null, abi.AT_SOCKET_LOCAL_ADDR, abi.AT_SOCKET_LOCAL_PORT);
  writeEnd(scene, ends?.remote ?? null, abi.AT_SOCKET_REMOTE_ADDR, abi.AT_SOCKET_REMOTE_PORT);
  return length;
}

function writeEnd({ writer }: Scene, end: End | null, addressAt: number, portAt: number): void {
  if (end !== null) writer.end(addressAt, portAt, end);
}

function stateOf({ type }: Places, ret: number, socket: Socket | null): number {
  if (type === 'listen' && ret >= 0) return LISTENING;
  const isIp = socket?.ends.family === AF_INET || socket?.ends.family === AF_INET6;
  const failed = type === 'connect' && ret < 0;
  return isIp && socket?.ends.remote && !failed && type !== 'bind' ? ESTABLISHED : CLOSED;
}
