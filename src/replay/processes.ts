import type { SocketFacts } from './sockets.ts';

/** Processes, threads and descriptors as the file told of them until now. */

/** As fd.type names kinds; `unknown` for what the file does not name. */
export type PlainKind =
  | 'file'
  | 'directory'
  | 'pipe'
  | 'event'
  | 'signalfd'
  | 'eventpoll'
  | 'inotify'
  | 'timerfd'
  | 'netlink'
  | 'bpf'
  | 'userfaultfd'
  | 'io_uring'
  | 'memfd'
  | 'pidfd'
  | 'unknown';

export type Descriptor =
  | { readonly kind: PlainKind; readonly name: string; readonly ino: bigint; readonly dev: number }
  | {
      readonly kind: 'socket';
      /** SOCK_*, IPPROTO_*. */
      readonly type: number;
      readonly protocol: number;
      readonly ino: bigint;
      readonly ends: SocketFacts;
      /** It came from accept(2), or waits for callers. */
      readonly serves: boolean;
    };

export interface RecordedProcess {
  readonly pid: number;
  /** ns since the base of the recording; 0 for those that were there before. */
  readonly startNs: number;
  ppid: number;
  comm: string;
  exe: string;
  exepath: string;
  /** argv[0] first. */
  argv: readonly string[];
  env: string;
  cwd: string;
  uid: number;
  gid: number;
  sid: number;
  vpid: number;
  pgid: number;
  vpgid: number;
  tty: number;
  loginuid: number;
  caps: readonly [inheritable: bigint, permitted: bigint, effective: bigint];
  cgroup: string;
  exeIno: bigint;
  exeCtime: bigint;
  exeMtime: bigint;
  /** PPM_EXE_*. */
  exeFlags: number;
  /** Several processes may share one table (CLONE_FILES). */
  fds: Map<number, Descriptor>;
}

/** More than a machine has; a file that tells of more loses the oldest. */
const MAX_PROCESSES = 1 << 17;
const MAX_THREADS = 1 << 18;
const MAX_DESCRIPTORS = 1 << 16;

export class Processes {
  readonly #byPid = new Map<number, RecordedProcess>();
  /** Thread → process, other than the first threads. */
  readonly #threads = new Map<number, number>();
  readonly #cgroups = new Map<string, number>();

  get size(): number {
    return this.#byPid.size;
  }

  pids(): Set<number> {
    return new Set(this.#byPid.keys());
  }

  byPid(pid: number): RecordedProcess | null {
    return this.#byPid.get(pid) ?? null;
  }

  pidOf(tid: number): number {
    return this.#threads.get(tid) ?? tid;
  }

  byTid(tid: number): RecordedProcess | null {
    return this.byPid(this.pidOf(tid));
  }

  put(process: RecordedProcess): void {
    this.#byPid.delete(process.pid);
    this.#byPid.set(process.pid, process);
    if (this.#byPid.size > MAX_PROCESSES) this.#byPid.delete(this.#byPid.keys().next().value!);
  }

  addThread(tid: number, pid: number): void {
    if (tid === pid) return;
    this.#threads.set(tid, pid);
    if (this.#threads.size > MAX_THREADS) this.#threads.delete(this.#threads.keys().next().value!);
  }

  endThread(tid: number): void {
    this.#threads.delete(tid);
  }

  end(pid: number): void {
    this.#byPid.delete(pid);
  }

  setDescriptor(process: RecordedProcess, fd: number, descriptor: Descriptor): void {
    if (process.fds.size < MAX_DESCRIPTORS || process.fds.has(fd)) process.fds.set(fd, descriptor);
  }

  /** A number that stands for a cgroup's path, as its inode does on a live machine; 0 for none. */
  cgroupId(path: string): number {
    if (path === '') return 0;
    let id = this.#cgroups.get(path);
    if (id === undefined) {
      id = this.#cgroups.size + 1;
      if (this.#cgroups.size < MAX_PROCESSES) this.#cgroups.set(path, id);
    }
    return id;
  }
}

/** A path that names a container has its id, of 64 hexadecimal digits. */
const CONTAINER = /[0-9a-f]{64}/;

/** `controller=path`, each ended by a zero byte → the path that tells most; '' when there is none. */
export function cgroupOf(bytes: Buffer): string {
  const paths = bytes
    .toString('latin1')
    .split('\0')
    .filter((entry) => entry.includes('='))
    .map((entry) => entry.slice(entry.indexOf('=') + 1));
  return paths.find((path) => CONTAINER.test(path)) ?? paths.sort((a, b) => b.length - a.length)[0] ?? '';
}

/** Texts, each ended by a zero byte. */
export function textsOf(bytes: Buffer): string[] {
  const texts = bytes.toString('latin1').split('\0');
  if (texts.at(-1) === '') texts.pop();
  return texts;
}
