import { setTimeout } from 'node:timers/promises';
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { collectGarbage } from '../base/collect.ts';
import { openNative } from '../kernel/index.ts';
import { openRing, pauseMs, type RecordSource } from '../ring/index.ts';
import { Engine } from './engine.ts';
import { HandOver, sharedCounter } from './hand-over.ts';
import type {
  Answer,
  EngineStats,
  FromEngine,
  Question,
  RulesInput,
  ToEngine,
  WatchPlan,
} from './messages.ts';
import { replay } from './replay.ts';

/**
 * The engine's thread: loads rules; then reads the ring, keeps process state, evaluates, and sends alerts to the main
 * thread. While it watches it blocks in one foreign call when nothing happens, so it has no event loop then, and
 * takes messages between batches.
 */

/** Records handled before messages and alerts are looked at; about a millisecond's work. */
const BUDGET = 4096;
/** At the end: a ring of 8 MiB full of the smallest records. */
const FINAL_BATCHES = 32;
/** Longest sleep. Every message comes with a wake-up; what has a time of its own shortens the sleep (#patienceMs). */
const IDLE_MS = 60_000;

class EngineWorker {
  readonly #port: MessagePort;
  readonly #engine = new Engine();
  #source: RecordSource | null = null;
  #running = true;
  /** Asked for last; a replay loads them into an engine of its own. */
  #rules: RulesInput | null = null;
  #handOver = new HandOver(sharedCounter());

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (message: ToEngine) => {
      if (message.kind === 'replay') {
        void this.#replay(message.path, message.taken);
        return;
      }
      this.#answer(message);
      if (message.kind === 'load') this.#rules = message.rules;
      if (message.kind === 'watch') this.#watch(message.plan);
      if (!this.#running) port.close();
    });
  }

  #say(message: FromEngine): void {
    this.#port.postMessage(message);
  }

  #answer(message: Exclude<ToEngine, { kind: 'replay' }>): void {
    const { kind } = message;
    if (kind === 'container-news') {
      this.#engine.takeContainerNews(message.news);
      return;
    }
    if (kind === 'stop') this.#running = false;
    // Said at the end of the loop, when everything is handed over.
    if (kind === 'stop' && this.#source !== null) return;
    this.#say(this.#answerTo(message));
    if (kind === 'tasks' || (kind === 'load' && this.#source !== null)) collectGarbage();
  }

  #answerTo(message: Exclude<Question, { kind: 'replay' }>): Answer {
    switch (message.kind) {
      case 'load':
        return { kind: 'load', check: this.#engine.load(message.rules) };
      case 'tasks':
        return { kind: 'tasks', processes: this.#engine.takeTasks(message.records) };
      case 'hosts':
        this.#engine.setHostNames(message.addresses);
        return { kind: 'hosts' };
      case 'stats':
        return {
          kind: 'stats',
          stats: this.#stats(),
        };
      case 'stop':
        return { kind: 'stop', stats: null };
      default:
        return { kind: message.kind };
    }
  }

  #watch(plan: WatchPlan): void {
    const source = openRing(openNative(), plan.ring, plan.wakeFd);
    this.#source = source;
    this.#handOver = new HandOver(plan.taken);
    this.#engine.watch(source.memory, plan.holdMs, plan.processes);
    while (this.#running) {
      // News of a container before its events, which came after them.
      for (let message = this.#receive(); message !== null; message = this.#receive())
        if (message.kind !== 'replay') this.#answer(message);
      const records = this.#drain(source);
      if (this.#running && records < BUDGET) source.wait(pauseMs(records), this.#patienceMs());
    }
    // What the kernel wrote until now still counts; what it goes on writing does not, or the end might never come.
    for (let left = FINAL_BATCHES; left > 0 && this.#drain(source) === BUDGET; left--);
    this.#engine.finish();
    this.#sayFound();
    const stats = this.#stats();
    this.#say({ kind: 'stop', stats });
  }

  /** In step with the main thread, so that no alert is dropped: a recording can wait. */
  async #replay(path: string, taken: Int32Array): Promise<void> {
    const handOver = new HandOver(taken);
    const { engine, summary } = await replay(path, this.#rules!, async (found) => {
      found.takeAsks();
      const alerts = handOver.admit(found.takeAlerts());
      if (alerts.length === 0) return;
      this.#say({ kind: 'alerts', alerts });
      while (handOver.onTheWay > 0) await setTimeout(1);
    });
    this.#say({ kind: 'replay', stats: engine.stats(0, handOver.dropped), summary });
  }

  #stats(): EngineStats {
    return this.#engine.stats(this.#source?.stats.corrupt ?? 0, this.#handOver.dropped);
  }

  #drain(source: RecordSource): number {
    const records = source.drain((offset, length) => this.#engine.take(offset, length), BUDGET);
    this.#engine.releaseHeld();
    this.#sayFound();
    return records;
  }

  #sayFound(): void {
    const alerts = this.#handOver.admit(this.#engine.takeAlerts());
    if (alerts.length > 0) this.#say({ kind: 'alerts', alerts });
    const asks = this.#engine.takeAsks();
    if (asks.length > 0) this.#say({ kind: 'ask-containers', asks });
  }

  /** Until the time of something held back is over; a whole ms, or the end of the wait would be a loop. */
  #patienceMs(): number {
    return Math.min(IDLE_MS, Math.ceil(this.#engine.heldForMs()) + 1);
  }

  #receive(): ToEngine | null {
    return (receiveMessageOnPort(this.#port)?.message as ToEngine | undefined) ?? null;
  }
}

if (parentPort !== null) new EngineWorker(parentPort);
