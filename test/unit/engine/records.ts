/** Events for tests: records as the kernel programs build them, and a process table around them. */
import { Interned } from '../../../src/base/interning.ts';
import { EventRecord } from '../../../src/decode/index.ts';
import type { MaybeContainer } from '../../../src/engine/cgroup-containers.ts';
import { Event, type EventContext } from '../../../src/engine/event.ts';
import { kernelFacts } from '../../../src/engine/facts/index.ts';
import { HostNames } from '../../../src/engine/host-names.ts';
import { Peers } from '../../../src/engine/peers.ts';
import type { Value } from '../../../src/rules/facts.ts';
import { syscallCatalogue } from '../../../src/schema/fields.ts';
import * as r from '../../../src/schema/record.generated.ts';
import {
  type DetailSource,
  Details,
  Environment,
  Environments,
  Executables,
  type ImageFacts,
  type MachineFacts,
  Process,
  type TaskFacts,
  Units,
  Users,
} from '../../../src/state/index.ts';

export const SECOND = 1e9;
/** Inode number of the host's mount namespace. */
export const HOST_MOUNTS = 4026531841;

export interface HeaderParts {
  pid?: number;
  tid?: number;
  uid?: number;
  gid?: number;
  ret?: number;
  comm?: string;
  tsNs?: number;
  flags?: number;
  cgroup?: number;
  /** ns since boot; when not given, one that belongs to the pid. */
  startNs?: number;
}

interface Shape {
  layout: number;
  sizeBytes: number;
  cellsAt: number;
}

const SHAPES = {
  open: { layout: r.LAYOUT_OPEN, sizeBytes: r.SIZE_OPEN, cellsAt: r.AT_OPEN_STR },
  exec: { layout: r.LAYOUT_EXEC, sizeBytes: r.SIZE_EXEC, cellsAt: r.AT_EXEC_STR },
  fork: { layout: r.LAYOUT_FORK, sizeBytes: r.SIZE_FORK, cellsAt: r.SIZE_FORK },
  exit: { layout: r.LAYOUT_EXIT, sizeBytes: r.SIZE_EXIT, cellsAt: r.SIZE_EXIT },
  call: { layout: r.LAYOUT_CALL, sizeBytes: r.SIZE_CALL, cellsAt: r.AT_CALL_STR },
  socket: { layout: r.LAYOUT_SOCKET, sizeBytes: r.SIZE_SOCKET, cellsAt: r.AT_SOCKET_STR },
  moment: { layout: r.LAYOUT_MOMENT, sizeBytes: r.SIZE_MOMENT, cellsAt: r.SIZE_MOMENT },
} as const satisfies Record<string, Shape>;

function build(shape: Shape, type: number, strings: readonly string[], header: HeaderParts): DataView {
  const raw = strings.map((s) => Buffer.from(s, 'latin1'));
  const total = raw.reduce((sum, s) => sum + ((s.length + 7) & ~7), shape.sizeBytes);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  const { pid = 100, tid = pid, uid = 0, gid = 0, ret = 0, comm = 'cat', tsNs = SECOND, flags = 0 } = header;
  view.setUint32(r.AT_HEADER_LEN, total, true);
  view.setUint16(r.AT_HEADER_TYPE, type, true);
  view.setUint8(r.AT_HEADER_LAYOUT, shape.layout);
  view.setUint8(r.AT_HEADER_NSTR, strings.length);
  view.setBigUint64(r.AT_HEADER_TS, BigInt(tsNs), true);
  view.setBigUint64(r.AT_HEADER_CGROUP_ID, BigInt(header.cgroup ?? 0), true);
  view.setBigUint64(r.AT_HEADER_START, BigInt(header.startNs ?? pid * 1000), true);
  view.setUint32(r.AT_HEADER_PID, pid, true);
  view.setUint32(r.AT_HEADER_TID, tid, true);
  view.setUint32(r.AT_HEADER_UID, uid, true);
  view.setUint32(r.AT_HEADER_GID, gid, true);
  view.setBigInt64(r.AT_HEADER_RET, BigInt(ret), true);
  view.setUint32(r.AT_HEADER_FLAGS, flags, true);
  bytes.set(Buffer.from(comm, 'latin1').subarray(0, r.COMM_LEN), r.AT_HEADER_COMM);
  let at = shape.sizeBytes;
  for (const [i, s] of raw.entries()) {
    view.setUint16(shape.cellsAt + i * r.SIZE_STR + r.AT_STR_OFF, at, true);
    view.setUint16(shape.cellsAt + i * r.SIZE_STR + r.AT_STR_LEN, s.length, true);
    bytes.set(s, at);
    at += (s.length + 7) & ~7;
  }
  return view;
}

const typeOf = (name: string): number => r.TYPE_NAMES.indexOf(name);
const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer);

export interface OpenParts extends HeaderParts {
  name?: string;
  path?: string;
  base?: string;
  dirfd?: number;
  openFlags?: number;
  mode?: number;
  fileMode?: number;
  dev?: number;
  ino?: number;
}

export function openRecord(type: string, parts: OpenParts): Uint8Array {
  const { name = '/etc/shadow', path = name, base = '' } = parts;
  const view = build(SHAPES.open, typeOf(type), [name, path, base], parts);
  view.setInt32(r.AT_OPEN_DIRFD, parts.dirfd ?? -100, true);
  view.setUint32(r.AT_OPEN_OPEN_FLAGS, parts.openFlags ?? 0, true);
  view.setUint32(r.AT_OPEN_MODE, parts.mode ?? 0, true);
  view.setUint32(r.AT_OPEN_FILE_MODE, parts.fileMode ?? 0o100644, true);
  view.setUint32(r.AT_OPEN_DEV, parts.dev ?? 0, true);
  view.setBigUint64(r.AT_OPEN_INO, BigInt(parts.ino ?? 0), true);
  return bytesOf(view);
}

export interface CallParts extends HeaderParts {
  args?: readonly (number | bigint)[];
  out?: readonly number[];
  fd?: number;
  name?: string;
  /** STR_* of the name. */
  nameFlags?: number;
  base?: string;
  name2?: string;
  base2?: string;
  path?: string;
  /** STR_* of the path. */
  pathFlags?: number;
  dev?: number;
  ino?: number;
  fileMode?: number;
  text?: string;
  data?: string;
}

export function callRecord(type: string, parts: CallParts): Uint8Array {
  const { name = '', base = '', name2 = '', base2 = '', path = '', text = '', data = '' } = parts;
  const view = build(SHAPES.call, typeOf(type), [name, base, name2, base2, path, text, data], parts);
  for (const [i, arg] of (parts.args ?? []).entries()) {
    view.setBigInt64(r.AT_CALL_ARGS + i * 8, BigInt(arg), true);
  }
  for (const [i, out] of (parts.out ?? []).entries()) {
    view.setBigUint64(r.AT_CALL_OUT + i * 8, BigInt(out), true);
  }
  view.setUint16(r.AT_CALL_STR + r.CALL_NAME * r.SIZE_STR + r.AT_STR_FLAGS, parts.nameFlags ?? 0, true);
  view.setUint16(r.AT_CALL_STR + r.CALL_PATH * r.SIZE_STR + r.AT_STR_FLAGS, parts.pathFlags ?? 0, true);
  view.setInt32(r.AT_CALL_FD, parts.fd ?? -1, true);
  view.setUint32(r.AT_CALL_DEV, parts.dev ?? 0, true);
  view.setBigUint64(r.AT_CALL_INO, BigInt(parts.ino ?? 0), true);
  view.setUint32(r.AT_CALL_FILE_MODE, parts.fileMode ?? 0, true);
  return bytesOf(view);
}

export interface SocketParts extends HeaderParts {
  args?: readonly number[];
  fd?: number;
  family?: number;
  sockType?: number;
  protocol?: number;
  state?: number;
  known?: number;
  local?: readonly [address: readonly number[], port: number];
  remote?: readonly [address: readonly number[], port: number];
  localPath?: string;
  remotePath?: string;
  size?: number;
  ino?: number;
  data?: string;
}

export function socketRecord(type: string, parts: SocketParts): Uint8Array {
  const strings = [parts.localPath ?? '', parts.remotePath ?? '', parts.data ?? ''];
  const view = build(SHAPES.socket, typeOf(type), strings, parts);
  for (const [i, arg] of (parts.args ?? []).entries()) {
    view.setBigInt64(r.AT_SOCKET_ARGS + i * 8, BigInt(arg), true);
  }
  const unix = (parts.localPath ? r.SOCKET_LOCAL : 0) | (parts.remotePath ? r.SOCKET_REMOTE : 0);
  const known = (parts.local ? r.SOCKET_LOCAL : 0) | (parts.remote ? r.SOCKET_REMOTE : 0) | unix;
  view.setInt32(r.AT_SOCKET_FD, parts.fd ?? -1, true);
  view.setUint32(r.AT_SOCKET_FAMILY, parts.family ?? 2, true);
  view.setUint32(r.AT_SOCKET_SOCK_TYPE, parts.sockType ?? 1, true);
  view.setUint32(r.AT_SOCKET_PROTOCOL, parts.protocol ?? 0, true);
  view.setUint32(r.AT_SOCKET_STATE, parts.state ?? 7, true);
  view.setUint32(r.AT_SOCKET_KNOWN, known | (parts.known ?? 0), true);
  view.setBigUint64(r.AT_SOCKET_INO, BigInt(parts.ino ?? 0), true);
  view.setBigUint64(r.AT_SOCKET_SIZE, BigInt(parts.size ?? 0), true);
  for (const [end, portAt, addressAt] of [
    [parts.local, r.AT_SOCKET_LOCAL_PORT, r.AT_SOCKET_LOCAL_ADDR],
    [parts.remote, r.AT_SOCKET_REMOTE_PORT, r.AT_SOCKET_REMOTE_ADDR],
  ] as const) {
    if (end === undefined) continue;
    view.setUint32(portAt, end[1], true);
    bytesOf(view).set(end[0], addressAt);
  }
  return bytesOf(view);
}

export interface MomentParts extends HeaderParts {
  args?: readonly (number | bigint)[];
  slice?: number;
  cpuTime?: number;
}

export function momentRecord(type: string, parts: MomentParts): Uint8Array {
  const view = build(SHAPES.moment, typeOf(type), [], parts);
  for (const [i, arg] of (parts.args ?? []).entries()) {
    view.setBigUint64(r.AT_MOMENT_ARGS + i * 8, BigInt(arg), true);
  }
  view.setBigUint64(r.AT_MOMENT_SLICE, BigInt(parts.slice ?? 0), true);
  view.setBigUint64(r.AT_MOMENT_CPU_TIME, BigInt(parts.cpuTime ?? 0), true);
  return bytesOf(view);
}

export function exitRecord(status: number, parts: HeaderParts = {}, reaper = 0): Uint8Array {
  const view = build(SHAPES.exit, r.TYPE_PROCEXIT, [], parts);
  view.setUint32(r.AT_EXIT_STATUS, status, true);
  view.setUint32(r.AT_EXIT_REAPER, reaper, true);
  return bytesOf(view);
}

export interface ChildParts {
  pid?: number;
  vpid?: number;
  pidNs?: number;
  vpgid?: number;
}

export function forkRecord(
  type: string,
  cloneFlags: number,
  parts: HeaderParts,
  child: ChildParts = {},
): Uint8Array {
  const view = build(SHAPES.fork, typeOf(type), [], parts);
  const { pid = 0, vpid = pid, pidNs = 0, vpgid = 0 } = child;
  view.setUint32(r.AT_FORK_CHILD_PID, pid, true);
  view.setUint32(r.AT_FORK_CHILD_TID, pid, true);
  view.setUint32(r.AT_FORK_CHILD_VPID, vpid, true);
  view.setUint32(r.AT_FORK_CHILD_PID_NS, pidNs, true);
  view.setUint32(r.AT_FORK_CHILD_VPGID, vpgid, true);
  view.setBigUint64(r.AT_FORK_CHILD_START, BigInt(pid) * 1000n, true);
  view.setBigUint64(r.AT_FORK_CLONE_FLAGS, BigInt(cloneFlags), true);
  return bytesOf(view);
}

export function execRecord(
  type: string,
  filename: string,
  parts: HeaderParts,
  env = '',
  cgroupPath = '/',
): Uint8Array {
  const strings = ['/usr/bin/cat', filename, 'cat\0', '/', '', cgroupPath, env];
  return bytesOf(build(SHAPES.exec, typeOf(type), strings, parts));
}

export function task(pid: number, over: Partial<TaskFacts> = {}): TaskFacts {
  return {
    pid,
    startNs: pid * 1000,
    ppid: 1,
    parentStartNs: 0,
    comm: new Interned('cat'),
    sid: 0,
    pgid: 0,
    vpid: pid,
    vpgid: 0,
    pidNs: 0,
    caps: null,
    tty: 0,
    loginuid: 0xffffffff,
    uid: 0,
    gid: 0,
    cgroup: 1n,
    ...over,
  };
}

export function image(over: Partial<ImageFacts> = {}): ImageFacts {
  return {
    exe: new Interned('cat'),
    exepath: new Interned('/usr/bin/cat'),
    args: new Interned(''),
    argv: ['cat'],
    cwd: new Interned('/'),
    exeIno: 41n,
    exeDev: 0,
    mntNs: 0,
    mntUserNs: 0,
    exeCtime: 0n,
    exeMtime: 0n,
    exeMode: 0o100755,
    exeUid: 0,
    exeGid: 0,
    exeReadonly: false,
    userNs: 0,
    exeLayer: null,
    exeUnlinked: false,
    exeFromMemfd: false,
    environment: new Environment(),
    ...over,
  };
}

/** /proc of a machine that holds only what a test says. */
export function details(over: Partial<DetailSource> = {}): Details {
  const source: DetailSource = {
    startTicks: () => 0,
    environ: () => null,
    status: () => null,
    cpuNs: () => null,
    cpuTimes: () => null,
    mapsIds: () => true,
    cgroups: () => [],
    auditSession: () => null,
    descriptorLimit: () => null,
    descriptorCount: () => null,
    descriptor: () => null,
    descriptorKinds: () => new Map(),
    threadDirectory: () => null,
    ...over,
  };
  return new Details(source, new Environments());
}

export interface World {
  usersOf?: EventContext['usersOf'];
  peers?: Peers;
  hostNames?: HostNames;
  processes?: readonly Process[];
  details?: Details;
  machine?: MachineFacts;
  container?: MaybeContainer;
}

/** A machine without systemd, logins and packages. */
export function machine(of: Details, over: Partial<MachineFacts> = {}): MachineFacts {
  return {
    units: new Units(of, () => null),
    sessions: { get: () => null },
    mountNamespace: HOST_MOUNTS,
    executables: new Executables(null, () => null),
    ...over,
  };
}

const accounts = new Users({
  user: (uid) =>
    uid === 0
      ? { name: 'root', homedir: '/root', shell: '/bin/sh' }
      : uid === 33
        ? { name: 'www-data', homedir: '/var/www', shell: '/usr/sbin/nologin' }
        : null,
  group: (gid) => (gid === 0 ? { name: 'root' } : gid === 33 ? { name: 'www-data' } : null),
});

export function process(
  pid: number,
  facts: Partial<TaskFacts> = {},
  of: Partial<ImageFacts> | null = {},
): Process {
  const made = new Process(task(pid, facts));
  if (of !== null) made.setImage(image(of));
  return made;
}

/** The event that a record tells, of the process with its pid if the world has one. */
export function eventOf(record: Uint8Array, world: World = {}): Event {
  return eventsIn(record.slice(), world)(record);
}

/** One event for many records, one after the other. @param memory with room for the longest */
export function eventsIn(memory: Uint8Array, world: World = {}): (record: Uint8Array) => Event {
  const view = new EventRecord(memory);
  const of = world.details ?? details();
  const byPid = new Map((world.processes ?? []).map((known) => [known.pid, known]));
  const context: EventContext = {
    users: accounts,
    usersOf: world.usersOf ?? (() => accounts),
    hostname: new Interned('host'),
    isoTimes: false,
    wallNs: (bootNs) => 1_700_000_000_000_000_000n + bootNs,
    processOf: (pid) => byPid.get(pid) ?? null,
    initOf: (of) => [...byPid.values()].find(({ vpid, pidNs }) => vpid === 1 && pidNs === of.pidNs) ?? null,
    details: of,
    hostNames: world.hostNames ?? new HostNames(),
    peers: world.peers ?? new Peers(),
    machine: world.machine ?? machine(of),
    containers: { of: () => ('container' in world ? world.container : null) },
  };
  const event = new Event(view, context);
  return (record) => {
    memory.set(record);
    if (!view.at(0, record.length)) throw new Error('not a record');
    event.take(1, byPid.get(view.pid) ?? null);
    return event;
  };
}

/** A value as people see it: texts as strings, addresses as numbers. */
export function shown(value: Value | null): unknown {
  if (value instanceof Interned) return value.text;
  if (value instanceof Uint8Array) return [...value].join('.');
  return Array.isArray(value) ? value.map((item) => shown(item)) : value;
}

/** @param written a field as in rules: `proc.aname[2]`, `evt.arg.flags` */
export function fieldOf(event: Event, written: string): unknown {
  const [, name = '', arg = null] = /^([^[]+)(?:\[(.*)\])?$/.exec(written) ?? [];
  const use = syscallCatalogue.resolve(name, arg);
  if (use === undefined) throw new Error(`no field ${written}`);
  const getter = kernelFacts.bind(use);
  if (getter === null) throw new Error(`${written} has no value`);
  return shown(getter(event));
}
