import { EMPTY, type Interned } from '../base/interning.ts';

/** The kernel's mark for an audit login uid that was never set. */
export const LOGINUID_UNSET = 0xffffffff;

/** What is known of a process image; exec replaces all of it at once. Times in ns since boot, ids as the host sees them. */
export interface ImageFacts {
  /** argv[0] as the program was given it (Falco's proc.exe). */
  exe: Interned;
  /** Path of the executable as the kernel resolved it. */
  exepath: Interned;
  /** Arguments after argv[0], joined by blanks (Falco's proc.args). */
  args: Interned;
  /** All arguments, argv[0] first. */
  argv: readonly string[];
  cwd: Interned;
  /** Inode times in ns since the epoch; 0 when unknown. */
  exeIno: bigint;
  exeCtime: bigint;
  exeMtime: bigint;
  /** The executable has no name any more or never had one (memfd). */
  exeUnlinked: boolean;
  exeFromMemfd: boolean;
}

/** Identity and relations that survive exec. */
export interface TaskFacts {
  pid: number;
  /** Start of the thread-group leader, ns since boot: with pid the key of a process. */
  startNs: number;
  ppid: number;
  /** Start of the parent, ns since boot; 0 when not told. */
  parentStartNs: number;
  comm: Interned;
  sid: number;
  pgid: number;
  vpid: number;
  /** Kernel device number of the controlling terminal, 0 for none. */
  tty: number;
  /** Audit login uid, or LOGINUID_UNSET. */
  loginuid: number;
  uid: number;
  gid: number;
  cgroup: bigint;
}

/**
 * One process (thread group). Objects are shared: an alert in flight or a child may hold one after its
 * end, so facts stay readable; `ended` tells.
 */
export class Process {
  readonly pid: number;
  readonly startNs: number;
  ppid: number;
  parent: Process | null = null;
  comm: Interned;
  sid: number;
  pgid: number;
  vpid: number;
  tty: number;
  loginuid: number;
  uid: number;
  gid: number;
  cgroup: bigint;
  exe: Interned = EMPTY;
  exepath: Interned = EMPTY;
  args: Interned = EMPTY;
  argv: readonly string[] = [];
  cwd: Interned = EMPTY;
  exeIno = 0n;
  exeCtime = 0n;
  exeMtime = 0n;
  exeUnlinked = false;
  exeFromMemfd = false;
  ended = false;
  /** `comm args`, made when first asked for and dropped when comm or args change. */
  cmdline: Interned | null = null;

  constructor(facts: TaskFacts) {
    this.pid = facts.pid;
    this.startNs = facts.startNs;
    this.ppid = facts.ppid;
    this.comm = facts.comm;
    this.sid = facts.sid;
    this.pgid = facts.pgid;
    this.vpid = facts.vpid;
    this.tty = facts.tty;
    this.loginuid = facts.loginuid;
    this.uid = facts.uid;
    this.gid = facts.gid;
    this.cgroup = facts.cgroup;
  }

  /** A new program in the same process. */
  setImage(image: ImageFacts): void {
    this.exe = image.exe;
    this.exepath = image.exepath;
    this.args = image.args;
    this.argv = image.argv;
    this.cwd = image.cwd;
    this.exeIno = image.exeIno;
    this.exeCtime = image.exeCtime;
    this.exeMtime = image.exeMtime;
    this.exeUnlinked = image.exeUnlinked;
    this.exeFromMemfd = image.exeFromMemfd;
    this.cmdline = null;
  }

  setTask(facts: TaskFacts): void {
    this.ppid = facts.ppid;
    this.comm = facts.comm;
    this.sid = facts.sid;
    this.pgid = facts.pgid;
    this.vpid = facts.vpid;
    this.tty = facts.tty;
    this.loginuid = facts.loginuid;
    this.uid = facts.uid;
    this.gid = facts.gid;
    this.cgroup = facts.cgroup;
    this.cmdline = null;
  }

  /** A child starts as a copy of its parent's image. */
  inheritImage(from: Process): void {
    this.setImage(from);
  }
}
