import { readdirSync, readlinkSync } from 'node:fs';
import { readBounded } from './files.ts';

/**
 * One process as /proc shows it, proc(5). Texts are byte text (one character per byte): names in the kernel are
 * bytes. A part that could not be read is empty or null; a kernel thread has no exe, cwd and args.
 */
export interface ProcessFacts {
  readonly pid: number;
  /** Start of the process, clock ticks (1/100 s) since boot: with pid the identity of a process. */
  readonly startTicks: number;
  readonly comm: string;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** Kernel device number of the controlling terminal, 0 for none. */
  readonly tty: number;
  /** Effective ids; null when status could not be read. */
  readonly uid: number | null;
  readonly gid: number | null;
  /** Pid and process group in the innermost pid namespace; a group from outside of it is 0. */
  readonly vpid: number;
  readonly vpgid: number;
  /** Inode numbers of namespaces; 0 when they could not be read. */
  readonly mntNs: number;
  readonly pidNs: number;
  readonly userNs: number;
  /** Audit login uid; 4294967295 when unset. */
  readonly loginuid: number;
  readonly exe: string | null;
  readonly cwd: string | null;
  /** Argument vector, argv[0] first, cut at ARGS_BYTES. */
  readonly args: readonly string[];
}

// The kernel's record carries at most this much as well; more would only be cut later.
const ARGS_BYTES = 4096;
const ENVIRON_BYTES = 4096;
// status has some sixty lines; a large Groups line may come before nothing we read.
const STATUS_BYTES = 16 * 1024;
const LOGINUID_UNSET = 0xffffffff;

export class ProcFs {
  readonly #root: string;

  /** @param root where proc is mounted; tests give a directory of their own */
  constructor(root = '/proc') {
    this.#root = root;
  }

  /** Pids of all processes (thread groups) now. */
  pids(): number[] {
    try {
      return readdirSync(this.#root)
        .filter((name) => /^[1-9]\d{0,9}$/.test(name))
        .map(Number);
    } catch {
      return [];
    }
  }

  /** Everything about a process, or null when it is gone or was replaced by another while being read. */
  process(pid: number): ProcessFacts | null {
    const stat = this.#stat(pid);
    if (stat === null) return null;
    const status = parseStatus(this.#text(pid, 'status', STATUS_BYTES) ?? '');
    const facts: ProcessFacts = {
      pid,
      ...stat,
      uid: status.uid,
      gid: status.gid,
      vpid: status.vpid ?? pid,
      vpgid: status.vpgid ?? stat.pgid,
      mntNs: this.#namespace(pid, 'mnt'),
      pidNs: this.#namespace(pid, 'pid'),
      userNs: this.#namespace(pid, 'user'),
      loginuid: this.loginuid(pid),
      exe: this.exe(pid),
      cwd: this.#link(pid, 'cwd'),
      args: this.args(pid),
    };
    // The pid may have been reused between two reads; the start time tells.
    return this.#stat(pid)?.startTicks === stat.startTicks ? facts : null;
  }

  /** The link as the kernel shows it; null for a kernel thread and for a process that is gone. */
  exe(pid: number): string | null {
    return this.#link(pid, 'exe');
  }

  args(pid: number): string[] {
    return splitNul(this.#text(pid, 'cmdline', ARGS_BYTES) ?? '');
  }

  /** `NAME=value` pairs at exec time, cut at ENVIRON_BYTES. */
  environ(pid: number): string[] {
    return splitNul(this.#text(pid, 'environ', ENVIRON_BYTES) ?? '');
  }

  /** Start of a process in clock ticks since boot, or null when it is gone. */
  startTicks(pid: number): number | null {
    return this.#stat(pid)?.startTicks ?? null;
  }

  loginuid(pid: number): number {
    const text = this.#text(pid, 'loginuid', 16) ?? '';
    return /^\d+$/.test(text) ? Number(text) : LOGINUID_UNSET;
  }

  #namespace(pid: number, kind: 'mnt' | 'pid' | 'user'): number {
    return Number(/\[(\d+)\]$/.exec(this.#link(pid, `ns/${kind}`) ?? '')?.[1] ?? 0);
  }

  #stat(pid: number): Stat | null {
    return parseStat(this.#text(pid, 'stat', 4096) ?? '');
  }

  #text(pid: number, name: string, maxBytes: number): string | null {
    return readBounded(`${this.#root}/${pid}/${name}`, maxBytes)?.toString('latin1') ?? null;
  }

  #link(pid: number, name: string): string | null {
    try {
      return readlinkSync(`${this.#root}/${pid}/${name}`, 'buffer').toString('latin1');
    } catch {
      return null;
    }
  }
}

type Stat = Pick<ProcessFacts, 'startTicks' | 'comm' | 'ppid' | 'pgid' | 'sid' | 'tty'>;

/** comm may hold blanks, line ends and parentheses: it ends at the last `)` of the file. */
function parseStat(text: string): Stat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const rest = text.slice(close + 2).split(' ');
  const field = (n: number): number => Number(rest[n - 3]);
  const startTicks = field(22);
  if (!Number.isSafeInteger(startTicks)) return null;
  return {
    startTicks,
    comm: text.slice(open + 1, close),
    ppid: field(4),
    pgid: field(5),
    sid: field(6),
    tty: field(7),
  };
}

interface Status {
  uid: number | null;
  gid: number | null;
  vpid: number | null;
  vpgid: number | null;
}

function parseStatus(text: string): Status {
  // The Name line comes first and escapes its line ends, so no process name can forge a line here.
  const number = (pattern: RegExp): number | null => {
    const found = pattern.exec(text)?.[1];
    return found === undefined ? null : Number(found);
  };
  return {
    // real, effective, saved, file system
    uid: number(/^Uid:\t\d+\t(\d+)/m),
    gid: number(/^Gid:\t\d+\t(\d+)/m),
    vpid: number(/^NSpid:.*\t(\d+)$/m),
    vpgid: number(/^NSpgid:.*\t(\d+)$/m),
  };
}

/** NUL-terminated pieces; an empty argument in the middle counts, the end of the last one does not. */
function splitNul(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}
