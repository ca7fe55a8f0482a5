import type { Alert } from '../base/alert.ts';
import { Interned } from '../base/interning.ts';
import { type Ask, type ContainerNews, Containers } from '../containers/index.ts';
import { EventRecord, splitRecords } from '../decode/index.ts';
import { LAYOUT_EXIT, TYPE_TASK } from '../schema/record.generated.ts';
import { type HostState, hostState, type Process, ProcessTable, TABLE_LIMITS } from '../state/index.ts';
import { applyRecord, type ProcReader, tsNs } from './apply.ts';
import { CgroupContainers } from './cgroup-containers.ts';
import { Event, type EventContext } from './event.ts';
import type { Needs } from './facts/needs.ts';
import { Findings } from './findings.ts';
import { HOLD_LIMITS } from './held.ts';
import { type HostAddresses, HostNames } from './host-names.ts';
import { Judge } from './judge.ts';
import { Matcher } from './matcher.ts';
import type { EngineStats, RulesCheck, RulesInput } from './messages.ts';
import { wrongFields } from './noise-key.ts';
import { Peers } from './peers.ts';
import { checkOf, loadRuleSet } from './rule-set.ts';
import { RuleTotals } from './rule-totals.ts';
import { Watched } from './watched.ts';

/** Slow changes (clock, accounts, processes whose end was lost) are looked at this often, in event time. */
const CARE_EVERY_NS = 1e9;

/** A connection that goes on is no failure. EINPROGRESS of errno(3). */
const IN_PROGRESS = -115;

const ownPid = process.pid;

/** Of rules that are not valid. */
const NO_NEEDS: Needs = { parts: new Set(), followed: new Set(), hostNames: new Set() };

/** The stages wired together: one record in, state kept, zero or more alerts out. */
export class Engine {
  readonly #host: HostState;
  readonly #table: ProcessTable;
  readonly #containers = new Containers();
  readonly #cgroups: CgroupContainers;
  readonly #proc: ProcReader;
  readonly #context: EventContext;
  readonly #findings: Findings;
  #matcher: Matcher | null = null;
  #watched = new Watched();
  readonly #totals = new RuleTotals();
  readonly #judge: Judge;
  #view: { record: EventRecord; event: Event; memory: Uint8Array } | null = null;
  #events = 0;
  #unreadable = 0;
  #faults = 0;
  #lastFault = '';
  #nextCareNs = 0;

  /** @param host the machine that events come from */
  constructor(host: HostState = hostState()) {
    this.#host = host;
    this.#table = new ProcessTable(host.readProcess);
    this.#cgroups = new CgroupContainers(this.#containers, host);
    this.#proc = {
      ...host,
      cgroup: (id, path) => {
        host.cgroup(id, path);
        this.#cgroups.learn(id, path);
      },
    };
    this.#context = {
      users: host.users,
      usersOf: (process: Process | null, nowNs: number) => host.namespaceUsers.of(process, nowNs),
      hostname: new Interned(''),
      isoTimes: false,
      wallNs: host.clock.wallNs,
      processOf: (pid: number) => this.#table.byPid(pid),
      initOf: (process: Process) => this.#table.initOf(process),
      details: host.details,
      hostNames: new HostNames(),
      peers: new Peers(),
      machine: host,
      containers: this.#cgroups,
    };
    this.#findings = new Findings(host.clock.wallNs);
    this.#judge = new Judge(this.#findings, this.#totals, (error) => this.#failed(error));
  }

  /** Compiles beside the running rules; they are replaced between two events, or, with an error, not at all. */
  load(rules: RulesInput): RulesCheck {
    const loaded = loadRuleSet(rules);
    const watched = new Watched(rules.syscalls);
    const wrong = [
      ...wrongFields('noise_control.dedup_by', rules.noise?.dedupBy ?? []),
      ...wrongFields('noise_control.group_by', rules.noise?.groupBy ?? []),
    ].map((line) => `${line}\n`);
    const ok = loaded.ok && wrong.length === 0;
    const matcher = ok ? new Matcher(loaded, rules) : null;
    if (matcher !== null) {
      this.#totals.replace(this.#matcher, matcher);
      this.#matcher = matcher;
      this.#watched = watched;
      this.#judge.use(matcher);
      this.#findings.configure(matcher, rules.noise);
      this.#context.isoTimes = rules.format.timeFormatIso8601;
      this.#context.hostname = new Interned(rules.format.hostname);
    }
    const needs = matcher?.needs ?? NO_NEEDS;
    const check = checkOf(loaded, watched);
    const report = check.report + wrong.join('');
    return { ...check, ok, report, ...needs, eventTypes: new Set([...check.eventTypes, ...needs.followed]) };
  }

  /** What the names of hosts in the rules stand for now. */
  setHostNames(all: HostAddresses): void {
    this.#context.hostNames.set(all);
  }

  /**
   * @param memory the ring's bytes, to which the places given to `take` refer
   * @param holdMs longest wait of an event for facts of its container
   * @param processes bounds of what is kept of them
   */
  watch(memory: Uint8Array, holdMs = HOLD_LIMITS.holdMs, processes = TABLE_LIMITS): void {
    this.#table.limit(processes);
    this.#judge.limit({ ...HOLD_LIMITS, holdMs });
    const record = new EventRecord(memory);
    this.#view = { record, event: new Event(record, this.#context), memory };
  }

  /** One record of the ring. Whatever it holds, the next one is taken. */
  take(offset: number, length: number): void {
    try {
      this.#takeRecord(offset, length);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#faults++;
    this.#lastFault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }

  #takeRecord(offset: number, length: number): void {
    const { record, event, memory } = this.#view!;
    if (!record.at(offset, length)) {
      this.#unreadable++;
      return;
    }
    // Two threads that end at once both see themselves as the last.
    if (record.layout === LAYOUT_EXIT && this.#table.endedLately(record.pid, record.startNs)) return;
    const process = applyRecord(this.#table, record, this.#proc);
    if (record.type === TYPE_TASK) return;
    this.#events++;
    event.take(this.#events, process);
    const now = tsNs(record);
    if (now >= this.#nextCareNs) this.#care(now);
    if (this.#isUnwanted(record)) return;
    this.#judge.judge(event, memory, offset, length);
  }

  /** Taken away by the configuration; state needs it all the same, and the agent's own events are the canary. */
  #isUnwanted({ type, ret, pid }: EventRecord): boolean {
    const { muted, dropFailed } = this.#watched;
    if (muted[type] !== 1 && (!dropFailed || ret >= 0 || ret === IN_PROGRESS)) return false;
    return pid !== ownPid;
  }

  /** Containers to ask the main thread for. */
  takeAsks(): readonly Ask[] {
    return this.#containers.takeAsks(performance.now());
  }

  takeContainerNews(news: readonly ContainerNews[]): void {
    this.#containers.apply(news, performance.now());
  }

  /** Judges held events whose facts came or whose time is over. @param all also those that could wait */
  releaseHeld(all = false): void {
    this.#judge.release(all);
  }

  /** ms until the time of the next held event, or of what noise control holds back, is over. */
  heldForMs(): number {
    return Math.min(this.#judge.dueMs(), this.#findings.dueMs());
  }

  /** The alerts found since the last call. */
  takeAlerts(): readonly Alert[] {
    return this.#findings.takeAlerts();
  }

  /** At the end: what waits or was held back becomes alerts. */
  finish(): void {
    this.releaseHeld(true);
    this.#findings.flush();
  }

  /**
   * The iterator's records, which lie one after another in memory of their own.
   * @returns processes known now
   */
  takeTasks(records: Uint8Array): number {
    // Records need 8-byte alignment, a message's bytes need not have it.
    const memory = new Uint8Array(Math.ceil(records.length / 8) * 8);
    memory.set(records);
    const view = new EventRecord(memory);
    const left = splitRecords(memory.subarray(0, records.length), (offset, length) => {
      if (view.at(offset, length)) applyRecord(this.#table, view, this.#proc);
      else this.#unreadable++;
    });
    if (left > 0) this.#unreadable++;
    return this.#table.linkParents();
  }

  /**
   * @param corrupt what the ring could not make sense of
   * @param overrun alerts that could not be handed over
   */
  stats(corrupt: number, overrun = 0): EngineStats {
    const { processes, misses, repaired, full } = this.#table.stats;
    return {
      events: this.#events,
      matches: this.#findings.count,
      corrupt: corrupt + this.#unreadable,
      faults: this.#faults,
      lastFault: this.#lastFault,
      processes,
      misses,
      repaired,
      full,
      containers: this.#containers.stats(),
      held: this.#judge.stats(),
      rules: this.#matcher === null ? [] : this.#totals.stats(this.#matcher),
      overrun,
      suppressed: this.#findings.suppressed(),
    };
  }

  #care(nowNs: number): void {
    this.#nextCareNs = nowNs + CARE_EVERY_NS;
    this.#host.clock.refresh();
    this.#host.users.tick(nowNs);
    this.#table.care(nowNs, this.#host.pids);
  }
}
