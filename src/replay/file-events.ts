import { CALL_ROWS } from '../schema/calls.generated.ts';
import { kernelNumber } from '../schema/flags/index.ts';
import * as abi from '../schema/record.generated.ts';
import { CALLS, MADE, type Param, type RecordedCall } from './calls.ts';
import type { RecordedEvent } from './event.ts';
import { O_DIRECTORY, openFlags } from './numbers.ts';
import type { Descriptor, RecordedProcess } from './processes.ts';
import { AT_FDCWD, joined, type Scene, typeOf } from './scene.ts';

/** Opens, and calls that need no layout of their own → records, and the table of descriptors. */

interface OpenPlaces {
  readonly type: string;
  /** Where the parameters are; -1: there is none. */
  readonly dirfd: number;
  readonly name: number;
  readonly flags: number;
  readonly mode: number;
  readonly dev: number;
  readonly ino: number;
}

export const OPENS: ReadonlyMap<number, OpenPlaces> = new Map([
  [3, { type: 'open', dirfd: -1, name: 1, flags: 2, mode: 3, dev: 4, ino: 5 }],
  [59, { type: 'creat', dirfd: -1, name: 1, flags: -1, mode: 2, dev: 3, ino: 4 }],
  // Of old writers, which give no inode.
  [103, { type: 'openat', dirfd: 1, name: 2, flags: 3, mode: 4, dev: -1, ino: -1 }],
  [307, { type: 'openat', dirfd: 1, name: 2, flags: 3, mode: 4, dev: 5, ino: 6 }],
  [327, { type: 'openat2', dirfd: 1, name: 2, flags: 3, mode: 4, dev: 6, ino: 7 }],
]);

/** creat(2): O_CREAT | O_WRONLY | O_TRUNC. */
const CREAT_FLAGS = 0o1101;
const S_IFDIR = 0o040000;
const S_IFIFO = 0o010000;

export function takeOpen(scene: Scene, event: RecordedEvent): number {
  const at = OPENS.get(event.type)!;
  const ret = event.number(0);
  const process = scene.processes.byTid(event.tid);
  const name = event.text(at.name);
  const dirfd = at.dirfd < 0 ? AT_FDCWD : event.number(at.dirfd);
  const { flags, created } =
    at.flags < 0 ? { flags: CREAT_FLAGS, created: false } : openFlags(event.number(at.flags));
  const base = name.startsWith('/') ? '' : scene.base(process, dirfd);
  const isDirectory = (flags & O_DIRECTORY) === O_DIRECTORY;
  const [dev, ino] = [event.number(at.dev), event.big(at.ino)];
  const { writer } = scene;
  const head = scene.head(event, typeOf(at.type), ret, created ? abi.FLAG_CREATED : 0);
  const length = writer.write(abi.LAYOUT_OPEN, head, [name, '', base]);
  writer.u32(abi.AT_OPEN_DIRFD, dirfd);
  writer.u32(abi.AT_OPEN_OPEN_FLAGS, flags);
  writer.u32(abi.AT_OPEN_MODE, event.number(at.mode));
  writer.u32(abi.AT_OPEN_DEV, dev);
  writer.u64(abi.AT_OPEN_INO, ino);
  writer.u32(abi.AT_OPEN_FILE_MODE, isDirectory ? S_IFDIR : 0);
  if (ret >= 0 && process !== null) {
    const kind = isDirectory ? 'directory' : 'file';
    scene.processes.setDescriptor(process, ret, { kind, name: joined(base, name), ino, dev });
  }
  return length;
}

/** Number of a call on x86_64, the first row's where several share a name. */
const NUMBERS = new Map(
  CALL_ROWS.filter(([, , , , is32]) => !is32)
    .map(([name, , nr]) => [name, nr] as const)
    .reverse(),
);

/** What is gathered from the parameters of a call. */
interface Gathered {
  name: string;
  base: string;
  name2: string;
  base2: string;
  text: string;
  path: string;
  data: Uint8Array;
  fd: number;
  /** Of a file that has no descriptor before the call. */
  dev: number;
  ino: bigint;
  /** Registers, and what the kernel gave back, by number. */
  readonly values: bigint[];
  readonly out: bigint[];
}

export function takeCall(scene: Scene, event: RecordedEvent): number {
  const call = CALLS.get(event.type)!;
  const ret = event.number(0);
  const process = scene.processes.byTid(event.tid);
  const found = gather(scene, event, call, process);
  const file = found.fd < 0 ? null : scene.descriptor(process, found.fd);
  const wentTo = call.type === abi.TYPE_CHDIR && ret >= 0 ? joined(found.base, found.name) : '';
  const { writer } = scene;
  if (ret >= 0) credentials(call, process, found.values);
  const length = writer.write(abi.LAYOUT_CALL, scene.head(event, call.type, ret), [
    ...[found.name, found.base, found.name2, found.base2],
    ...[wentTo || found.path || pathOf(file), found.text, found.data],
  ]);
  for (const [i, value] of found.values.entries()) writer.u64(abi.AT_CALL_ARGS + i * 8, value);
  for (const [i, value] of found.out.entries()) writer.u64(abi.AT_CALL_OUT + i * 8, value);
  writer.u32(abi.AT_CALL_NR, NUMBERS.get(call.name) ?? 0);
  writer.u32(abi.AT_CALL_FD, file === null ? -1 : found.fd);
  writer.u64(abi.AT_CALL_INO, file?.ino ?? found.ino);
  writer.u32(abi.AT_CALL_DEV, file !== null && file.kind !== 'socket' ? file.dev : found.dev);
  writer.u32(
    abi.AT_CALL_FILE_MODE,
    file?.kind === 'directory' ? S_IFDIR : file?.kind === 'pipe' ? S_IFIFO : 0,
  );
  if (call.name === 'pipe' || call.name === 'pipe2') {
    writer.u64(abi.AT_CALL_OUT, BigInt(event.number(1)));
    writer.u64(abi.AT_CALL_OUT + 8, BigInt(event.number(2)));
  }
  if (ret >= 0 && process !== null) follow(scene, event, call, process, found);
  return length;
}

function gather(
  scene: Scene,
  event: RecordedEvent,
  { params }: RecordedCall,
  process: RecordedProcess | null,
): Gathered {
  const found: Gathered = {
    ...{ name: '', base: '', name2: '', base2: '', text: '', path: '', data: new Uint8Array(), fd: -1 },
    ...{ dev: 0, ino: 0n, values: [], out: [] },
  };
  let dirfd = AT_FDCWD;
  for (const [i, param] of params.entries()) {
    const place = i + 1;
    const { what, argument } = param;
    if (argument >= 0) {
      const into = what === 'out' ? found.out : found.values;
      while (into.length <= argument) into.push(0n);
      into[argument] = kernelValue(event, place, param);
    }
    if (what === 'dir') dirfd = event.number(place);
    else if (what === 'fd') found.fd = event.has(place) ? event.number(place) : -1;
    else if (what === 'text' || what === 'path') found[what] = event.text(place);
    else if (what === 'data') found.data = event.bytes(place);
    else if (what === 'dev') found.dev = event.number(place);
    else if (what === 'ino') found.ino = event.big(place);
    else if (what === 'name' || what === 'name2') {
      const name = event.text(place);
      found[what] = name;
      found[what === 'name' ? 'base' : 'base2'] = name.startsWith('/') ? '' : scene.base(process, dirfd);
      dirfd = AT_FDCWD;
    }
  }
  return found;
}

/** As the kernel has it. */
function kernelValue(event: RecordedEvent, place: number, { what, table }: Param): bigint {
  if (what === 'p') return event.formed(place);
  if (what === 'o') return BigInt(openFlags(event.number(place)).flags);
  return table === null ? event.big(place) : BigInt(kernelNumber(table, event.number(place)));
}

/** How the kernel names what a descriptor stands for. Sockets' texts hold their ends: with those another socket is meant. */
function pathOf(file: Descriptor | null): string {
  if (file === null) return '';
  if (file.kind !== 'socket') return file.kind === 'memfd' ? `/memfd:${file.name}` : file.name;
  const { local, remote, path } = file.ends;
  const ends = [local, remote].map((end) =>
    end === null ? '' : `${end.address.toString('hex')}:${end.port}`,
  );
  return `socket:[${file.ino}]${ends.join('-')}${path}`;
}

/** Ids that are all ones stay as they are. */
const KEPT = 0xffffffff;

function credentials(
  { name }: RecordedCall,
  process: RecordedProcess | null,
  values: readonly bigint[],
): void {
  // The effective id: the only one, or the second.
  const id = Number(values[1] ?? values[0] ?? KEPT);
  if (process === null || id === KEPT) return;
  if (/^setres?uid$|^setreuid$/.test(name)) process.uid = id;
  else if (/^setres?gid$|^setregid$/.test(name)) process.gid = id;
}

/** fcntl(2): F_DUPFD, F_DUPFD_CLOEXEC. */
const DUPLICATES: ReadonlySet<number> = new Set([0, 1030]);
/** close_range(2). */
const CLOSE_RANGE_CLOEXEC = 4n;

/** What the call changed in the table of descriptors, or of the process. */
function follow(
  { processes }: Scene,
  event: RecordedEvent,
  { type }: RecordedCall,
  process: RecordedProcess,
  found: Gathered,
): void {
  const { values } = found;
  const ret = event.number(0);
  const file = process.fds.get(found.fd);
  const made = MADE.get(event.type);
  if (made !== undefined) processes.setDescriptor(process, ret, { kind: made, name: '', ino: 0n, dev: 0 });
  switch (type) {
    case abi.TYPE_CLOSE:
      process.fds.delete(found.fd);
      return;
    case abi.TYPE_DUP:
    case abi.TYPE_DUP2:
    case abi.TYPE_DUP3:
      if (file !== undefined) processes.setDescriptor(process, ret, file);
      return;
    case abi.TYPE_CHDIR:
      process.cwd = joined(found.base, found.name);
      return;
    case abi.TYPE_FCHDIR:
      if (file !== undefined && file.kind !== 'socket') process.cwd = file.name;
      return;
    case abi.TYPE_MEMFD_CREATE:
      processes.setDescriptor(process, ret, { kind: 'memfd', name: found.text, ino: 0n, dev: 0 });
      return;
    case abi.TYPE_PIPE:
    case abi.TYPE_PIPE2:
      for (const place of [1, 2]) {
        const pipe = { kind: 'pipe' as const, name: '', ino: event.big(3), dev: 0 };
        processes.setDescriptor(process, event.number(place), pipe);
      }
      return;
    case abi.TYPE_SETSID:
      process.sid = process.pid;
      process.pgid = process.pid;
      return;
    case abi.TYPE_SETPGID:
      if (values[0] === 0n) process.pgid = Number(values[1]) || process.pid;
      return;
    case abi.TYPE_FCNTL:
      if (file !== undefined && DUPLICATES.has(Number(values[1])))
        processes.setDescriptor(process, ret, file);
      return;
    case abi.TYPE_OPEN_BY_HANDLE_AT: {
      const { path: name, ino, dev } = found;
      processes.setDescriptor(process, ret, { kind: 'file', name, ino, dev });
      return;
    }
    case abi.TYPE_CLOSE_RANGE: {
      const [first = 0n, last = 0n, flags = 0n] = values;
      if ((flags & CLOSE_RANGE_CLOEXEC) !== 0n) return;
      for (const fd of [...process.fds.keys()]) if (fd >= first && fd <= last) process.fds.delete(fd);
    }
  }
}
