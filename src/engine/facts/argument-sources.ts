import { EMPTY, Interned } from '../../base/interning.ts';
import type { CallFields, MomentFields, SocketFields } from '../../decode/index.ts';
import type { ArgumentKind } from '../../schema/arguments.ts';
import type { Process } from '../../state/index.ts';
import type { Event } from '../event.ts';
import { endpointText, unixText } from '../socket.ts';
import { isWritable } from './executable.ts';

/** Where arguments of events come from: registers, strings of the record, and the process. */

export type Raw = Interned | number | bigint;
export type Source = (event: Event) => Raw | null;

const AT_FDCWD = -100;
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;

const ofProcess =
  (get: (process: Process, event: Event) => Raw | null): Source =>
  (event) =>
    event.process === null ? null : get(event.process, event);

const status = (key: 'vmSize' | 'vmRss' | 'vmSwap' | 'minorFaults' | 'majorFaults'): Source =>
  ofProcess((process, event) => event.details.status(process, process.pid, event.bootNs)?.[key] ?? null);

/** How Falco prints a buffer without bytes. */
const NOTHING = new Interned('NULL');

/** Texts that lie one after another in memory, each with its zero byte, which prints as a dot like all that is not print. */
function pieces(all: readonly string[]): Interned {
  if (all.length === 0) return NOTHING;
  const memory = all.map((piece) => `${piece}\0`).join('');
  return new Interned(memory.replace(/[^\x20-\x7e]/g, '.'));
}

/** Falco prints what is no ASCII of a buffer as dots, and a buffer without bytes as NULL. */
function dataText({ data }: Event): Interned {
  if (data === null || data.length === 0) return NOTHING;
  return new Interned(
    Buffer.from(data)
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, '.'),
  );
}

/** Bits of flags:execve. */
function exeFlags(process: Process, event: Event): number {
  const { exeLayer, exeFromMemfd } = process.image;
  let flags = isWritable(process, event) ? 1 : 0;
  if (exeLayer === 'upper') flags |= 2;
  if (exeFromMemfd) flags |= 4;
  if (exeLayer === 'lower') flags |= 8;
  return flags;
}

/** Bits of the processor's error code, X86_PF_* → those of flags:pageFault. */
function falcoPageFault(error: number): number {
  const access = (error & 1 ? 1 : 2) | (error & 2 ? 4 : 8) | (error & 4 ? 16 : 32);
  return access | (error & 8 ? 64 : 0) | (error & 16 ? 128 : 0);
}

function cgroups(process: Process, event: Event): Interned | null {
  const all = event.details.cgroups(process, event.bootNs);
  return all === null ? null : pieces(all.map(([controller, path]) => `${controller}=${path}`));
}

function environment(process: Process, event: Event): Interned | null {
  const env = event.details.environment(process, event.bootNs);
  return env === null ? null : pieces(env.pairs);
}

function pidnsStart(process: Process, event: Event): bigint | null {
  const init = event.initOf(process);
  return init === null ? null : event.wallOf(init.startNs);
}

const endText = (end: 'local' | 'remote'): Source => {
  return ({ descriptor, record }) => {
    const found = descriptor.socket?.[end] ?? null;
    if (found !== null) return new Interned(endpointText(found));
    const path = end === 'local' ? record.socket.localPath : record.socket.remotePath;
    return path.text === '' ? null : unixText(path);
  };
};

const named: Readonly<Record<string, Source>> = {
  '-': () => null,
  ret: (event) => event.ret,
  name: (event) => event.nameGiven,
  name2: (event) => event.secondGiven,
  text: (event) => event.textGiven,
  path: ({ record }) => record.call.path,
  dirfd: (event) => (event.isOpen ? event.dirfd : AT_FDCWD),
  openFlags: (event) => event.openFlags,
  openMode: (event) => event.openMode,
  resolve: ({ record }) => record.open.resolve,
  fileDev: (event) => event.fileDev,
  fileIno: (event) => event.fileIno,
  cloneFlags: ({ record }) => record.fork.cloneFlags >>> 0,
  exe: ofProcess(({ exe }) => exe),
  args: ofProcess(({ argv }) => pieces(argv.slice(1))),
  tid: (event) => event.tid,
  pid: (event) => event.pid,
  ppid: ofProcess(({ ppid }) => ppid),
  comm: (event) => event.comm,
  cgroups: ofProcess(cgroups),
  env: ofProcess(environment),
  fdlimit: ofProcess((process, event) => event.details.descriptorLimit(process, event.bootNs)),
  vmSize: status('vmSize'),
  vmRss: status('vmRss'),
  vmSwap: status('vmSwap'),
  minorFaults: status('minorFaults'),
  majorFaults: status('majorFaults'),
  euid: (event) => event.uid,
  egid: (event) => event.gid,
  vtid: ofProcess((process, event) => (event.tid === process.pid ? process.vpid : event.tid)),
  vpid: ofProcess(({ vpid }) => vpid),
  pgid: ofProcess(({ pgid }) => pgid),
  vpgid: ofProcess(({ vpgid }) => vpgid),
  tty: ofProcess(({ tty }) => tty),
  loginuid: ofProcess(({ loginuid }) => loginuid),
  pidnsStart: ofProcess(pidnsStart),
  exeFlags: ofProcess(exeFlags),
  capInheritable: ofProcess(({ caps }) => caps?.inheritable ?? null),
  capPermitted: ofProcess(({ caps }) => caps?.permitted ?? null),
  capEffective: ofProcess(({ caps }) => caps?.effective ?? null),
  exeIno: ofProcess(({ image }) => image.exeIno),
  exeCtime: ofProcess(({ image }) => image.exeCtime),
  exeMtime: ofProcess(({ image }) => image.exeMtime),
  exepath: ofProcess(({ exepath }) => exepath),
  status: (event) => event.exitStatus,
  exitCode: (event) => (event.exitStatus >> 8) & 0xff,
  exitSignal: (event) => event.exitStatus & 0x7f,
  reaper: ({ record }) => record.exit.reaperPid,
  core: (event) => (event.exitStatus >> 7) & 1,
  local: endText('local'),
  remote: endText('remote'),
  tuple: ({ descriptor }) => {
    const ends = descriptor.socket;
    return ends === null || ends.name === EMPTY ? null : ends.name;
  },
  sockType: ({ record }) => record.socket.sockType,
  size: ({ record }) => record.socket.size,
  data: dataText,
  // There are no two descriptors when the call failed.
  pair0: ({ record, ret }) => (ret < 0 ? null : record.socket.pair(0)),
  pair1: ({ record, ret }) => (ret < 0 ? null : record.socket.pair(1)),
  pipe0: ({ record, ret }) => (ret < 0 ? null : record.call.out(0)),
  pipe1: ({ record, ret }) => (ret < 0 ? null : record.call.out(1)),
  dev: ({ record: { call } }) => call.dev,
  // 0: it could not be read.
  ino: ({ record: { call } }) => (call.ino === 0n ? null : call.ino),
  out0: ({ record }) => record.call.out(0),
  out1: ({ record }) => record.call.out(1),
  out2: ({ record }) => record.call.out(2),
  // A pointer may be null; then no limit is set.
  newLimit0: ({ record: { call } }) => (call.arg(2) === 0n ? null : call.out(0)),
  newLimit1: ({ record: { call } }) => (call.arg(2) === 0n ? null : call.out(1)),
  nr: (event) => (event.isSocket ? event.record.socket.nr : event.record.call.nr),
  wideRet: (event) => BigInt.asUintN(64, BigInt(event.ret)),
  partsSize: (event) => (event.isSocket ? event.record.socket.size : event.record.call.out(0)),
  interval: ({ record: { call } }) => call.out(0) * 1_000_000_000n + call.out(1),
  pageFault: ({ record }) => falcoPageFault(record.moment.uint(2)),
  quotaCommand: ({ record: { call } }) => call.uint(0) >>> 8,
  quotaType: ({ record: { call } }) => call.uint(0) & 0xff,
  // The options whose argument is a text have no number.
  prctlNumber: ({ record: { call } }) => {
    const option = call.int(0);
    return option === PR_SET_NAME || option === PR_GET_NAME ? 0 : call.arg(1);
  },
};

const WIDE: ReadonlySet<ArgumentKind> = new Set(['wide', 'widehex']);
const SIGNED: ReadonlySet<ArgumentKind> = new Set(['int', 'fd', 'pid', 'errno']);

/** The registers of a call, or what stands for them. */
function numbers({ isSocket, isMoment, record }: Event): CallFields | SocketFields | MomentFields {
  return isSocket ? record.socket : isMoment ? record.moment : record.call;
}

/** @param text a register number or one of the names above */
export function sourceOf(text: string, kind: ArgumentKind): Source {
  if (!/^\d$/.test(text)) {
    const source = named[text];
    if (source === undefined) throw new TypeError(`no source of arguments is called ${text}`);
    return source;
  }
  const register = Number(text);
  if (WIDE.has(kind)) return (event) => numbers(event).arg(register);
  if (SIGNED.has(kind)) return (event) => numbers(event).int(register);
  return (event) => numbers(event).uint(register);
}
