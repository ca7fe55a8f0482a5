import { EMPTY, Interned } from '../base/interning.ts';
import type { EventRecord } from '../decode/index.ts';
import * as abi from '../schema/record.generated.ts';
import {
  type ImageFacts,
  LOGINUID_UNSET,
  type Process,
  type ProcessTable,
  type TaskFacts,
} from '../state/index.ts';
import { applyCall } from './apply-call.ts';

/**
 * Record → process state. Facts of a process cross here from bytes to objects; nothing else in the engine
 * allocates per process event.
 */

/** argv of another process, which the kernel side cannot read; empty when it is gone. */
export type ReadArgv = (pid: number) => readonly string[];

/** clone(2): the child gets its creator's parent as parent, and is the first process of a new pid namespace. */
const CLONE_PARENT = 0x8000;
const CLONE_NEWPID = 0x20000000;

/** Brings the table up to date with the record the view stands on and returns the event's process. */
export function applyRecord(table: ProcessTable, record: EventRecord, readArgv: ReadArgv): Process | null {
  switch (record.layout) {
    case abi.LAYOUT_EXEC:
      if (record.type === abi.TYPE_TASK) return applyTask(table, record, readArgv);
      return table.exec(taskOf(record), imageOf(record, record.exec.args()));
    case abi.LAYOUT_FORK:
      return applyFork(table, record);
    case abi.LAYOUT_EXIT: {
      const process = table.peek(record.pid, record.startNs);
      if ((record.flags & abi.FLAG_GROUP_DEAD) !== 0) table.exit(record.pid, record.startNs);
      return process;
    }
    case abi.LAYOUT_CALL: {
      const process = table.get(record.pid, record.startNs, tsNs(record));
      if (process !== null && record.ret >= 0) applyCall(process, record);
      return process;
    }
    default:
      return table.get(record.pid, record.startNs, tsNs(record));
  }
}

/** Time of the event as a number, ns since boot; exact for 104 days, and within 4 ns for years. */
export function tsNs(record: EventRecord): number {
  return record.tsHigh * 0x100000000 + record.tsLow;
}

/** A process that lived before the agent. One that the live events already brought is newer than the iterator's. */
function applyTask(table: ProcessTable, record: EventRecord, readArgv: ReadArgv): Process {
  const known = table.peek(record.pid, record.startNs);
  if (known !== null && known.exepath !== EMPTY) return known;
  const kernelThread = (record.flags & abi.FLAG_KTHREAD) !== 0;
  return table.put(taskOf(record), imageOf(record, kernelThread ? [] : readArgv(record.pid)));
}

/** The record describes the parent; threads change nothing. */
function applyFork(table: ProcessTable, record: EventRecord): Process | null {
  const { fork } = record;
  const parent = table.get(record.pid, record.startNs, tsNs(record));
  if ((record.flags & abi.FLAG_THREAD) !== 0) return parent;
  if (record.tid === record.pid) parent?.rename(record.comm);
  const sibling = (fork.cloneFlags & CLONE_PARENT) !== 0;
  const newNamespace = (fork.cloneFlags & CLONE_NEWPID) !== 0;
  table.fork({
    pid: fork.childPid,
    startNs: fork.childStartNs,
    ppid: sibling ? (parent?.ppid ?? 0) : record.pid,
    parentStartNs: sibling ? (parent?.parent?.startNs ?? 0) : record.startNs,
    comm: record.comm,
    sid: parent?.sid ?? 0,
    pgid: parent?.pgid ?? 0,
    vpid: fork.childVpid,
    vpgid: newNamespace ? 0 : (parent?.vpgid ?? 0),
    pidNs: newNamespace ? 0 : (parent?.pidNs ?? 0),
    caps: parent?.caps ?? null,
    tty: parent?.tty ?? 0,
    loginuid: parent?.loginuid ?? LOGINUID_UNSET,
    uid: record.uid,
    gid: record.gid,
    cgroup: fork.childCgroupId,
  });
  return parent;
}

function taskOf(record: EventRecord): TaskFacts {
  const { exec } = record;
  return {
    pid: record.pid,
    startNs: record.startNs,
    ppid: exec.ppid,
    parentStartNs: exec.parentStartNs,
    comm: record.comm,
    sid: exec.sid,
    pgid: exec.pgid,
    vpid: exec.vpid,
    vpgid: exec.vpgid,
    pidNs: exec.pidNs,
    caps: {
      permitted: exec.capPermitted,
      effective: exec.capEffective,
      inheritable: exec.capInheritable,
    },
    tty: exec.tty,
    loginuid: exec.loginuid,
    uid: record.uid,
    gid: record.gid,
    cgroup: record.cgroupId,
  };
}

/** How the kernel names the file behind memfd_create(2). */
const MEMFD = /^\/?memfd:/;

function layerOf(flags: number): ImageFacts['exeLayer'] {
  if ((flags & abi.FLAG_OVERLAY) === 0) return null;
  return (flags & abi.FLAG_OVERLAY_UPPER) === 0 ? 'lower' : 'upper';
}

function imageOf({ exec, flags }: EventRecord, argv: readonly string[]): ImageFacts {
  return {
    argv,
    exe: new Interned(argv[0] ?? ''),
    args: argv.length < 2 ? EMPTY : new Interned(argv.slice(1).join(' ')),
    exepath: exec.exe,
    cwd: exec.cwd,
    exeIno: exec.exeIno,
    exeCtime: exec.exeCtime,
    exeMtime: exec.exeMtime,
    exeMode: exec.exeMode,
    exeUid: exec.exeUid,
    exeGid: exec.exeGid,
    exeLayer: layerOf(flags),
    exeUnlinked: exec.exeNlink === 0,
    exeFromMemfd: exec.exeNlink === 0 && MEMFD.test(exec.exe.text),
  };
}
