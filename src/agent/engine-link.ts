import type { Worker } from 'node:worker_threads';
import type { Alert } from '../base/alert.ts';
import type { Ask, ContainerNews } from '../containers/index.ts';
import { sharedCounter, takeOver } from '../engine/hand-over.ts';
import type { HostAddresses } from '../engine/host-names.ts';
import type {
  Answer,
  EngineStats,
  FromEngine,
  Question,
  ReplaySummary,
  RulesCheck,
  RulesInput,
  WatchPlan,
} from '../engine/messages.ts';
import { startEngineWorker } from './assets.ts';

/** Memory the worker's heap may take; what it holds is bounded, so more than this is a fault, and restarting is right. */
const HEAP_MB = 512;

/** At the end of the agent the engine gets this long for what it has in hand. */
const STOP_MS = 3000;

type Kind = Answer['kind'];
type AnswerTo<K extends Kind> = Extract<Answer, { kind: K }>;

/** How the engine ended. */
export interface EngineEnd {
  /** It was stopped where it stood. */
  readonly late: boolean;
  /** The last counts; null: it is late, did not watch, or had ended before. */
  readonly stats: EngineStats | null;
}

interface Waiter {
  readonly kind: Kind;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * The engine worker as the main thread sees it. Questions are answered in the order they were asked; alerts come in
 * between. Once it watches, the worker blocks in its wait, and `wake` ends that wait.
 */
export class EngineLink {
  readonly #worker: Worker;
  readonly #waiting: Waiter[] = [];
  readonly #taken = sharedCounter();
  #wake: () => void = () => {};
  #ending = false;
  /** While what it returns is not settled, the alerts count as on their way. */
  onAlerts: (alerts: readonly Alert[]) => void | Promise<void> = () => {};
  /** Containers that the engine knows nothing of. */
  onAsks: (asks: readonly Ask[]) => void = () => {};
  /** The worker ended without being asked to. */
  onFailure: (reason: string) => void = () => {};

  constructor() {
    this.#worker = startEngineWorker({ resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
    this.#worker.on('message', (message: FromEngine) => this.#take(message));
    this.#worker.on('error', (error) => this.#fail(describeError(error)));
    this.#worker.on('exit', (code) => this.#fail(`the engine thread ended with code ${code}`));
  }

  /** The rules are in force when the answer is ok; otherwise the ones before stay. */
  async load(rules: RulesInput): Promise<RulesCheck> {
    return (await this.#ask({ kind: 'load', rules }, 'load')).check;
  }

  async watch(plan: Omit<WatchPlan, 'taken'>, wake: () => void): Promise<void> {
    // Before the worker may sleep: a message without a wake-up would lie there.
    this.#wake = wake;
    // An exit that nobody planned waits for the worker, which may sleep in a foreign call.
    process.once('exit', () => {
      if (this.#ending) return;
      this.#worker.postMessage({ kind: 'stop' } satisfies Question);
      wake();
    });
    await this.#ask({ kind: 'watch', plan: { ...plan, taken: this.#taken } }, 'watch');
  }

  /** Resolves with the number of processes known then. */
  async tasks(records: Uint8Array): Promise<number> {
    return (await this.#ask({ kind: 'tasks', records }, 'tasks')).processes;
  }

  /** Replaces what is known of the names of hosts in the rules. */
  async setHostNames(addresses: HostAddresses): Promise<void> {
    await this.#ask({ kind: 'hosts', addresses }, 'hosts');
  }

  /** What became known of containers, asked for or not. */
  tellContainers(news: readonly ContainerNews[]): void {
    if (this.#ending) return;
    this.#worker.postMessage({ kind: 'container-news', news });
    this.#wake();
  }

  /** Runs the rules over a capture file; resolves at its end. */
  async replay(path: string): Promise<{ stats: EngineStats; summary: ReplaySummary }> {
    return this.#ask({ kind: 'replay', path, taken: this.#taken }, 'replay');
  }

  async stats(): Promise<EngineStats> {
    return (await this.#ask({ kind: 'stats' }, 'stats')).stats;
  }

  /**
   * Resolves when the worker has handed over everything it took and ended, or, when it is busy for longer than
   * `patienceMs`, once it is stopped where it stands.
   */
  async stop(patienceMs = STOP_MS): Promise<EngineEnd> {
    if (this.#ending) return { late: false, stats: null };
    this.#ending = true;
    const late = new Promise<null>((resolve) => setTimeout(resolve, patienceMs, null).unref());
    const answer = await Promise.race([this.#ask({ kind: 'stop' }, 'stop'), late]);
    await this.#worker.terminate();
    return { late: answer === null, stats: answer?.stats ?? null };
  }

  #ask<K extends Kind>(question: Question, kind: K): Promise<AnswerTo<K>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ kind, resolve: resolve as (answer: Answer) => void, reject });
      this.#worker.postMessage(question);
      this.#wake();
    });
  }

  #take(message: FromEngine): void {
    if (message.kind === 'alerts') {
      this.#takeAlerts(message.alerts);
      return;
    }
    if (message.kind === 'ask-containers') {
      this.onAsks(message.asks);
      return;
    }
    const waiter = this.#waiting.shift();
    if (waiter?.kind === message.kind) waiter.resolve(message);
    else waiter?.reject(new Error(`the engine answered ${message.kind}, not ${waiter.kind}`));
  }

  #takeAlerts(alerts: readonly Alert[]): void {
    const done = this.onAlerts(alerts);
    if (done instanceof Promise) void done.finally(() => takeOver(this.#taken, alerts));
    else takeOver(this.#taken, alerts);
  }

  #fail(reason: string): void {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(new Error(reason));
    if (this.#ending) return;
    this.#ending = true;
    this.onFailure(reason);
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
