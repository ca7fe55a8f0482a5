import { EMPTY, Interned } from '../base/interning.ts';
import type { EventRecord } from '../decode/index.ts';
import * as abi from '../schema/record.generated.ts';
import {
  type Environment,
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

/** What of a process only /proc can tell. */
export interface ProcReader {
  /** argv of another process, which the kernel side cannot read; empty when it is gone. */
  argv(pid: number): readonly string[];
  /** Path of its executable, null when it is gone. */
  exe(pid: number): string | null;
  /** Keeps which path a cgroup has; `path` is asked for when the id is new. */
  cgroup(id: bigint, path: () => Interned): void;
  /** Keeps what the record told of the environment; null: nothing. */
  environment(text: string | null): Environment;
}

/** clone(2): the child gets its creator's parent as parent. */
const CLONE_PARENT = 0x8000;
/** Both have one current directory. */
const CLONE_FS = 0x200;

/** Brings the table up to date with the record the view stands on and returns the event's process. */
export function applyRecord(table: ProcessTable, record: EventRecord, proc: ProcReader): Process | null {
  switch (record.layout) {
    case abi.LAYOUT_EXEC:
      proc.cgroup(record.cgroupId, () => record.exec.cgroup);
      if (record.type === abi.TYPE_TASK) return applyTask(table, record, proc);
      return table.exec(taskOf(record), imageOf(record, record.exec.args(), proc));
    case abi.LAYOUT_FORK:
      return applyFork(table, record);
    case abi.LAYOUT_EXIT: {
      const process = table.peek(record.pid, record.startNs);
      if ((record.flags & abi.FLAG_GROUP_DEAD) !== 0)
        table.exit(record.pid, record.startNs, record.exit.reaperPid);
      return process;
    }
    case abi.LAYOUT_CALL: {
      const process = table.get(record.pid, record.startNs, tsNs(record));
      if (process !== null && record.ret >= 0) applyCall(table, process, record);
      return process;
    }
    case abi.LAYOUT_MOMENT:
      // A processor that idles is in no process.
      return record.pid === 0 ? null : table.get(record.pid, record.startNs, tsNs(record));
    default:
      return table.get(record.pid, record.startNs, tsNs(record));
  }
}

/** Time of the event as a number, ns since boot; exact for 104 days, and within 4 ns for years. */
export function tsNs(record: EventRecord): number {
  return record.tsHigh * 0x100000000 + record.tsLow;
}

/** A process that lived before the agent. One that the live events already brought is newer than the iterator's. */
function applyTask(table: ProcessTable, record: EventRecord, proc: ProcReader): Process | null {
  const known = table.peek(record.pid, record.startNs);
  if (known !== null && known.exepath !== EMPTY) return known;
  // Its end overtook the iterator's record.
  if (table.endedLately(record.pid, record.startNs)) return null;
  const kernelThread = (record.flags & abi.FLAG_KTHREAD) !== 0;
  return table.put(taskOf(record), imageOf(record, kernelThread ? [] : proc.argv(record.pid), proc));
}

/** The record describes the parent; threads change nothing. */
function applyFork(table: ProcessTable, record: EventRecord): Process | null {
  const { fork } = record;
  const parent = table.get(record.pid, record.startNs, tsNs(record));
  if ((record.flags & abi.FLAG_THREAD) !== 0) return parent;
  if (record.tid === record.pid) parent?.rename(record.comm);
  // With CLONE_PARENT the creator and the new parent differ: relations are the parent's, the program the creator's.
  const sibling = (fork.cloneFlags & CLONE_PARENT) !== 0;
  const task: TaskFacts = {
    pid: fork.childPid,
    startNs: fork.childStartNs,
    ppid: sibling ? (parent?.ppid ?? 0) : record.pid,
    parentStartNs: sibling ? (parent?.parent?.startNs ?? 0) : record.startNs,
    comm: record.comm,
    sid: parent?.sid ?? 0,
    pgid: parent?.pgid ?? 0,
    vpid: fork.childVpid,
    vpgid: fork.childVpgid,
    pidNs: fork.childPidNs,
    // Those of the thread that forked, which need not be those of the first.
    caps: parent === null || parent.threadsDiffer || parent.capsUntilNs < tsNs(record) ? null : parent.caps,
    tty: parent?.tty ?? 0,
    loginuid: parent?.loginuid ?? LOGINUID_UNSET,
    uid: record.uid,
    gid: record.gid,
    cgroup: fork.childCgroupId,
  };
  const child = table.fork(task, parent, (fork.cloneFlags & CLONE_FS) !== 0);
  // A child starts where its maker is; where a thread of its own ways is, nobody told.
  if (parent?.threadsApart === true && record.tid !== record.pid) {
    child.leavePlace();
    child.cwd = EMPTY;
  }
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

/**
 * A file outside the process's root (a detached mount, a directory kept open over chroot) has a path that only looks
 * absolute; it is marked as the kernel marks it in getcwd(2), so that it passes for no file of the system.
 */
export function reachable(path: Interned, flags: number): Interned {
  return (flags & abi.STR_UNREACHABLE) === 0 || path.text === ''
    ? path
    : new Interned(`(unreachable)${path.text}`);
}

/** How the kernel names the file behind memfd_create(2). */
const MEMFD = /^\/memfd:/;

function layerOf(flags: number): ImageFacts['exeLayer'] {
  if ((flags & abi.FLAG_OVERLAY) === 0) return null;
  return (flags & abi.FLAG_OVERLAY_UPPER) === 0 ? 'lower' : 'upper';
}

/** A path deeper than the kernel side walks comes without its front; /proc has all of it. */
function exePathOf({ exec, pid }: EventRecord, proc: ProcReader): Interned {
  if ((exec.exeFlags & abi.STR_CUT) !== 0) {
    const whole = proc.exe(pid);
    if (whole !== null) return new Interned(whole);
  }
  // A memfd lies in no directory.
  if (MEMFD.test(exec.exe.text)) return new Interned(exec.exe.text.slice(1));
  return reachable(exec.exe, exec.exeFlags);
}

function imageOf(record: EventRecord, argv: readonly string[], proc: ProcReader): ImageFacts {
  const { exec, flags } = record;
  const exepath = exePathOf(record, proc);
  return {
    argv,
    exe: new Interned(argv[0] ?? ''),
    args: argv.length < 2 ? EMPTY : new Interned(argv.slice(1).join(' ')),
    exepath,
    cwd: reachable(exec.cwd, exec.cwdFlags),
    exeIno: exec.exeIno,
    exeDev: exec.exeDev,
    mntNs: exec.mntNs,
    mntUserNs: exec.mntUserNs,
    exeCtime: exec.exeCtime,
    exeMtime: exec.exeMtime,
    exeMode: exec.exeMode,
    exeUid: exec.exeUid,
    exeGid: exec.exeGid,
    exeReadonly: (flags & abi.FLAG_EXE_READONLY) !== 0,
    userNs: exec.userNs,
    exeLayer: layerOf(flags),
    exeUnlinked: exec.exeNlink === 0,
    exeFromMemfd: exec.exeNlink === 0 && MEMFD.test(exec.exe.text),
    environment: proc.environment(exec.env),
  };
}
