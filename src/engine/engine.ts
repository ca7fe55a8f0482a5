import type { Alert } from '../base/alert.ts';
import { Interned } from '../base/interning.ts';
import { EventRecord, splitRecords } from '../decode/index.ts';
import { TYPE_TASK } from '../schema/record.generated.ts';
import { hostState, ProcessTable } from '../state/index.ts';
import { applyRecord, tsNs } from './apply.ts';
import { CanaryWatch } from './canary.ts';
import { Event } from './event.ts';
import { Matcher } from './matcher.ts';
import type { EngineStart, EngineStats, FromEngine, ToEngine } from './messages.ts';

/** Slow changes (clock, accounts, processes whose end was lost) are looked at this often, in event time. */
const CARE_EVERY_NS = 1e9;

/** The stages wired together: one record in, state kept, zero or more alerts out. */
export class Engine {
  readonly #send: (alerts: readonly Alert[]) => void;
  readonly #host = hostState();
  readonly #table = new ProcessTable(this.#host.readProcess);
  readonly #record: EventRecord;
  readonly #event: Event;
  readonly #canary: CanaryWatch;
  readonly #context;
  readonly #emit = (alert: Alert): void => void this.#alerts.push(alert);
  #matcher: Matcher;
  #alerts: Alert[] = [];
  #events = 0;
  #matches = 0;
  #unreadable = 0;
  #nextCareNs = 0;

  /** @param memory the ring's bytes, which record places refer to */
  constructor(start: EngineStart, memory: Uint8Array, send: (alerts: readonly Alert[]) => void) {
    this.#send = send;
    this.#matcher = new Matcher(start.rules);
    this.#record = new EventRecord(memory);
    this.#context = {
      users: this.#host.users,
      hostname: new Interned(start.rules.format.hostname),
      isoTimes: start.rules.format.timeFormatIso8601,
      wallNs: this.#host.clock.wallNs,
      processOf: (pid: number) => this.#table.byPid(pid),
    };
    this.#event = new Event(this.#record, this.#context);
    this.#canary = new CanaryWatch(start.canaryPath, start.ownPid, start.rules.format.hostname);
  }

  get rules(): number {
    return this.#matcher.count;
  }

  /** One record of the ring. */
  take(offset: number, length: number): void {
    if (!this.#record.at(offset, length)) {
      this.#unreadable++;
      return;
    }
    const process = applyRecord(this.#table, this.#record, this.#host.readArgv);
    if (this.#record.type === TYPE_TASK) return;
    this.#events++;
    this.#event.take(this.#events, process);
    const now = tsNs(this.#record);
    if (now >= this.#nextCareNs) this.#care(now);
    if (this.#canary.isCanary(this.#event)) this.#alerts.push(this.#canary.alert(this.#event));
    else this.#matcher.match(this.#event, this.#emit);
  }

  /** Hands over the alerts found since the last call. */
  flush(): void {
    if (this.#alerts.length === 0) return;
    this.#matches += this.#alerts.length;
    const alerts = this.#alerts;
    this.#alerts = [];
    this.#send(alerts);
  }

  answer(message: Exclude<ToEngine, { kind: 'stop' }>, corrupt: number): FromEngine {
    switch (message.kind) {
      case 'tasks':
        return { kind: 'tasks', processes: this.#takeTasks(message.records) };
      case 'reload':
        return this.#reload(message.rules);
      case 'stats':
        return { kind: 'stats', stats: this.#stats(corrupt) };
    }
  }

  /** Compiles beside the running rules; they are replaced between two events, or not at all. */
  #reload(rules: EngineStart['rules']): FromEngine {
    try {
      this.#matcher = new Matcher(rules);
      this.#context.isoTimes = rules.format.timeFormatIso8601;
      return { kind: 'reloaded', rules: this.#matcher.count };
    } catch (error) {
      return { kind: 'refused', reason: (error as Error).message };
    }
  }

  /** The iterator's records lie one after another in memory of their own. */
  #takeTasks(records: Uint8Array): number {
    // Records need 8-byte alignment, a message's bytes need not have it.
    const memory = new Uint8Array(Math.ceil(records.length / 8) * 8);
    memory.set(records);
    const view = new EventRecord(memory);
    const left = splitRecords(memory.subarray(0, records.length), (offset, length) => {
      if (view.at(offset, length)) applyRecord(this.#table, view, this.#host.readArgv);
      else this.#unreadable++;
    });
    if (left > 0) this.#unreadable++;
    return this.#table.linkParents();
  }

  #care(nowNs: number): void {
    this.#nextCareNs = nowNs + CARE_EVERY_NS;
    this.#host.clock.refresh();
    this.#host.users.tick(nowNs);
    if (this.#table.wantsSweep) this.#table.sweep(this.#host.pids());
  }

  #stats(corrupt: number): EngineStats {
    const { processes, misses, repaired } = this.#table.stats;
    return {
      events: this.#events,
      matches: this.#matches,
      corrupt: corrupt + this.#unreadable,
      processes,
      misses,
      repaired,
    };
  }
}
