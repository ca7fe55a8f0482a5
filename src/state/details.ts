import type { CpuTimes, Descriptor, FileMeant, ProcDetails, StatusFacts } from '../host/index.ts';
import type { Environment, Environments } from './environment.ts';
import type { ImageFacts, Process } from './process.ts';

/** Where details come from; tests give their own. */
export type DetailSource = Pick<
  ProcDetails,
  | 'startTicks'
  | 'environ'
  | 'status'
  | 'cpuNs'
  | 'cpuTimes'
  | 'mapsIds'
  | 'cgroups'
  | 'auditSession'
  | 'descriptorLimit'
  | 'descriptorCount'
  | 'descriptor'
  | 'descriptorKinds'
  | 'threadDirectory'
>;

/** Processes whose details are remembered. */
const MAX_PROCESSES = 2048;
/** Threads of a process whose share of the CPU is remembered. */
const MAX_THREADS = 256;
/** Facts that change while a process runs are read again after this time. */
const FRESH_NS = 1e9;
/** Reads begun in one second of event time; a rule that asks for memory sizes of everything must not stop the engine. */
const READS_PER_SECOND = 500;
/** /proc gives start times in hundredths of a second. */
const TICK_NS = 1e7;
const TOLERANCE_NS = 2e7;

/** What was read of one process. */
interface Entry {
  image: ImageFacts;
  /** Everything of `live` was read after this time. */
  asOfNs: number;
  live: Map<string, unknown>;
  /** By thread. */
  readonly cpu: Map<number, { atNs: number; times: CpuTimes; use: CpuUse | null }>;
}

/** Percent of one CPU. */
export interface CpuUse {
  readonly user: number;
  readonly system: number;
}

/**
 * Facts of a process that no event carries, read from /proc when a rule or an output first asks, and kept. A process that
 * ended, or whose pid is somebody else's now, has none but those already read.
 */
export class Details {
  readonly #source: DetailSource;
  readonly #environments: Environments;
  /** In the order of last use, so that the first is the one to forget. */
  readonly #entries = new Map<Process, Entry>();
  #second = 0;
  #readsLeft = READS_PER_SECOND;

  constructor(source: DetailSource, environments: Environments) {
    this.#source = source;
    this.#environments = environments;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The environment that the present image was given; null when no record carried it and it was not read in time. */
  environment(process: Process, nowNs: number): Environment | null {
    const { environment } = process.image;
    if (environment.text === undefined) {
      const read = this.#read(process, nowNs, () => this.#source.environ(process.pid));
      // Over the limit of reads, or ended: another process of the same image may ask again.
      if (read === undefined || process.ended) return null;
      if (read === null) environment.text = null;
      else this.#environments.keep(environment, read);
    }
    return environment.text === null ? null : environment;
  }

  /** Sizes, threads, capabilities and faults of a thread, at most a second old. */
  status(process: Process, tid: number, nowNs: number): StatusFacts | null {
    return this.#live(process, `status ${tid}`, nowNs, () => this.#source.status(process.pid, tid));
  }

  /** Whether the process's user namespace knows both ids; false when that cannot be told. */
  mapsIds(process: Process, uid: number, gid: number, nowNs: number): boolean {
    const read = () => this.#source.mapsIds(process.pid, uid, gid);
    return this.#live(process, `ids ${uid} ${gid}`, nowNs, read) ?? false;
  }

  cpuNs(process: Process, tid: number, nowNs: number): number | null {
    return this.#live(process, `cpu ${tid}`, nowNs, () => this.#source.cpuNs(process.pid, tid));
  }

  /** Share of one CPU that a thread took between this look and the one before, which lie a second or more apart. */
  cpuUse(process: Process, tid: number, nowNs: number): CpuUse | null {
    const { cpu } = this.#entry(process, nowNs);
    const before = cpu.get(tid);
    if (before !== undefined && nowNs - before.atNs < FRESH_NS) return before.use;
    const times = this.#read(process, nowNs, () => this.#source.cpuTimes(process.pid, tid));
    if (times === undefined || times === null) return null;
    const percent = (part: 'userNs' | 'systemNs'): number =>
      before === undefined ? 0 : ((times[part] - before.times[part]) / (nowNs - before.atNs)) * 100;
    const use = before === undefined ? null : { user: percent('userNs'), system: percent('systemNs') };
    if (cpu.size >= MAX_THREADS) cpu.clear();
    cpu.set(tid, { atNs: nowNs, times, use });
    return use;
  }

  cgroups(process: Process, nowNs: number): readonly (readonly [string, string])[] | null {
    return this.#live(process, 'cgroups', nowNs, () => this.#source.cgroups(process.pid));
  }

  /** Audit session that the process belongs to, -1 for none; null when it cannot be told. */
  auditSession(process: Process, nowNs: number): number | null {
    return this.#live(process, 'session', nowNs, () => this.#source.auditSession(process.pid));
  }

  /** Current directory of one thread, for processes whose threads do not share it. */
  threadDirectory(process: Process, tid: number, nowNs: number): string | null {
    return this.#live(process, `cwd ${tid}`, nowNs, () => this.#source.threadDirectory(process.pid, tid));
  }

  descriptorLimit(process: Process, nowNs: number): number | null {
    return this.#live(process, 'limit', nowNs, () => this.#source.descriptorLimit(process.pid));
  }

  descriptorCount(process: Process, nowNs: number): number | null {
    return this.#live(process, 'count', nowNs, () => this.#source.descriptorCount(process.pid));
  }

  /** @param meant null: whatever the descriptor is now */
  descriptor(process: Process, fd: number, nowNs: number, meant: FileMeant | null = null): Descriptor | null {
    const key = meant === null ? `fd ${fd}` : `fd ${fd} ${meant.ino} ${meant.path}`;
    return this.#live(process, key, nowNs, () => this.#source.descriptor(process.pid, fd, meant));
  }

  descriptorKinds(process: Process, nowNs: number): ReadonlyMap<number, string> | null {
    return this.#live(process, 'fds', nowNs, () => this.#source.descriptorKinds(process.pid));
  }

  #live<T>(process: Process, key: string, nowNs: number, read: () => T | null): T | null {
    const entry = this.#entry(process, nowNs);
    const known = entry.live.get(key);
    if (known !== undefined) return known as T | null;
    const value = this.#read(process, nowNs, read);
    if (value === undefined) return null;
    entry.live.set(key, value);
    return value;
  }

  #entry(process: Process, nowNs: number): Entry {
    const key = process.origin;
    let entry = this.#entries.get(key);
    if (entry !== undefined) this.#entries.delete(key);
    if (entry === undefined || entry.image !== process.image) {
      entry = { image: process.image, asOfNs: nowNs, live: new Map(), cpu: new Map() };
    } else if (nowNs - entry.asOfNs >= FRESH_NS && !process.ended) {
      entry.asOfNs = nowNs;
      entry.live = new Map();
    }
    this.#entries.set(key, entry);
    if (this.#entries.size > MAX_PROCESSES) this.#entries.delete(this.#entries.keys().next().value!);
    return entry;
  }

  /** Undefined when no read is allowed now. */
  #read<T>(process: Process, nowNs: number, read: () => T | null): T | null | undefined {
    // Of a copy: the process runs another program by now.
    const { origin } = process;
    if (process.ended || origin.ended || origin.image !== process.image) return null;
    const second = Math.floor(nowNs / 1e9);
    if (second !== this.#second) {
      this.#second = second;
      this.#readsLeft = READS_PER_SECOND;
    }
    if (this.#readsLeft-- <= 0) return undefined;
    const value = read();
    // Asked after the read: a pid that changed hands meanwhile gives nothing.
    const ticks = this.#source.startTicks(process.pid);
    if (ticks === null || Math.abs(ticks * TICK_NS - process.startNs) > TOLERANCE_NS) return null;
    return value;
  }
}
