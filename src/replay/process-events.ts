import * as abi from '../schema/record.generated.ts';
import type { RecordedEvent } from './event.ts';
import { withoutSlash } from './lists.ts';
import { CLONE_FILES, CLONE_THREAD, cloneFlags } from './numbers.ts';
import { cgroupOf, type RecordedProcess, textsOf } from './processes.ts';
import { AT_FDCWD, joined, type Scene, typeOf } from './scene.ts';

/** execve, clone and the end of processes → state, and records. */

export const EXECS: ReadonlyMap<number, string> = new Map([
  [231, 'execve'],
  [283, 'execve'],
  [289, 'execve'],
  [293, 'execve'],
  [331, 'execveat'],
]);
export const CLONES: ReadonlyMap<number, string> = new Map([
  [223, 'clone'],
  [225, 'fork'],
  [227, 'vfork'],
  [335, 'clone3'],
]);
export const PROCESS_END = 186;

const UNSET = 0xffffffff;
/** PPM_EXE_*. */
const EXE_WRITABLE = 1;
const EXE_UPPER = 2;
const EXE_MEMFD = 4;
const EXE_LOWER = 8;
const FILENAME = 30;

/** A process of which only its number is known. */
export function blankProcess(pid: number, startNs: number): RecordedProcess {
  return {
    ...{ pid, startNs, ppid: 0, comm: '', exe: '', exepath: '', argv: [], env: '', cwd: '' },
    ...{ uid: 0, gid: 0, sid: 0, vpid: pid, pgid: 0, vpgid: 0, tty: 0, loginuid: UNSET },
    ...{ caps: [0n, 0n, 0n], cgroup: '', exeIno: 0n, exeCtime: 0n, exeMtime: 0n, exeFlags: 0 },
    fds: new Map(),
  };
}

/** A process that the event's process list or its child told of; state only, no rule sees it. */
export function writeTask(scene: Scene, process: RecordedProcess): number {
  const cgroup = scene.processes.cgroupId(process.cgroup);
  const { pid } = process;
  return writeImage(scene, process, '', {
    ...{ type: abi.TYPE_TASK, tsNs: process.startNs, tid: pid, pid, process, cgroup, cpu: 0, ret: 0 },
  });
}

/** @param begin of the same call, where older writers put the file's name */
export function takeExec(scene: Scene, event: RecordedEvent, begin: RecordedEvent | null): number {
  const type = typeOf(EXECS.get(event.type)!);
  const ret = event.number(0);
  const before = scene.processes.byTid(event.tid);
  const given = event.text(FILENAME) || (event.type === 331 ? '' : (begin?.text(0) ?? ''));
  if (ret < 0) {
    const length = scene.writer.write(abi.LAYOUT_EXEC_FAILED, scene.head(event, type, ret), [
      given,
      given.startsWith('/') ? '' : scene.base(before, AT_FDCWD),
    ]);
    scene.writer.u32(abi.AT_EXEC_FAILED_DIRFD, AT_FDCWD);
    return length;
  }
  const process = before ?? blankProcess(event.number(4) || event.tid, scene.tsNs(event));
  describeExec(scene, event, process, given);
  scene.processes.put(process);
  return writeImage(scene, process, given, scene.head(event, type, 0));
}

function describeExec(scene: Scene, event: RecordedEvent, process: RecordedProcess, given: string): void {
  const args = textsOf(event.bytes(2));
  process.exe = event.text(1);
  process.argv = [process.exe, ...args];
  process.ppid = scene.processes.pidOf(event.number(5));
  process.cwd = withoutSlash(event.text(6)) || process.cwd;
  process.comm = event.text(13);
  process.cgroup = cgroupOf(event.bytes(14)) || process.cgroup;
  process.env = event.bytes(15).toString('latin1');
  if (event.has(16)) process.tty = event.number(16);
  if (event.has(17)) process.vpgid = event.number(17);
  if (event.has(18)) process.loginuid = event.number(18);
  process.exeFlags = event.number(19);
  if (event.has(22)) process.caps = [event.big(20), event.big(21), event.big(22)];
  [process.exeIno, process.exeCtime, process.exeMtime] = [event.big(23), event.big(24), event.big(25)];
  if (event.has(26)) process.uid = event.number(26);
  // A bare command was looked for in $PATH: nobody told where it was found.
  const named = given || (process.exe.includes('/') ? process.exe : '');
  process.exepath = event.text(27) || (named === '' ? '' : joined(process.cwd, named));
  if (event.has(28)) process.pgid = event.number(28);
  if (event.has(29)) process.gid = event.number(29);
}

function writeImage(
  scene: Scene,
  process: RecordedProcess,
  given: string,
  head: ReturnType<Scene['head']>,
): number {
  const { exeFlags } = process;
  const memfd = (exeFlags & EXE_MEMFD) !== 0;
  const overlay = exeFlags & (EXE_UPPER | EXE_LOWER);
  const flags =
    (overlay === 0 ? 0 : abi.FLAG_OVERLAY) |
    ((exeFlags & EXE_UPPER) === 0 ? 0 : abi.FLAG_OVERLAY_UPPER) |
    ((exeFlags & EXE_WRITABLE) === 0 ? abi.FLAG_EXE_READONLY : 0);
  const exe = memfd ? `/memfd:${process.exepath.replace(/^\/?memfd:/, '')}` : process.exepath;
  const argv = process.argv.map((arg) => `${arg}\0`).join('');
  const { writer } = scene;
  const length = writer.write(abi.LAYOUT_EXEC, { ...head, flags }, [
    exe,
    given,
    argv,
    process.cwd,
    '',
    process.cgroup,
    process.env,
  ]);
  const [inheritable, permitted, effective] = process.caps;
  writer.u64(abi.AT_EXEC_PARENT_START, BigInt(scene.processes.byPid(process.ppid)?.startNs ?? 0));
  writer.u64(abi.AT_EXEC_CAP_INHERITABLE, inheritable);
  writer.u64(abi.AT_EXEC_CAP_PERMITTED, permitted);
  writer.u64(abi.AT_EXEC_CAP_EFFECTIVE, effective);
  writer.u64(abi.AT_EXEC_EXE_INO, process.exeIno);
  writer.u64(abi.AT_EXEC_EXE_CTIME, process.exeCtime);
  writer.u64(abi.AT_EXEC_EXE_MTIME, process.exeMtime);
  writer.u32(abi.AT_EXEC_EXE_MODE, 0o100777);
  writer.u32(abi.AT_EXEC_EXE_NLINK, memfd ? 0 : 1);
  writer.u32(abi.AT_EXEC_PPID, process.ppid);
  writer.u32(abi.AT_EXEC_SID, process.sid);
  writer.u32(abi.AT_EXEC_PGID, process.pgid);
  writer.u32(abi.AT_EXEC_VPID, process.vpid);
  writer.u32(abi.AT_EXEC_VPGID, process.vpgid);
  writer.u32(abi.AT_EXEC_TTY, process.tty);
  writer.u32(abi.AT_EXEC_LOGINUID, process.loginuid);
  writer.u32(abi.AT_EXEC_UID, process.uid);
  writer.u32(abi.AT_EXEC_GID, process.gid);
  return length;
}

/**
 * A call of clone ends twice, in the parent and in the child; whichever the file has first tells of the child.
 * @returns 0: the other one told already, or it made nothing that a record could tell
 */
export function takeClone(scene: Scene, event: RecordedEvent): number {
  const type = typeOf(CLONES.get(event.type)!);
  const result = event.number(0);
  const flags = cloneFlags(event.number(15));
  if (result < 0) return 0;
  const inParent = result > 0;
  // In a pid namespace the parent is told another number than the child's own.
  if (inParent && event.number(18) !== event.number(3)) return 0;
  const child = inParent ? result : event.number(3);
  const parentTid = inParent ? event.tid : event.number(5);
  const parentPid = scene.processes.pidOf(parentTid);
  const parent = scene.processes.byPid(parentPid);
  if ((flags & CLONE_THREAD) !== 0) {
    scene.processes.addThread(child, inParent ? parentPid : event.number(4));
    return inParent ? writeFork(scene, event, parentTid, type, child, flags, parent) : 0;
  }
  if (scene.processes.byPid(child) !== null) {
    if (!inParent) describeChild(event, scene.processes.byPid(child)!);
    return 0;
  }
  const made = copyOf(parent, child, scene.tsNs(event), parentPid, (flags & CLONE_FILES) !== 0);
  if (parent === null || !inParent) describeChild(event, made);
  scene.processes.put(made);
  return parent === null
    ? writeTask(scene, made)
    : writeFork(scene, event, parentTid, type, child, flags, made);
}

function copyOf(
  parent: RecordedProcess | null,
  pid: number,
  startNs: number,
  ppid: number,
  sharesFiles: boolean,
): RecordedProcess {
  if (parent === null) return { ...blankProcess(pid, startNs), ppid };
  const fds = sharesFiles ? parent.fds : new Map(parent.fds);
  return { ...parent, pid, startNs, ppid, vpid: pid, fds };
}

/** What the child's own event tells of it. */
function describeChild(event: RecordedEvent, child: RecordedProcess): void {
  child.exe = event.text(1) || child.exe;
  child.argv = [child.exe, ...textsOf(event.bytes(2))];
  child.cwd = withoutSlash(event.text(6)) || child.cwd;
  child.comm = event.text(13) || child.comm;
  child.cgroup = cgroupOf(event.bytes(14)) || child.cgroup;
  child.uid = event.number(16);
  child.gid = event.number(17);
  child.vpid = event.number(19) || child.pid;
}

function writeFork(
  scene: Scene,
  event: RecordedEvent,
  tid: number,
  type: number,
  child: number,
  flags: number,
  made: RecordedProcess | null,
): number {
  const { writer, processes } = scene;
  const pid = processes.pidOf(tid);
  const process = processes.byPid(pid);
  const thread = (flags & CLONE_THREAD) !== 0;
  const head = { ...scene.head(event, type, child, thread ? abi.FLAG_THREAD : 0), tid, pid, process };
  const length = writer.write(abi.LAYOUT_FORK, head, []);
  writer.u64(abi.AT_FORK_CHILD_START, BigInt(made?.startNs ?? 0));
  writer.u64(abi.AT_FORK_CHILD_CGROUP_ID, BigInt(processes.cgroupId(made?.cgroup ?? '')));
  writer.u64(abi.AT_FORK_CLONE_FLAGS, BigInt(flags));
  writer.u32(abi.AT_FORK_CHILD_PID, thread ? pid : child);
  writer.u32(abi.AT_FORK_CHILD_TID, child);
  writer.u32(abi.AT_FORK_CHILD_VPID, made?.vpid ?? child);
  writer.u32(abi.AT_FORK_CHILD_VTID, made?.vpid ?? child);
  writer.u32(abi.AT_FORK_CHILD_VPGID, made?.vpgid ?? 0);
  return length;
}

/** The end of a thread; that of the first one stands for the process. */
export function takeEnd(scene: Scene, event: RecordedEvent): number {
  const { writer, processes } = scene;
  const last = processes.pidOf(event.tid) === event.tid;
  const flags = last ? abi.FLAG_GROUP_DEAD : abi.FLAG_THREAD;
  const length = writer.write(abi.LAYOUT_EXIT, scene.head(event, abi.TYPE_PROCEXIT, 0, flags), []);
  writer.u32(abi.AT_EXIT_STATUS, event.number(0));
  writer.u32(abi.AT_EXIT_REAPER, event.has(4) ? Math.max(0, event.number(4)) : 0);
  if (last) processes.end(event.tid);
  else processes.endThread(event.tid);
  return length;
}
