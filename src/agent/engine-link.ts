import type { Worker } from 'node:worker_threads';
import type { Alert } from '../base/alert.ts';
import type { EngineStart, EngineStats, FromEngine, RulesInput, ToEngine } from '../engine/messages.ts';
import { startEngineWorker } from './assets.ts';

/** The engine worker as the main thread sees it. The worker blocks in its wait; `wake` ends that wait. */
export interface EngineLink {
  /** Resolves with the number of processes known from the iterator's records. */
  tasks(records: Uint8Array): Promise<number>;
  /** Resolves with the number of rules in force, rejects with the reason when the old ones stay. */
  reload(rules: RulesInput): Promise<number>;
  stats(): Promise<EngineStats>;
  /** Resolves when the worker has handed over everything it took and ended. */
  stop(): Promise<void>;
}

export interface EngineEvents {
  onAlerts(alerts: readonly Alert[]): void;
  /** The worker ended without being asked to. */
  onFailure(reason: string): void;
}

/** Memory the worker's heap may take; what it holds is bounded, so more than this is a fault, and restarting is right. */
const HEAP_MB = 256;

/** Starts the worker and resolves once its rules are compiled and it reads the ring. */
export async function startEngine(
  start: EngineStart,
  wake: () => void,
  events: EngineEvents,
): Promise<{ link: EngineLink; rules: number }> {
  const worker = startEngineWorker({
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const answers = new Answers(worker, wake, events);
  const started = await answers.next('started');
  return {
    rules: started.rules,
    link: {
      tasks: async (records) => (await answers.ask({ kind: 'tasks', records }, 'tasks')).processes,
      reload: async (rules) => (await answers.ask({ kind: 'reload', rules }, 'reloaded')).rules,
      stats: async () => (await answers.ask({ kind: 'stats' }, 'stats')).stats,
      stop: async () => {
        answers.ending = true;
        await answers.ask({ kind: 'stop' }, 'stopped');
        await worker.terminate();
      },
    },
  };
}

type Kind = FromEngine['kind'];
type Answer<K extends Kind> = Extract<FromEngine, { kind: K }>;

interface Waiter {
  readonly kind: Kind;
  resolve(answer: FromEngine): void;
  reject(error: Error): void;
}

/** Questions are answered in the order they were asked; alerts come in between. */
class Answers {
  readonly #worker: Worker;
  readonly #wake: () => void;
  #waiting: Waiter[] = [];
  ending = false;

  constructor(worker: Worker, wake: () => void, events: EngineEvents) {
    this.#worker = worker;
    this.#wake = wake;
    worker.on('message', (message: FromEngine) => this.#take(message, events));
    worker.on('error', (error) => this.#fail(describeError(error), events));
    worker.on('exit', (code) => this.#fail(`the engine thread ended with code ${code}`, events));
  }

  next<K extends Kind>(kind: K): Promise<Answer<K>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ kind, resolve: resolve as (answer: FromEngine) => void, reject });
    });
  }

  ask<K extends Kind>(question: ToEngine, kind: K): Promise<Answer<K>> {
    const answer = this.next(kind);
    this.#worker.postMessage(question);
    this.#wake();
    return answer;
  }

  #take(message: FromEngine, events: EngineEvents): void {
    if (message.kind === 'alerts') {
      events.onAlerts(message.alerts);
      return;
    }
    const waiter = this.#waiting.shift();
    if (message.kind === 'refused') waiter?.reject(new Error(message.reason));
    else if (waiter?.kind === message.kind) waiter.resolve(message);
    else waiter?.reject(new Error(`the engine answered ${message.kind}, not ${waiter.kind}`));
  }

  #fail(reason: string, events: EngineEvents): void {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(new Error(reason));
    if (this.ending) return;
    this.ending = true;
    events.onFailure(reason);
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
