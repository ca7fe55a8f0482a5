import { type ImageFacts, Process, type TaskFacts } from './process.ts';

/** Reads a live process from /proc when the kernel's events left a gap; null when it is gone. */
export type ReadProcess = (pid: number) => { task: TaskFacts; image: ImageFacts } | null;

/** /proc gives start times in clock ticks (10 ms); two values this close are the same process. */
const START_TOLERANCE_NS = 20_000_000;

/** Ended ancestors kept behind a living process: names of a daemon's launchers, yet a bound on what a fork chain holds. */
const MAX_ENDED_ANCESTORS = 16;

/** Ends remembered: more than can lie between an end and its repetition from another processor. */
const ENDED_KEPT = 1024;

/** A repair that failed is not tried again at once: a burst of events of a gone process must not mean a burst of /proc reads. */
const MAX_REPAIRS_PER_SECOND = 200;

export interface TableStats {
  processes: number;
  /** Events whose process was not in the table. */
  misses: number;
  /** Misses that /proc could answer. */
  repaired: number;
  /** Entries dropped since their end was never seen. */
  swept: number;
  /** Processes not kept, since the table was full. */
  full: number;
}

/** Falco's `falco_libs`; its table is one of threads. */
export interface TableLimits {
  /** Processes kept. */
  readonly most: number;
  /** Processes whose end was lost are looked for this often, ns of event time. */
  readonly purgeEveryNs: number;
  /** One that is gone is kept for so long, since events of it may still be on their way, ns. */
  readonly purgeAfterNs: number;
}

export const TABLE_LIMITS: TableLimits = { most: 262_144, purgeEveryNs: 300e9, purgeAfterNs: 300e9 };
/** A table that is full is looked through at most this often: it may be full of living processes. */
const FULL_SWEEP_EVERY_NS = 10e9;

/**
 * All live processes by pid. An entry is right only while its start time is that of the event: pids are
 * reused, and events can be lost. A mismatch or a hole is repaired from /proc, else from the event alone.
 */
export class ProcessTable {
  readonly #byPid = new Map<number, Process>();
  readonly #read: ReadProcess;
  /** Pid namespace → its first process. */
  readonly #inits = new Map<number, Process>();
  /** Pid → start of the last processes that ended, oldest first. */
  readonly #endedLately = new Map<number, number>();
  #misses = 0;
  #repaired = 0;
  #swept = 0;
  #full = 0;
  #limits = TABLE_LIMITS;
  #sweepAbove = 4096;
  #nextPurgeNs: number | null = null;
  #nextFullSweepNs = 0;
  /** Pid → when an entry's process was first found to be gone. */
  #goneSince = new Map<number, number>();
  #repairSecond = 0;
  #repairsLeft = MAX_REPAIRS_PER_SECOND;

  constructor(read: ReadProcess) {
    this.#read = read;
  }

  get stats(): TableStats {
    return {
      processes: this.#byPid.size,
      misses: this.#misses,
      repaired: this.#repaired,
      swept: this.#swept,
      full: this.#full,
    };
  }

  limit(limits: TableLimits): void {
    this.#limits = limits;
  }

  /** The process if it is known for certain; no repair. */
  peek(pid: number, startNs: number): Process | null {
    const known = this.#byPid.get(pid);
    return known !== undefined && sameStart(known.startNs, startNs) ? known : null;
  }

  /** The process of an event; a hole is repaired. Null only when neither table nor /proc knows it. */
  get(pid: number, startNs: number, nowNs: number): Process | null {
    return this.peek(pid, startNs) ?? this.#repair(pid, startNs, nowNs);
  }

  /** The live process with this pid, whatever its start time. */
  byPid(pid: number): Process | null {
    return this.#byPid.get(pid) ?? null;
  }

  /** From the task iterator at start, or any record that carries the whole process. */
  put(task: TaskFacts, image: ImageFacts | null): Process {
    let process = this.peek(task.pid, task.startNs);
    if (process === null) {
      process = new Process(task);
      this.#insert(process);
    } else {
      process.setTask(task);
    }
    if (image !== null) process.setImage(image);
    if (process.vpid === 1 && process.pidNs !== 0 && this.#byPid.get(process.pid) === process)
      this.#inits.set(process.pidNs, process);
    process.parent = this.#parentOf(task) ?? process.parent;
    return process;
  }

  /**
   * A new process: runs the program of whoever made it, which with CLONE_PARENT is not its parent.
   * @param sharesPlace both have one current directory (CLONE_FS)
   */
  fork(task: TaskFacts, creator: Process | null, sharesPlace = false): Process {
    const process = new Process(task);
    const parent = this.#parentOf(task);
    if (creator !== null) process.inheritImage(creator, sharesPlace);
    if (parent !== null) {
      process.parent = parent;
      forgetFarAncestors(parent);
    }
    this.#insert(process);
    return process;
  }

  exec(task: TaskFacts, image: ImageFacts): Process {
    return this.put(task, image);
  }

  /** @param heirPid process that inherits the children of the one that ended; 0 when it has none */
  exit(pid: number, startNs: number, heirPid = 0): void {
    const process = this.peek(pid, startNs);
    if (process === null) return;
    this.#remove(process);
    // Somebody who lives, so that heirs of heirs come to an end.
    process.heir = this.byPid(heirPid);
    this.#endedLately.delete(pid);
    this.#endedLately.set(pid, startNs);
    if (this.#endedLately.size > ENDED_KEPT) this.#endedLately.delete(this.#endedLately.keys().next().value!);
  }

  /** True for a process whose end was seen a short while ago: what still comes of it is late or a repetition. */
  endedLately(pid: number, startNs: number): boolean {
    const start = this.#endedLately.get(pid);
    return start !== undefined && sameStart(start, startNs);
  }

  /** The first process of a process's pid namespace, or null when it is not known. */
  initOf(process: Process): Process | null {
    if (process.vpid === process.pid) return this.byPid(1);
    const known = this.#inits.get(process.pidNs);
    if (known !== undefined) return known;
    let at: Process | null = process;
    for (let level = 0; at !== null && level < MAX_ENDED_ANCESTORS && at.vpid !== 1; level++) at = at.parent;
    // The machine's own init is not that of a namespace below.
    return at?.vpid === 1 && at.pid !== 1 ? at : null;
  }

  /** Ties children to parents that came after them from the iterator. Returns the number of processes. */
  linkParents(): number {
    for (const process of this.#byPid.values()) {
      const parent = this.#byPid.get(process.ppid);
      if (process.parent === null && parent !== undefined && parent !== process) process.parent = parent;
    }
    return this.#byPid.size;
  }

  /**
   * The child of a process that has this pid in its namespace; null when there is none.
   * Looks at all processes: for calls that are rare.
   */
  childOf(parent: Process, vpid: number): Process | null {
    for (const process of this.#byPid.values()) {
      if (process.vpid === vpid && process.pidNs === parent.pidNs && process.parent === parent)
        return process;
    }
    return null;
  }

  /**
   * Drops entries whose process is gone. When the table is full or has grown so far that lost exits are likely, all of
   * them at once; else now and then, those that were found gone some time ago.
   * @param pids those under /proc
   */
  care(nowNs: number, pids: () => ReadonlySet<number>): void {
    const { most, purgeEveryNs, purgeAfterNs } = this.#limits;
    const isFull = this.#byPid.size >= most && nowNs >= this.#nextFullSweepNs;
    if (isFull || this.#byPid.size > this.#sweepAbove) {
      this.#nextFullSweepNs = nowNs + FULL_SWEEP_EVERY_NS;
      this.sweep(pids());
    }
    this.#nextPurgeNs ??= nowNs + purgeEveryNs;
    if (nowNs < this.#nextPurgeNs) return;
    this.#nextPurgeNs = nowNs + purgeEveryNs;
    this.#purge(nowNs, pids(), purgeAfterNs);
  }

  #purge(nowNs: number, alive: ReadonlySet<number>, afterNs: number): void {
    const gone = new Map<number, number>();
    for (const [pid, process] of this.#byPid) {
      if (alive.has(pid)) continue;
      const sinceNs = this.#goneSince.get(pid) ?? nowNs;
      if (nowNs - sinceNs >= afterNs) this.#drop(process);
      else gone.set(pid, sinceNs);
    }
    this.#goneSince = gone;
  }

  /** Drops entries whose pid does not exist any more. @param alive pids under /proc, read before the call */
  sweep(alive: ReadonlySet<number>): void {
    for (const [pid, process] of this.#byPid) if (!alive.has(pid)) this.#drop(process);
    this.#sweepAbove = Math.max(4096, this.#byPid.size * 2);
  }

  #drop(process: Process): void {
    this.#remove(process);
    this.#swept++;
  }

  #remove(process: Process): void {
    process.end();
    this.#byPid.delete(process.pid);
    if (this.#inits.get(process.pidNs) === process) this.#inits.delete(process.pidNs);
  }

  #insert(process: Process): void {
    const former = this.#byPid.get(process.pid);
    if (former !== undefined) this.#remove(former);
    // Its events are told all the same; what it is has to be looked up in /proc then.
    if (this.#byPid.size >= this.#limits.most) this.#full++;
    else this.#byPid.set(process.pid, process);
  }

  #parentOf(task: TaskFacts): Process | null {
    const parent = this.#byPid.get(task.ppid);
    if (parent === undefined || parent.pid === task.pid) return null;
    return task.parentStartNs === 0 || sameStart(parent.startNs, task.parentStartNs) ? parent : null;
  }

  #repair(pid: number, startNs: number, nowNs: number): Process | null {
    this.#misses++;
    const second = Math.floor(nowNs / 1e9);
    if (second !== this.#repairSecond) {
      this.#repairSecond = second;
      this.#repairsLeft = MAX_REPAIRS_PER_SECOND;
    }
    if (this.#repairsLeft <= 0) return null;
    this.#repairsLeft--;
    const found = this.#read(pid);
    if (found === null || !sameStart(found.task.startNs, startNs)) return null;
    this.#repaired++;
    // The event's start time is exact, that of /proc is in ticks.
    return this.put({ ...found.task, startNs }, found.image);
  }
}

function sameStart(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) < START_TOLERANCE_NS;
}

function forgetFarAncestors(process: Process): void {
  let ended = 0;
  for (let at: Process | null = process; at !== null; at = at.parent) {
    if (at.ended && ++ended > MAX_ENDED_ANCESTORS) {
      at.parent = null;
      return;
    }
  }
}
