import { cgroupOf, type Descriptor, type PlainKind, type RecordedProcess, textsOf } from './processes.ts';
import { Reader } from './reader.ts';
import { AF_INET, AF_INET6, AF_UNIX, type End } from './sockets.ts';

/** The lists before the events: processes, descriptors, users. */

/** Block types of the lists of processes → version. Those before 5 have no cgroups and are not read. */
export const PROCESS_LISTS: ReadonlyMap<number, number> = new Map([
  [0x211, 5],
  [0x212, 6],
  [0x213, 7],
  [0x214, 8],
  [0x215, 9],
]);
/** From this version on entries tell their length, and newer writers append to them. */
const WITH_LENGTHS = 9;
export const DESCRIPTORS_V1 = 0x203;
export const DESCRIPTORS_V2 = 0x218;
export const USERS_V1 = 0x206;
export const USERS_V2 = 0x220;

const UNSET = 0xffffffff;

export interface ListedThread {
  readonly tid: number;
  readonly process: RecordedProcess;
}

/** @returns false when an entry makes no sense; those before it were given out */
export function readProcesses(body: Buffer, version: number, take: (thread: ListedThread) => void): boolean {
  if (version < WITH_LENGTHS) return readOldProcesses(body, version, take);
  let at = 0;
  while (body.length - at >= 4) {
    const length = body.readUInt32LE(at);
    if (length < 4 || length > body.length - at) return false;
    const reader = new Reader(body.subarray(at + 4, at + length));
    const thread = readThread(reader, WITH_LENGTHS);
    if (thread === null) return false;
    take(thread);
    at += length;
  }
  return true;
}

/** Entries one after another; up to three bytes of padding may follow. */
function readOldProcesses(body: Buffer, version: number, take: (thread: ListedThread) => void): boolean {
  const r = new Reader(body);
  while (r.left >= 4) {
    const thread = readThread(r, version);
    if (thread === null) return false;
    take(thread);
  }
  return true;
}

function readThread(r: Reader, version: number): ListedThread | null {
  const [tid, pid, ppid] = [r.id(), r.id(), r.id()];
  const sid = version >= 6 ? r.id() : 0;
  const vpgid = version >= 8 ? r.id() : 0;
  const [comm, exe] = [r.text(), r.text()];
  const exepath = version >= 7 ? r.text() : '';
  const args = textsOf(r.bytes(r.u16()));
  const cwd = r.text();
  r.bytes(8 + 4);
  const [uid, gid] = [r.u32(), r.u32()];
  r.bytes(3 * 4 + 2 * 8);
  const env = r.bytes(r.u16()).toString('latin1');
  r.bytes(8);
  const vpid = r.id();
  const cgroup = cgroupOf(r.bytes(r.u16()));
  r.text();
  if (r.over || pid <= 0 || tid <= 0) return null;
  const listed = {
    ...{ pid, startNs: 0, ppid, comm, exe, exepath, argv: [exe, ...args], env, cwd: withoutSlash(cwd) },
    ...{ uid, gid, sid, vpid, vpgid, cgroup, fds: new Map() },
  };
  return {
    tid,
    process: { ...listed, ...readRest(version < WITH_LENGTHS ? new Reader(NOTHING) : r, vpgid) },
  };
}

const NOTHING = Buffer.alloc(0);

/** What writers appended over time. */
function readRest(r: Reader, vpgid: number) {
  r.bytes(8);
  const tty = r.u32();
  const loginuid = r.left >= 4 ? r.u32() : UNSET;
  const writable = r.u8();
  const caps = [r.u64(), r.u64(), r.u64()] as const;
  const upper = r.u8();
  const [exeIno, exeCtime, exeMtime] = [r.u64(), r.u64(), r.u64()];
  const [memfd, lower] = [r.u8(), r.u8()];
  const pgid = r.left >= 8 ? r.id() : vpgid;
  const exeFlags = writable | (upper << 1) | (memfd << 2) | (lower << 3);
  return { tty, loginuid, caps, exeIno, exeCtime, exeMtime, pgid, exeFlags };
}

/** Directories are written with a slash behind. */
export function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** SCAP_FD_*: kinds by number, as saker names them. */
const KINDS: ReadonlyMap<number, PlainKind> = new Map([
  [1, 'file'],
  [2, 'directory'],
  [7, 'pipe'],
  [9, 'event'],
  [11, 'signalfd'],
  [12, 'eventpoll'],
  [13, 'inotify'],
  [14, 'timerfd'],
  [15, 'netlink'],
  [17, 'bpf'],
  [18, 'userfaultfd'],
  [19, 'io_uring'],
  [20, 'memfd'],
  [21, 'pidfd'],
]);
const FILE_V2 = 16;
/** SCAP_L4_*: unknown, none, tcp, udp, icmp, raw → SOCK_*, IPPROTO_*. */
const L4: readonly (readonly [type: number, protocol: number])[] = [
  [0, 0],
  [0, 0],
  [1, 6],
  [2, 17],
  [3, 1],
  [3, 0],
];

/** @returns false when an entry makes no sense; those before it were given out */
export function readDescriptors(
  body: Buffer,
  isV2: boolean,
  take: (tid: number, fd: number, descriptor: Descriptor) => void,
): boolean {
  const r = new Reader(body);
  const tid = r.id();
  while (r.left >= (isV2 ? 21 : 17)) {
    const start = r.at;
    const length = isV2 ? r.u32() : 0;
    if (isV2 && (length < 21 || start + length > body.length)) return false;
    const fd = r.id();
    const ino = r.u64();
    const descriptor = readDescriptor(r, r.u8(), ino, isV2 ? start + length : 0);
    if (r.over) return false;
    if (descriptor !== null) take(tid, fd, descriptor);
    else if (!isV2) return false;
    if (isV2) r.at = start + length;
  }
  return true;
}

/** Null for kinds that say no more than that they are there; `r` then stands somewhere inside. */
function readDescriptor(r: Reader, type: number, ino: bigint, end: number): Descriptor | null {
  switch (type) {
    case 3:
      return socket(r, AF_INET, ino, [4, 4]);
    case 4:
      return socket(r, AF_INET6, ino, [16, 16]);
    case 5:
      return socket(r, AF_INET, ino, [4]);
    case 6:
      return socket(r, AF_INET6, ino, [16]);
    case 8: {
      r.bytes(16);
      const ends = { family: AF_UNIX, local: null, remote: null, path: r.text() };
      return { kind: 'socket', type: 1, protocol: 0, ino, ends, serves: false };
    }
    case FILE_V2: {
      r.u32();
      const name = r.text();
      // The device came with entries that tell their length.
      return { kind: 'file', name, ino, dev: r.at + 4 <= end ? r.u32() : 0 };
    }
    default: {
      const kind = KINDS.get(type);
      const name = r.text();
      return { kind: kind ?? 'unknown', name, ino, dev: 0 };
    }
  }
}

/** Addresses of both ends, or of the one that waits, then the ports, then the protocol. */
function socket(r: Reader, family: number, ino: bigint, sizes: readonly number[]): Descriptor {
  const addresses = sizes.map((size) => Buffer.from(r.bytes(size)));
  const [local, remote = null] = addresses.map((address): End => ({ address, port: r.u16() }));
  const [type, protocol] = L4[r.u8()] ?? [0, 0];
  const ends = { family, local: local ?? null, remote, path: '' };
  return { kind: 'socket', type, protocol, ino, ends, serves: remote === null };
}

export interface RecordedUser {
  readonly name: string;
  readonly homedir: string;
  readonly shell: string;
}

export interface Accounts {
  readonly users: Map<number, RecordedUser>;
  readonly groups: Map<number, string>;
}

/** @returns false when the list is cut */
export function readAccounts(body: Buffer, isV2: boolean, into: Accounts): boolean {
  const r = new Reader(body);
  while (r.left >= (isV2 ? 5 : 1) && r.left > 3) {
    const start = r.at;
    const length = isV2 ? r.u32() : 0;
    if (isV2 && length < 5) return false;
    if (r.u8() === 0) {
      const uid = r.u32();
      r.u32();
      const user = { name: r.text(), homedir: r.text(), shell: r.text() };
      if (!r.over) into.users.set(uid, user);
    } else {
      const gid = r.u32();
      const name = r.text();
      if (!r.over) into.groups.set(gid, name);
    }
    if (isV2) r.at = start + length;
    if (r.over || r.left < 0) return false;
  }
  return true;
}
