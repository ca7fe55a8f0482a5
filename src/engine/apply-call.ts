import { Interned } from '../base/interning.ts';
import type { EventRecord } from '../decode/index.ts';
import * as abi from '../schema/record.generated.ts';
import type { Process } from '../state/index.ts';

/** prctl(2). */
const PR_SET_NAME = 15;

/** Calls after which the kernel may have taken capabilities away or given some: they are read again when asked for. */
const CHANGES_CAPABILITIES: ReadonlySet<number> = new Set([
  abi.TYPE_SETUID,
  abi.TYPE_SETREUID,
  abi.TYPE_SETRESUID,
  abi.TYPE_SETFSUID,
  abi.TYPE_UNSHARE,
  abi.TYPE_SETNS,
]);

/** What a system call that succeeded changed in its process. */
export function applyCall(process: Process, record: EventRecord): void {
  const { type, call } = record;
  process.uid = record.uid;
  process.gid = record.gid;
  if (CHANGES_CAPABILITIES.has(type)) process.caps = null;
  switch (type) {
    case abi.TYPE_CHDIR:
    case abi.TYPE_FCHDIR:
      process.cwd = directoryAfter(process, record);
      return;
    case abi.TYPE_CAPSET:
      process.caps = { permitted: call.out(0), effective: call.out(1), inheritable: call.out(2) };
      return;
    case abi.TYPE_SETSID:
      process.sid = process.pid;
      process.pgid = process.pid;
      process.vpgid = process.vpid;
      // setsid(2): the new session has no controlling terminal.
      process.tty = 0;
      return;
    case abi.TYPE_SETPGID:
      applyGroup(process, call.int(0), call.int(1));
      return;
    case abi.TYPE_PRCTL:
      if (call.int(0) === PR_SET_NAME && record.tid === record.pid) process.rename(record.comm);
  }
}

/** A directory outside the process's root gets the mark that getcwd(2) gives it: it is none of the system's. */
function directoryAfter(process: Process, { call }: EventRecord): Interned {
  const { path, pathFlags } = call;
  // A text without leading slash was cut: then the old directory is no worse than half of the new one.
  if (!path.text.startsWith('/')) return process.cwd;
  return (pathFlags & abi.STR_UNREACHABLE) === 0 ? path : new Interned(`(unreachable)${path.text}`);
}

/**
 * setpgid(2). The numbers are those of the caller's pid namespace. A shell that moves its child is not followed: the
 * child's own exec tells its group.
 */
function applyGroup(process: Process, target: number, group: number): void {
  if (target !== 0 && target !== process.vpid) return;
  const own = group === 0 || group === process.vpid;
  process.vpgid = own ? process.vpid : group;
  if (own) process.pgid = process.pid;
  else if (process.vpid === process.pid) process.pgid = group;
}
