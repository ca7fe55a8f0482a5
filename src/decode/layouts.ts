/**
 * One class per layout of bpf/abi/event.h: the same names, read when asked. Ids are those of the initial
 * namespaces unless the name says otherwise.
 */
import type { Interned } from '../base/interning.ts';
import * as r from '../schema/record.generated.ts';
import type { Cursor } from './cursor.ts';

export class Fields {
  protected readonly c: Cursor;
  constructor(cursor: Cursor) {
    this.c = cursor;
  }
}

const OPEN_NAME_AT = r.AT_OPEN_STR + r.OPEN_NAME * r.SIZE_STR;
const OPEN_PATH_AT = r.AT_OPEN_STR + r.OPEN_PATH * r.SIZE_STR;
const OPEN_BASE_AT = r.AT_OPEN_STR + r.OPEN_BASE * r.SIZE_STR;

export class OpenFields extends Fields {
  /** -100 (AT_FDCWD) for open and creat. */
  get dirfd(): number {
    return this.c.i32(r.AT_OPEN_DIRFD);
  }
  /** O_* bits as this machine's kernel defines them. */
  get openFlags(): number {
    return this.c.u32(r.AT_OPEN_OPEN_FLAGS);
  }
  /** Permission bits asked for. */
  get mode(): number {
    return this.c.u32(r.AT_OPEN_MODE);
  }
  /** RESOLVE_* bits of openat2. */
  get resolve(): number {
    return this.c.u64(r.AT_OPEN_RESOLVE);
  }
  /** st_dev of the opened file, 0 when the open failed; so are the next three. */
  get dev(): number {
    return this.c.u32(r.AT_OPEN_DEV);
  }
  get ino(): bigint {
    return this.c.big(r.AT_OPEN_INO);
  }
  get fileMode(): number {
    return this.c.u32(r.AT_OPEN_FILE_MODE);
  }
  get nlink(): number {
    return this.c.u32(r.AT_OPEN_NLINK);
  }
  /** As the caller wrote it. */
  get name(): Interned {
    return this.c.text(OPEN_NAME_AT);
  }
  get nameFlags(): number {
    return this.c.textFlags(OPEN_NAME_AT);
  }
  /** As the kernel resolved it, seen from the process's root; empty when the open failed. */
  get path(): Interned {
    return this.c.text(OPEN_PATH_AT);
  }
  get pathFlags(): number {
    return this.c.textFlags(OPEN_PATH_AT);
  }
  /** Directory that a relative name starts from; empty for an absolute name. */
  get base(): Interned {
    return this.c.text(OPEN_BASE_AT);
  }
  get baseFlags(): number {
    return this.c.textFlags(OPEN_BASE_AT);
  }
}

const execString = (index: number): number => r.AT_EXEC_STR + index * r.SIZE_STR;
const EXE_AT = execString(r.EXEC_EXE);
const FILENAME_AT = execString(r.EXEC_FILENAME);
const ARGV_AT = execString(r.EXEC_ARGV);
const CWD_AT = execString(r.EXEC_CWD);
const TTY_NAME_AT = execString(r.EXEC_TTY);
const CGROUP_AT = execString(r.EXEC_CGROUP);
const ENV_AT = execString(r.EXEC_ENV);

/** A process after exec, or (type task) as it was found. */
export class ExecFields extends Fields {
  /** ns since boot. */
  get parentStartNs(): number {
    return this.c.u64(r.AT_EXEC_PARENT_START);
  }
  get capPermitted(): bigint {
    return this.c.big(r.AT_EXEC_CAP_PERMITTED);
  }
  get capEffective(): bigint {
    return this.c.big(r.AT_EXEC_CAP_EFFECTIVE);
  }
  get capInheritable(): bigint {
    return this.c.big(r.AT_EXEC_CAP_INHERITABLE);
  }
  get exeIno(): bigint {
    return this.c.big(r.AT_EXEC_EXE_INO);
  }
  /** ns since the Epoch. */
  get exeCtime(): bigint {
    return this.c.big(r.AT_EXEC_EXE_CTIME);
  }
  get exeMtime(): bigint {
    return this.c.big(r.AT_EXEC_EXE_MTIME);
  }
  get exeDev(): number {
    return this.c.u32(r.AT_EXEC_EXE_DEV);
  }
  get exeMode(): number {
    return this.c.u32(r.AT_EXEC_EXE_MODE);
  }
  /** 0: removed, or never had a name (memfd). */
  get exeNlink(): number {
    return this.c.u32(r.AT_EXEC_EXE_NLINK);
  }
  get exeUid(): number {
    return this.c.u32(r.AT_EXEC_EXE_UID);
  }
  get exeGid(): number {
    return this.c.u32(r.AT_EXEC_EXE_GID);
  }
  get ppid(): number {
    return this.c.u32(r.AT_EXEC_PPID);
  }
  get sid(): number {
    return this.c.u32(r.AT_EXEC_SID);
  }
  get pgid(): number {
    return this.c.u32(r.AT_EXEC_PGID);
  }
  /** In the innermost pid namespace. */
  get vpid(): number {
    return this.c.u32(r.AT_EXEC_VPID);
  }
  get vpgid(): number {
    return this.c.u32(r.AT_EXEC_VPGID);
  }
  get vsid(): number {
    return this.c.u32(r.AT_EXEC_VSID);
  }
  /** tty_nr of /proc/PID/stat, 0 without a terminal. */
  get tty(): number {
    return this.c.u32(r.AT_EXEC_TTY);
  }
  /** 4294967295 when not set. */
  get loginuid(): number {
    return this.c.u32(r.AT_EXEC_LOGINUID);
  }
  /** Real ids; the effective ones are in the header. */
  get uid(): number {
    return this.c.u32(r.AT_EXEC_UID);
  }
  get gid(): number {
    return this.c.u32(r.AT_EXEC_GID);
  }
  get suid(): number {
    return this.c.u32(r.AT_EXEC_SUID);
  }
  get sgid(): number {
    return this.c.u32(r.AT_EXEC_SGID);
  }
  /** Inode numbers of the namespaces. */
  get mntNs(): number {
    return this.c.u32(r.AT_EXEC_MNT_NS);
  }
  get pidNs(): number {
    return this.c.u32(r.AT_EXEC_PID_NS);
  }
  get netNs(): number {
    return this.c.u32(r.AT_EXEC_NET_NS);
  }
  get userNs(): number {
    return this.c.u32(r.AT_EXEC_USER_NS);
  }
  /** The user namespace that owns mntNs. */
  get mntUserNs(): number {
    return this.c.u32(r.AT_EXEC_MNT_USER_NS);
  }
  get exe(): Interned {
    return this.c.text(EXE_AT);
  }
  get exeFlags(): number {
    return this.c.textFlags(EXE_AT);
  }
  /** As given to execve; empty for type task. */
  get filename(): Interned {
    return this.c.text(FILENAME_AT);
  }
  /** argv as one string per argument; the first 4096 bytes of it. Empty for type task. */
  args(): string[] {
    const all = this.c.latin1(ARGV_AT);
    if (all === '') return [];
    return (all.endsWith('\0') ? all.slice(0, -1) : all).split('\0');
  }
  get argvFlags(): number {
    return this.c.textFlags(ARGV_AT);
  }
  get cwd(): Interned {
    return this.c.text(CWD_AT);
  }
  get cwdFlags(): number {
    return this.c.textFlags(CWD_AT);
  }
  /** `pts0`, `tty1`; empty without a terminal. */
  get ttyName(): Interned {
    return this.c.text(TTY_NAME_AT);
  }
  /** Path below the cgroup v2 root, from / on. */
  get cgroup(): Interned {
    return this.c.text(CGROUP_AT);
  }
  /** `NAME=value`, each ended by a zero byte; null when the record does not carry it. Cut by 4096 bytes or less. */
  get env(): string | null {
    const env = this.c.latin1(ENV_AT);
    return env === '' ? null : env;
  }
}

const FAILED_NAME_AT = r.AT_EXEC_FAILED_STR + r.EXEC_FAILED_FILENAME * r.SIZE_STR;
const FAILED_BASE_AT = r.AT_EXEC_FAILED_STR + r.EXEC_FAILED_BASE * r.SIZE_STR;

export class ExecFailedFields extends Fields {
  get dirfd(): number {
    return this.c.i32(r.AT_EXEC_FAILED_DIRFD);
  }
  /** AT_* bits of execveat. */
  get atFlags(): number {
    return this.c.u32(r.AT_EXEC_FAILED_AT_FLAGS);
  }
  get filename(): Interned {
    return this.c.text(FAILED_NAME_AT);
  }
  get filenameFlags(): number {
    return this.c.textFlags(FAILED_NAME_AT);
  }
  /** Directory that a relative filename starts from; empty for an absolute one. */
  get base(): Interned {
    return this.c.text(FAILED_BASE_AT);
  }
}

/** The header describes the parent; `ret` is the child's id as the parent sees it. */
export class ForkFields extends Fields {
  get childStartNs(): number {
    return this.c.u64(r.AT_FORK_CHILD_START);
  }
  get childCgroupId(): bigint {
    return this.c.big(r.AT_FORK_CHILD_CGROUP_ID);
  }
  /** CLONE_* bits; 0 for fork and vfork. */
  get cloneFlags(): number {
    return this.c.u64(r.AT_FORK_CLONE_FLAGS);
  }
  get childPid(): number {
    return this.c.u32(r.AT_FORK_CHILD_PID);
  }
  get childTid(): number {
    return this.c.u32(r.AT_FORK_CHILD_TID);
  }
  get childVpid(): number {
    return this.c.u32(r.AT_FORK_CHILD_VPID);
  }
  get childVtid(): number {
    return this.c.u32(r.AT_FORK_CHILD_VTID);
  }
  /** Inode number of the child's pid namespace. */
  get childPidNs(): number {
    return this.c.u32(r.AT_FORK_CHILD_PID_NS);
  }
  /** The child's process group as its namespace numbers it; 0 when it comes from outside. */
  get childVpgid(): number {
    return this.c.u32(r.AT_FORK_CHILD_VPGID);
  }
}

/** What happens to a thread without a call of it; which numbers a type has: struct saker_moment. */
export class MomentFields extends Fields {
  arg(index: number): bigint {
    return this.c.big(r.AT_MOMENT_ARGS + index * 8);
  }
  int(index: number): number {
    return this.c.i32(r.AT_MOMENT_ARGS + index * 8);
  }
  uint(index: number): number {
    return this.c.u32(r.AT_MOMENT_ARGS + index * 8);
  }
  /** switch: ns since the one before on this processor; 0 when there was none. */
  get sliceNs(): number {
    return this.c.u64(r.AT_MOMENT_SLICE);
  }
  /** switch: processor time of the thread in ns. */
  get cpuNs(): number {
    return this.c.u64(r.AT_MOMENT_CPU_TIME);
  }
}

export class ExitFields extends Fields {
  /** Wait status: exit code << 8, or signal, with 0x80 for a core dump. */
  get status(): number {
    return this.c.u32(r.AT_EXIT_STATUS);
  }
  /** Process that inherits the children; 0 when there are none. */
  get reaperPid(): number {
    return this.c.u32(r.AT_EXIT_REAPER);
  }
}
