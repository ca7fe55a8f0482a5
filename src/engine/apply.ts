import { EMPTY, Interned } from '../base/interning.ts';
import type { RecordView } from '../decode/index.ts';
import * as abi from '../schema/record.generated.ts';
import type { ImageFacts, Process, ProcessTable, TaskFacts } from '../state/index.ts';

/**
 * Record → process state. Facts of a process cross here from bytes to objects; nothing else in the engine
 * allocates per process event.
 */

const str = (base: number, index: number): number => base + abi.SIZE_STR * index;

/** clone(2): the child gets its creator's parent as parent. */
const CLONE_PARENT = 0x8000;

/**
 * Brings the table up to date with the record the view stands on and returns the event's process.
 *
 * @param readArgv /proc/PID/cmdline as byte text: the kernel side cannot read the arguments of another process
 */
export function applyRecord(
  table: ProcessTable,
  record: RecordView,
  readArgv: (pid: number) => string,
): Process | null {
  switch (record.layout) {
    case abi.LAYOUT_EXEC:
      return record.type === abi.TYPE_TASK
        ? applyTask(table, record)
        : table.exec(taskOf(record), imageOf(record));
    case abi.LAYOUT_FORK:
      return applyFork(table, record);
    case abi.LAYOUT_EXIT: {
      const process = table.peek(record.pid, record.startNs);
      if ((record.flags & abi.FLAG_GROUP_DEAD) !== 0) table.exit(record.pid, record.startNs);
      return process;
    }
    default:
      return table.get(record.pid, record.startNs, record.tsNs);
  }
}

/** A process that lived before the agent. One that the live events already brought is newer than the iterator's. */
function applyTask(table: ProcessTable, record: RecordView, readArgv: (pid: number) => string): Process {
  const known = table.peek(record.pid, record.startNs);
  if (known !== null && known.exepath !== EMPTY) return known;
  const image = imageOf(record);
  const userArgvAbsent = (record.flags & (abi.FLAG_ARGV_ABSENT | abi.FLAG_KTHREAD)) === abi.FLAG_ARGV_ABSENT;
  const argv = userArgvAbsent ? argumentsOf(readArgv(record.pid)) : {};
  return table.put(taskOf(record), { ...image, ...argv });
}

/** The record describes the parent; threads change nothing. */
function applyFork(table: ProcessTable, record: RecordView): Process | null {
  const parent = table.get(record.pid, record.startNs, record.tsNs);
  if ((record.flags & abi.FLAG_THREAD) !== 0) return parent;
  // Flags above 32 bits (CLONE_CLEAR_SIGHAND and later) say nothing about relations.
  const sibling = (record.u32(abi.AT_FORK_CLONE_FLAGS) & CLONE_PARENT) !== 0;
  table.fork({
    pid: record.u32(abi.AT_FORK_CHILD_PID),
    startNs: record.u64AsNumber(abi.AT_FORK_CHILD_START),
    ppid: sibling ? (parent?.ppid ?? 0) : record.pid,
    parentStartNs: sibling ? (parent?.parent?.startNs ?? 0) : record.startNs,
    comm: record.comm,
    sid: parent?.sid ?? 0,
    pgid: parent?.pgid ?? 0,
    vpid: record.u32(abi.AT_FORK_CHILD_VPID),
    tty: parent?.tty ?? 0,
    loginuid: parent?.loginuid ?? 0xffffffff,
    uid: record.uid,
    gid: record.gid,
    cgroup: record.u64(abi.AT_FORK_CHILD_CGROUP_ID),
  });
  return parent;
}

function taskOf(record: RecordView): TaskFacts {
  return {
    pid: record.pid,
    startNs: record.startNs,
    ppid: record.u32(abi.AT_EXEC_PPID),
    parentStartNs: record.u64AsNumber(abi.AT_EXEC_PARENT_START),
    comm: record.comm,
    sid: record.u32(abi.AT_EXEC_SID),
    pgid: record.u32(abi.AT_EXEC_PGID),
    vpid: record.u32(abi.AT_EXEC_VPID),
    tty: record.u32(abi.AT_EXEC_TTY),
    loginuid: record.u32(abi.AT_EXEC_LOGINUID),
    uid: record.uid,
    gid: record.gid,
    cgroup: record.cgroupId,
  };
}

const MEMFD_PREFIX = 'memfd:';

function imageOf(record: RecordView): ImageFacts {
  const exepath = record.text(str(abi.AT_EXEC_STR, abi.EXEC_EXE));
  const argv = record.text(str(abi.AT_EXEC_STR, abi.EXEC_ARGV)).text;
  const unlinked = record.u32(abi.AT_EXEC_EXE_NLINK) === 0;
  return {
    ...argumentsOf(argv),
    exepath,
    cwd: record.text(str(abi.AT_EXEC_STR, abi.EXEC_CWD)),
    exeIno: record.u64(abi.AT_EXEC_EXE_INO),
    exeCtime: record.u64(abi.AT_EXEC_EXE_CTIME),
    exeMtime: record.u64(abi.AT_EXEC_EXE_MTIME),
    exeUnlinked: unlinked,
    exeFromMemfd: unlinked && exepath.text.replace(/^\//, '').startsWith(MEMFD_PREFIX),
  };
}

/** argv as the kernel holds it (each argument ended by a zero byte) → Falco's exe and args. */
export function argumentsOf(argv: string): Pick<ImageFacts, 'argv' | 'exe' | 'args' | 'nargs'> {
  const parts = argv.split('\0');
  if (parts.at(-1) === '') parts.pop();
  const [exe = '', ...rest] = parts;
  return { argv, exe: new Interned(exe), args: new Interned(rest.join(' ')), nargs: rest.length };
}
