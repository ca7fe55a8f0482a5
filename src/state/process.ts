import { EMPTY, Interned } from '../base/interning.ts';
import { Environment } from './environment.ts';

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
  /** Device of its file system, as st_dev in 32-bit form. */
  exeDev: number;
  /** Mount namespace in which exepath leads to it; 0 when not told. */
  mntNs: number;
  /** User namespace whose root may mount in it; 0 when not told. */
  mntUserNs: number;
  exeCtime: bigint;
  exeMtime: bigint;
  /** st_mode and owner of the executable; mode 0 when unknown. */
  exeMode: number;
  exeUid: number;
  exeGid: number;
  /** It lies on a read-only file system or is immutable. */
  exeReadonly: boolean;
  /** User namespace of the process at exec; 0 when not told. */
  userNs: number;
  /** Where on overlayfs the executable lies; null on another file system. */
  exeLayer: 'upper' | 'lower' | null;
  /** The executable has no name any more or never had one (memfd). */
  exeUnlinked: boolean;
  exeFromMemfd: boolean;
  /** Filled when it becomes known. */
  environment: Environment;
}

/** Capability sets, a bit per capability as in capabilities(7). Never changed: a process gets others. */
export interface Capabilities {
  readonly permitted: bigint;
  readonly effective: bigint;
  readonly inheritable: bigint;
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
  /** Process group as the innermost pid namespace numbers it; 0 when its leader is outside. */
  vpgid: number;
  /** Inode number of the pid namespace, 0 when not told. */
  pidNs: number;
  /** Null when not told. */
  caps: Capabilities | null;
  /** Kernel device number of the controlling terminal, 0 for none. */
  tty: number;
  /** Audit login uid, or LOGINUID_UNSET. */
  loginuid: number;
  uid: number;
  gid: number;
  cgroup: bigint;
}

/** Where a process is: one object for all that share it (clone(2) with CLONE_FS), as struct fs_struct in the kernel. */
interface Place {
  cwd: Interned;
}

/** Longest text, and most arguments one by one, that are kept of an ended process. */
const ENDED_TEXT = 256;
const ENDED_ARGUMENTS = 8;

/** Ancestors that a copy has copies of; those above seldom change. */
const MAX_COPIED = 16;

/** A copy: a slice would hold on to the whole. */
function shortened(text: Interned): Interned {
  return text.text.length <= ENDED_TEXT
    ? text
    : new Interned(Buffer.from(text.text.slice(0, ENDED_TEXT), 'latin1').toString('latin1'));
}

const NO_IMAGE: ImageFacts = {
  exe: EMPTY,
  exepath: EMPTY,
  args: EMPTY,
  argv: [],
  cwd: EMPTY,
  exeIno: 0n,
  exeDev: 0,
  mntNs: 0,
  mntUserNs: 0,
  exeCtime: 0n,
  exeMtime: 0n,
  exeMode: 0,
  exeUid: 0,
  exeGid: 0,
  exeReadonly: false,
  userNs: 0,
  exeLayer: null,
  exeUnlinked: false,
  exeFromMemfd: false,
  // Shared by all: never to be filled.
  environment: new Environment(null),
};

/**
 * One process (thread group). Objects are shared: an alert in flight or a child may hold one after its
 * end, so facts stay readable; `ended` tells.
 */
export class Process {
  readonly pid: number;
  readonly startNs: number;
  /** Of a copy: the process that goes on living. */
  origin: Process = this;
  /** Who inherited its children when it ended; null while it lives, and when that is not known. */
  heir: Process | null = null;
  /** A thread other than the first changed its capabilities: threads may differ from one another. */
  threadsDiffer = false;
  /** A thread other than the first went where the others are not: each may be somewhere else. */
  threadsApart = false;
  #ppid: number;
  #parent: Process | null = null;
  comm: Interned;
  sid: number;
  pgid: number;
  vpid: number;
  vpgid: number;
  pidNs: number;
  caps: Capabilities | null;
  /** They hold until this event, ns since boot; later ones ask /proc. */
  capsUntilNs = Number.POSITIVE_INFINITY;
  tty: number;
  loginuid: number;
  uid: number;
  gid: number;
  cgroup: bigint;
  /** The program it runs, one object for a process and the children it forked since exec; replaced, never changed. */
  image: ImageFacts = NO_IMAGE;
  #place: Place = { cwd: EMPTY };
  ended = false;
  /** `comm args`, made when first asked for and dropped when comm or args change. */
  cmdline: Interned | null = null;

  constructor(facts: Omit<TaskFacts, 'parentStartNs'>) {
    this.pid = facts.pid;
    this.startNs = facts.startNs;
    this.#ppid = facts.ppid;
    this.comm = facts.comm;
    this.sid = facts.sid;
    this.pgid = facts.pgid;
    this.vpid = facts.vpid;
    this.vpgid = facts.vpgid;
    this.pidNs = facts.pidNs;
    this.caps = facts.caps;
    this.tty = facts.tty;
    this.loginuid = facts.loginuid;
    this.uid = facts.uid;
    this.gid = facts.gid;
    this.cgroup = facts.cgroup;
  }

  /** The parent; when it ended, whoever inherited this process, as in the kernel. */
  get parent(): Process | null {
    let parent = this.#parent;
    if (parent === null || parent.heir === null) return parent;
    while (parent.heir !== null) parent = parent.heir;
    this.#parent = parent;
    this.#ppid = parent.pid;
    return parent;
  }
  set parent(parent: Process | null) {
    this.#parent = parent;
  }

  get ppid(): number {
    // Looks whether somebody inherited it.
    this.parent;
    return this.#ppid;
  }
  set ppid(ppid: number) {
    this.#ppid = ppid;
  }

  get exe(): Interned {
    return this.image.exe;
  }
  get exepath(): Interned {
    return this.image.exepath;
  }
  get args(): Interned {
    return this.image.args;
  }
  get argv(): readonly string[] {
    return this.image.argv;
  }

  /** Current directory of the first thread, and of those that share it. */
  get cwd(): Interned {
    return this.#place.cwd;
  }
  set cwd(cwd: Interned) {
    this.#place.cwd = cwd;
  }
  /** What this process does from now on does not move others. */
  leavePlace(): void {
    this.#place = { cwd: this.cwd };
  }

  /** A new program in the same process. */
  setImage(image: ImageFacts): void {
    this.image = image;
    this.cwd = image.cwd;
    this.cmdline = null;
  }

  setTask(facts: TaskFacts): void {
    this.threadsDiffer = false;
    this.threadsApart = false;
    this.ppid = facts.ppid;
    this.comm = facts.comm;
    this.sid = facts.sid;
    this.pgid = facts.pgid;
    this.vpid = facts.vpid;
    this.vpgid = facts.vpgid;
    this.pidNs = facts.pidNs;
    this.caps = facts.caps;
    this.capsUntilNs = Number.POSITIVE_INFINITY;
    this.tty = facts.tty;
    this.loginuid = facts.loginuid;
    this.uid = facts.uid;
    this.gid = facts.gid;
    this.cgroup = facts.cgroup;
    this.cmdline = null;
  }

  /** As it and its ancestors are now, whatever becomes of them: for an event that is looked at later. */
  copy(levels = MAX_COPIED): Process {
    const made = new Process(this);
    made.origin = this.origin;
    made.capsUntilNs = this.capsUntilNs;
    made.threadsDiffer = this.threadsDiffer;
    made.threadsApart = this.threadsApart;
    made.image = this.image;
    made.cwd = this.cwd;
    made.cmdline = this.cmdline;
    made.ended = this.ended;
    const { parent } = this;
    made.parent = parent === null || levels === 0 ? parent : parent.copy(levels - 1);
    return made;
  }

  /**
   * The process is gone; as an ancestor it may be kept for long, so its long texts go: somebody could otherwise fill
   * the memory with ended processes behind a few living ones.
   */
  end(): void {
    this.ended = true;
    this.cmdline = null;
    const { args, argv } = this.image;
    if (args.text.length > ENDED_TEXT || argv.length > ENDED_ARGUMENTS)
      this.image = { ...this.image, argv: [], args: shortened(args) };
    this.#place = { cwd: shortened(this.cwd) };
  }

  /** A child starts with its parent's image and directory; @param sharesPlace CLONE_FS: what one of both does moves both */
  inheritImage(from: Process, sharesPlace = false): void {
    this.image = from.image;
    this.#place = sharesPlace ? from.#place : { cwd: from.cwd };
    this.cmdline = null;
  }

  /** The thread-group leader took another name: prctl(PR_SET_NAME), a write to /proc/PID/comm. */
  rename(comm: Interned): void {
    if (comm === this.comm || comm.text === this.comm.text) return;
    this.comm = comm;
    this.cmdline = null;
  }
}
