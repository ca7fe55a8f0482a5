import { Backoff, type Retry } from './backoff.ts';
import type { Channel, OnState, Sent } from './sink.ts';

/** What a sender takes its records from: memory, or the spool. */
export interface Source {
  /** The oldest records, none when there are none; the same ones again until they are taken. */
  batch(): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** The first `count` of the last batch are delivered. */
  delivered(count: number): void;
  /** After those delivered, the next one can never be. */
  refused(reason: string): void;
}

// A restarted daemon is back in milliseconds, a full disk in minutes.
const LOCAL: Retry = { firstMs: 5, mostMs: 1000, jitter: false };
// A lagging reader has room again as soon as it has read one message; asking costs some µs.
const RETRY_BUSY_MS = 20;

/**
 * Brings the records of one source to one channel, in order, with patience.
 *
 *   source.batch ─▶ channel.send ─▶ source.delivered
 *        ▲               │ error: wait, double, same records again
 *        └───────────────┘
 */
export class Sender {
  readonly #channel: Channel;
  readonly #source: Source;
  readonly #stallMs: number;
  readonly #onState: OnState;
  readonly #backoff: Backoff;
  #running = false;
  #more = false;
  #stopped = false;
  #error: string | null = null;
  #failedAtMs: number | null = null;
  /** When the destination last took something, or began to be asked for it. */
  #progressMs = 0;
  #idleWaiters: (() => void)[] = [];
  #wake: (() => void) | null = null;
  delivered = 0;
  refused = 0;
  retries = 0;

  constructor(channel: Channel, source: Source, stallMs: number, onState: OnState) {
    this.#channel = channel;
    this.#source = source;
    this.#stallMs = channel.stallMs ?? stallMs;
    this.#onState = onState;
    this.#backoff = new Backoff(channel.retry ?? LOCAL);
  }

  /** Why the destination does not take records now; null while it does. */
  get error(): string | null {
    return this.#error;
  }

  /** Wall clock of the last failure, ms since the epoch; null: none yet. */
  get failedAtMs(): number | null {
    return this.#failedAtMs;
  }

  open(): void {
    const result = this.#channel.open();
    if (result instanceof Promise) void result.then((error) => this.#running || this.setState(error));
    else this.setState(result);
  }

  /** There is something to send. */
  kick(): void {
    this.#more = true;
    if (this.#running || this.#stopped) return;
    this.#running = true;
    this.#progressMs = performance.now();
    // A microtask later: alerts of one message from the engine leave in one batch.
    queueMicrotask(() => void this.#run());
  }

  /** A wait for the next attempt ends now. */
  hurry(): void {
    this.#wake?.();
  }

  /** True once the source is empty, false when `timeoutMs` pass before. */
  idle(timeoutMs: number): Promise<boolean> {
    if (!this.#running) return Promise.resolve(true);
    this.hurry();
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.#idleWaiters.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  /** Nothing is taken from the source any more; what a pending attempt brings is not counted. */
  stop(): void {
    this.#stopped = true;
    this.hurry();
    this.#channel.close();
  }

  setState(error: string | null): void {
    if (error !== null) this.#failedAtMs = Date.now();
    if (error === this.#error || this.#stopped) return;
    this.#error = error;
    this.#onState(this.#channel.name, error);
  }

  async #run(): Promise<void> {
    while (this.#more && !this.#stopped) {
      this.#more = false;
      let records = await this.#source.batch();
      while (records.length > 0 && !this.#stopped) {
        await this.#attempt(records);
        if (!this.#stopped) records = await this.#source.batch();
      }
    }
    this.#running = false;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  async #attempt(records: readonly Uint8Array[]): Promise<void> {
    const sent = await this.#send(records);
    if (this.#stopped) return;
    this.#account(sent);
    if (sent.done > 0 || sent.error === null) this.#backoff.reset();
    if (sent.error === null || sent.refused === true) return;
    this.retries++;
    const wait = this.#backoff.next(sent.busy === true ? RETRY_BUSY_MS : undefined);
    await this.#pause(Math.max(wait, sent.retryAfterMs ?? 0));
  }

  async #send(records: readonly Uint8Array[]): Promise<Sent> {
    const stall = setTimeout(() => this.setState(`no progress for ${this.#stallMs} ms`), this.#stallMs);
    stall.unref();
    try {
      return await this.#channel.send(records);
    } catch (error) {
      return { done: 0, error: `a fault of saker, please report it: ${error}` };
    } finally {
      clearTimeout(stall);
    }
  }

  #account(sent: Sent): void {
    this.delivered += sent.done;
    this.#source.delivered(sent.done);
    if (sent.refused === true) {
      this.refused++;
      this.#source.refused(sent.error ?? 'refused');
    }
    if (sent.done > 0) this.#progressMs = performance.now();
    // Reporting every lag would answer a burst of alerts with a burst of messages, to the same journal.
    const lagging = sent.busy === true && performance.now() - this.#progressMs < this.#stallMs;
    if (!lagging) this.setState(sent.error);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), ms);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }
}
