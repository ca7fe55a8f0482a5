import { EMPTY, Interned } from '../base/interning.ts';
import type { EventRecord } from '../decode/index.ts';
import * as abi from '../schema/record.generated.ts';
import type { Process, ProcessTable } from '../state/index.ts';

/** prctl(2). */
const PR_SET_NAME = 15;

/** Calls after which the kernel may have taken capabilities away or given some: they are read again when asked for. */
const CHANGES_CAPABILITIES: ReadonlySet<number> = new Set([
  abi.TYPE_SETUID,
  abi.TYPE_SETREUID,
  abi.TYPE_SETRESUID,
  abi.TYPE_SETFSUID,
]);

/** clone(2). In a new user namespace a process has every capability. */
const CLONE_NEWUSER = 0x10000000;
/** In another mount namespace the current directory is its root. */
const CLONE_NEWNS = 0x20000;

/** What a system call that succeeded changed in its process, or in a child. */
export function applyCall(table: ProcessTable, process: Process, record: EventRecord): void {
  const { type, call } = record;
  // Credentials are a thread's own; those of the first count for the process. An event's are in its record.
  if (record.tid === record.pid) {
    process.uid = record.uid;
    process.gid = record.gid;
  }
  if (CHANGES_CAPABILITIES.has(type)) changeCapabilities(process, record);
  switch (type) {
    case abi.TYPE_CHDIR:
    case abi.TYPE_FCHDIR:
      changeDirectory(process, record);
      return;
    case abi.TYPE_CAPSET:
      changeCapabilities(process, record);
      return;
    case abi.TYPE_UNSHARE:
      if ((call.uint(0) & CLONE_NEWUSER) !== 0) enterUserNamespace(process, record);
      return;
    case abi.TYPE_SETNS:
      // Without a kind any namespace may be entered.
      if (call.int(1) === 0 || (call.uint(1) & CLONE_NEWUSER) !== 0) enterUserNamespace(process, record);
      if (call.int(1) === 0 || (call.uint(1) & CLONE_NEWNS) !== 0) forgetDirectory(process);
      return;
    case abi.TYPE_SETSID:
      process.sid = process.pid;
      process.pgid = process.pid;
      process.vpgid = process.vpid;
      // setsid(2): the new session has no controlling terminal.
      process.tty = 0;
      return;
    case abi.TYPE_SETPGID:
      applyGroup(table, process, call.int(0), call.int(1));
      return;
    case abi.TYPE_PRCTL:
      if (call.int(0) === PR_SET_NAME && record.tid === record.pid) process.rename(record.comm);
  }
}

/** Credentials belong to threads. Those of the first are the process's; what another did, its own status tells. */
function changeCapabilities(process: Process, { type, call, tid, pid }: EventRecord): void {
  if (tid !== pid) {
    process.threadsDiffer = true;
    return;
  }
  process.caps =
    type === abi.TYPE_CAPSET
      ? { permitted: call.out(0), effective: call.out(1), inheritable: call.out(2) }
      : null;
}

/** Only those move that share the directory: the other threads, unless one left them, and processes made with CLONE_FS. */
function changeDirectory(process: Process, record: EventRecord): void {
  if ((record.flags & abi.FLAG_CWD_THREAD) !== 0) {
    process.threadsApart = true;
    return;
  }
  if ((record.flags & abi.FLAG_CWD_SHARED) === 0) process.leavePlace();
  process.cwd = directoryAfter(process, record);
}

/**
 * Rules ask whether a process may do what it did, as Falco answers: the event itself has the capabilities from before the
 * call, and those after it are the namespace's own.
 */
function enterUserNamespace(process: Process, { tid, pid, tsHigh, tsLow }: EventRecord): void {
  if (tid === pid) process.capsUntilNs = tsHigh * 0x100000000 + tsLow;
  else process.threadsDiffer = true;
}

/** Where that is /proc tells who asks. */
function forgetDirectory(process: Process): void {
  process.leavePlace();
  process.cwd = EMPTY;
}

/** A directory outside the process's root gets the mark that getcwd(2) gives it: it is none of the system's. */
function directoryAfter(process: Process, { call }: EventRecord): Interned {
  const { path, pathFlags } = call;
  // A text without leading slash was cut: then the old directory is no worse than half of the new one.
  if (!path.text.startsWith('/')) return process.cwd;
  return (pathFlags & abi.STR_UNREACHABLE) === 0 ? path : new Interned(`(unreachable)${path.text}`);
}

/** setpgid(2), of the caller itself or of a child, as shells do it. The numbers are those of the caller's pid namespace. */
function applyGroup(table: ProcessTable, caller: Process, target: number, group: number): void {
  const process = target === 0 || target === caller.vpid ? caller : childOf(table, caller, target);
  if (process === null) return;
  const own = group === 0 || group === process.vpid;
  process.pgid = own ? process.pid : (groupOf(table, caller, group) ?? process.pgid);
  process.vpgid = own ? process.vpid : group;
}

/** In the host's namespace both numbers of a process are the same. */
const isOnHost = (process: Process): boolean => process.vpid === process.pid;

function childOf(table: ProcessTable, caller: Process, vpid: number): Process | null {
  return isOnHost(caller) ? table.byPid(vpid) : table.childOf(caller, vpid);
}

/** The host's number of a group: that of the process which leads it. */
function groupOf(table: ProcessTable, caller: Process, group: number): number | null {
  if (isOnHost(caller)) return group;
  if (caller.vpgid === group) return caller.pgid;
  const { parent } = caller;
  const leader = table.childOf(caller, group) ?? (parent === null ? null : table.childOf(parent, group));
  return leader?.pgid ?? null;
}
