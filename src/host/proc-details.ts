import { closeSync, constants, openSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { readBounded } from './files.ts';
import { type Descriptor, describeLink, SocketTables } from './proc-sockets.ts';

export type { Descriptor, InternetSocket } from './proc-sockets.ts';

/** Of /proc/PID/task/TID/status and stat, proc(5). Sizes in KiB; a kernel thread has none. */
export interface StatusFacts {
  readonly vmSize: number;
  readonly vmRss: number;
  readonly vmSwap: number;
  /** Threads of the process. */
  readonly threads: number;
  /** Thread id in the innermost pid namespace. */
  readonly vtid: number;
  readonly capPermitted: bigint;
  readonly capEffective: bigint;
  readonly capInheritable: bigint;
  /** Supplementary groups, as the host numbers them. */
  readonly groups: readonly number[];
  /** Page faults that needed no, or a disk read. */
  readonly minorFaults: number;
  readonly majorFaults: number;
}

/** Time of a thread on CPUs, ns. */
export interface CpuTimes {
  readonly userNs: number;
  readonly systemNs: number;
}

/** USER_HZ is 100 on every Linux that runs Node. */
const TICK_NS = 1e7;
const STATUS_BYTES = 16 * 1024;
const STAT_BYTES = 4096;
const LIMITS_BYTES = 4096;
// 340 lines at most, user_namespaces(7).
const MAP_BYTES = 16 * 1024;
// The same part of the environment as of the arguments is kept; more is for dumps, not for rules.
const ENVIRON_BYTES = 4096;
const CGROUP_BYTES = 16 * 1024;
// open(2); Node names it nowhere.
const O_PATH = 0o10000000;
/** What proc_pid_sessionid shows for a process outside of any session. */
const AUDIT_UNSET = 0xffffffff;
/** Descriptors whose kind is looked at; a process may hold a million. */
const MAX_DESCRIPTORS = 256;

/**
 * What of a process is read only when somebody asks. Everything is null or empty when the process is gone. All
 * texts are byte text and bounded.
 */
export class ProcDetails {
  readonly #root: string;
  readonly #sockets = new SocketTables();

  constructor(root = '/proc') {
    this.#root = root;
  }

  /** Start in clock ticks since boot: the caller's proof that the pid is still the same process. */
  startTicks(pid: number): number | null {
    const field = this.#stat(pid, pid)?.[19];
    return field === undefined ? null : Number(field);
  }

  /** `NAME=value` as given at exec, each ended by a zero byte; null when it cannot be read. */
  environ(pid: number): string | null {
    return this.#text(`${pid}/environ`, ENVIRON_BYTES);
  }

  status(pid: number, tid: number): StatusFacts | null {
    const text = this.#text(`${pid}/task/${tid}/status`, STATUS_BYTES);
    const stat = this.#stat(pid, tid);
    if (text === null || stat === null) return null;
    const number = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
    const set = (name: string): bigint =>
      BigInt(`0x${new RegExp(`^${name}:\\t([0-9a-f]{1,16})$`, 'm').exec(text)?.[1] ?? '0'}`);
    return {
      vmSize: number('VmSize'),
      vmRss: number('VmRSS'),
      vmSwap: number('VmSwap'),
      threads: number('Threads'),
      vtid: Number(/^NSpid:.*\t(\d+)$/m.exec(text)?.[1] ?? tid),
      capPermitted: set('CapPrm'),
      capEffective: set('CapEff'),
      capInheritable: set('CapInh'),
      groups: (/^Groups:\t([\d ]*)$/m.exec(text)?.[1] ?? '').split(' ').filter(Boolean).map(Number),
      minorFaults: Number(stat[7]),
      majorFaults: Number(stat[9]),
    };
  }

  /** Whether a process's user namespace knows both ids of a file, given as the host numbers them. */
  mapsIds(pid: number, uid: number, gid: number): boolean {
    return [['uid_map', uid] as const, ['gid_map', gid] as const].every(([file, id]) =>
      (this.#text(`${pid}/${file}`, MAP_BYTES) ?? '').split('\n').some((line) => {
        // user_namespaces(7): first id inside, first outside, how many
        const [, outside, count] = /^\s*\d+\s+(\d+)\s+(\d+)$/.exec(line) ?? [];
        return outside !== undefined && id >= Number(outside) && id < Number(outside) + Number(count);
      }),
    );
  }

  /** ns that a thread has run, from schedstat; null where the kernel keeps none. */
  cpuNs(pid: number, tid: number): number | null {
    const first = this.#text(`${pid}/task/${tid}/schedstat`, 128)?.split(' ')[0];
    return first === undefined || first === '' ? null : Number(first);
  }

  /** What a thread has run in its program and in the kernel, to a hundredth of a second. */
  cpuTimes(pid: number, tid: number): CpuTimes | null {
    const stat = this.#stat(pid, tid);
    return stat === null
      ? null
      : { userNs: Number(stat[11]) * TICK_NS, systemNs: Number(stat[12]) * TICK_NS };
  }

  /** Controller and path, `memory` and `/system.slice`; the unified hierarchy has an empty controller. */
  cgroups(pid: number): readonly (readonly [controller: string, path: string])[] {
    const found: [string, string][] = [];
    for (const line of (this.#text(`${pid}/cgroup`, CGROUP_BYTES) ?? '').split('\n')) {
      // proc(5): hierarchy-id:controllers:path
      const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      if (path === undefined) continue;
      for (const controller of (controllers ?? '').split(',')) found.push([controller, path]);
    }
    return found;
  }

  /** Audit session id, set at login and inherited: -1 when unset, null when the process is gone or the kernel keeps none. */
  auditSession(pid: number): number | null {
    const text = this.#text(`${pid}/sessionid`, 16);
    if (text === null || !/^\d+$/.test(text)) return null;
    return Number(text) === AUDIT_UNSET ? -1 : Number(text);
  }

  /** Current directory of a thread; null when it is gone. */
  threadDirectory(pid: number, tid: number): string | null {
    return linkOf(`${this.#root}/${pid}/task/${tid}/cwd`);
  }

  /** Soft limit of open descriptors; -1 without limit. */
  descriptorLimit(pid: number): number | null {
    const soft = /^Max open files\s+(\S+)/m.exec(this.#text(`${pid}/limits`, LIMITS_BYTES) ?? '')?.[1];
    if (soft === undefined) return null;
    return soft === 'unlimited' ? -1 : Number(soft);
  }

  /** Open descriptors: the size of the directory since kernel 6.2, counted before. */
  descriptorCount(pid: number): number | null {
    try {
      const { size } = statSync(`${this.#root}/${pid}/fd`);
      return size > 0 ? size : readdirSync(`${this.#root}/${pid}/fd`).length;
    } catch {
      return null;
    }
  }

  /** Kind and name of one descriptor; null when it is closed, or another file by now than the one that is meant. */
  descriptor(pid: number, fd: number, meant: FileMeant | null = null): Descriptor | null {
    const path = `${this.#root}/${pid}/fd/${fd}`;
    const link = linkOf(path);
    if (link === null || (meant !== null && !fits(link, meant))) return null;
    return describeLink(link, {
      isDirectory: () => isDirectory(path),
      socket: (inode) => {
        const namespace = linkOf(`${this.#root}/${pid}/ns/net`);
        return namespace === null ? null : this.#sockets.find(namespace, `${this.#root}/${pid}/net`, inode);
      },
    });
  }

  /** Kinds of the descriptors of a process by number, at most 256 of them. */
  descriptorKinds(pid: number): ReadonlyMap<number, string> {
    const kinds = new Map<number, string>();
    let fds: number[];
    try {
      fds = readdirSync(`${this.#root}/${pid}/fd`).map(Number).slice(0, MAX_DESCRIPTORS);
    } catch {
      return kinds;
    }
    for (const fd of fds) {
      const found = this.descriptor(pid, fd);
      if (found !== null) kinds.set(fd, found.type);
    }
    return kinds;
  }

  /** Fields of stat from the state on (field 3): comm may hold blanks and parentheses. */
  #stat(pid: number, tid: number): readonly string[] | null {
    const text = this.#text(`${pid}/task/${tid}/stat`, STAT_BYTES);
    const end = text?.lastIndexOf(')') ?? -1;
    return text === null || end < 0 ? null : text.slice(end + 2).split(' ');
  }

  #text(path: string, maxBytes: number): string | null {
    return readBounded(`${this.#root}/${path}`, maxBytes)?.toString('latin1') ?? null;
  }
}

/** A file as the kernel named it at an event. */
export interface FileMeant {
  readonly ino: bigint;
  /** Its path, or the end of it. */
  readonly path: string;
}

/** Numbers of descriptors are used again at once: `socket:[5]` tells the inode, `anon_inode:[eventfd]` and files their names. */
function fits(link: string, { ino, path }: FileMeant): boolean {
  const inode = /^\w+:\[(\d+)\]$/.exec(link)?.[1];
  if (inode !== undefined) return BigInt(inode) === ino;
  if (link.startsWith('anon_inode:')) return path === `/${link.slice('anon_inode:'.length)}`;
  return path !== '' && link.replace(/ \(deleted\)$/, '').endsWith(path);
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path, 'buffer').toString('latin1');
  } catch {
    return null;
  }
}

/** Asks neither the file nor its file system, which may be a FUSE server that never answers: O_PATH opens the place alone. */
function isDirectory(path: string): boolean {
  try {
    closeSync(openSync(path, O_PATH | constants.O_DIRECTORY));
    return true;
  } catch {
    return false;
  }
}
