import type { Alert } from '../base/alert.ts';
import type { Channel, OnState, Sink, SinkStats } from './sink.ts';

export interface QueueLimits {
  /** Most alerts waiting. */
  readonly capacity: number;
  /** A destination that makes no progress for so long is reported as failing, ms. */
  readonly stallMs: number;
}

// Alerts share their text between sinks, so this bounds one destination's share of the heap.
const MAX_QUEUED_BYTES = 32 << 20;
// One batch: large enough to make system calls rare, small enough that the first alert in it does not wait.
const MAX_BATCH = 256;
// A restarted daemon is back in milliseconds, a full disk in minutes.
const RETRY_FIRST_MS = 5;
const RETRY_MOST_MS = 1000;
// A lagging reader has room again as soon as it has read one message; asking costs some µs.
const RETRY_BUSY_MS = 20;

/**
 * A bounded queue in front of one channel, so that its slowness is its own. When full, the newest alert is dropped:
 * the first traces of an attack are worth more than its hundredth.
 *
 *   write ─▶ [ waiting … ] ─▶ [ batch, encoded ] ─▶ channel.send
 *                                  ▲        │ error: wait, double, same bytes again
 *                                  └────────┘
 */
export function queueSink(channel: Channel, limits: QueueLimits, onState: OnState): Sink {
  return new SinkQueue(channel, limits, onState);
}

class SinkQueue implements Sink {
  readonly name: string;
  readonly #channel: Channel;
  readonly #limits: QueueLimits;
  readonly #onState: OnState;
  #waiting: Alert[] = [];
  #waitingBytes = 0;
  #batch: Uint8Array[] = [];
  #draining = false;
  #closed = false;
  #delivered = 0;
  #dropped = 0;
  #refused = 0;
  #retries = 0;
  #error: string | null = null;
  /** When the destination last took something, or began to be asked for it. */
  #progressMs = 0;
  #idleWaiters: (() => void)[] = [];
  #wakeFromRetry: (() => void) | null = null;

  constructor(channel: Channel, limits: QueueLimits, onState: OnState) {
    this.name = channel.name;
    this.#channel = channel;
    this.#limits = limits;
    this.#onState = onState;
  }

  open(): void {
    this.#setState(this.#channel.open());
  }

  write(alert: Alert): void {
    const size = sizeOf(alert);
    const full = this.#queued() >= this.#limits.capacity || this.#waitingBytes + size > MAX_QUEUED_BYTES;
    if (full || this.#closed) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(alert);
    this.#waitingBytes += size;
    if (this.#draining) return;
    this.#draining = true;
    this.#progressMs = performance.now();
    // A microtask later: alerts of one message from the engine leave in one batch.
    queueMicrotask(() => void this.#drain());
  }

  flush(timeoutMs: number): Promise<boolean> {
    if (!this.#draining) return Promise.resolve(true);
    this.#wakeFromRetry?.();
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.#idleWaiters.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  reopen(): void {
    this.#channel.reopen();
    this.#wakeFromRetry?.();
  }

  async close(timeoutMs: number): Promise<void> {
    await this.flush(timeoutMs);
    this.#closed = true;
    this.#dropped += this.#queued();
    this.#waiting = [];
    this.#batch = [];
    this.#wakeFromRetry?.();
    this.#channel.close();
  }

  stats(): SinkStats {
    return {
      name: this.name,
      queued: this.#queued(),
      delivered: this.#delivered,
      dropped: this.#dropped,
      refused: this.#refused,
      retries: this.#retries,
      error: this.#error,
    };
  }

  #queued(): number {
    return this.#waiting.length + this.#batch.length;
  }

  async #drain(): Promise<void> {
    let waitMs = RETRY_FIRST_MS;
    while (!this.#closed && this.#nextBatch()) {
      const before = this.#delivered;
      const result = await this.#sendBatch();
      if (result === 'done' || this.#delivered > before) waitMs = RETRY_FIRST_MS;
      if (result === 'done') continue;
      this.#retries++;
      await this.#pause(waitMs);
      waitMs = Math.min(waitMs * 2, result === 'busy' ? RETRY_BUSY_MS : RETRY_MOST_MS);
    }
    this.#draining = false;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  /** Fills the batch unless one is left from a failed attempt. False when there is nothing to send. */
  #nextBatch(): boolean {
    while (this.#batch.length === 0 && this.#waiting.length > 0) this.#fillBatch();
    return this.#batch.length > 0;
  }

  #fillBatch(): void {
    for (const alert of this.#waiting.splice(0, MAX_BATCH)) {
      this.#waitingBytes -= sizeOf(alert);
      this.#encode(alert);
    }
  }

  /** An alert that cannot be written is a mistake of ours; it must not take the others with it. */
  #encode(alert: Alert): void {
    try {
      this.#batch.push(this.#channel.encode(alert));
    } catch (error) {
      this.#refused++;
      this.#onState(this.name, `an alert of rule "${alert.rule}" cannot be written: ${error}`);
    }
  }

  /** `busy` and `failed` are worth another try, the first one soon. */
  async #sendBatch(): Promise<'done' | 'busy' | 'failed'> {
    const stall = setTimeout(
      () => this.#setState(`no progress for ${this.#limits.stallMs} ms`),
      this.#limits.stallMs,
    );
    stall.unref();
    const sent = await this.#channel.send(this.#batch);
    clearTimeout(stall);
    // Closed meanwhile: what was left is already counted as dropped.
    if (this.#closed) return 'done';
    this.#delivered += sent.done;
    this.#batch.splice(0, sent.done);
    if (sent.refused === true) {
      this.#batch.shift();
      this.#refused++;
    }
    if (sent.done > 0) this.#progressMs = performance.now();
    // Reporting every lag would answer a burst of alerts with a burst of messages, to the same journal.
    const lagging = sent.busy === true && performance.now() - this.#progressMs < this.#limits.stallMs;
    if (!lagging) this.#setState(sent.error);
    if (sent.error === null || sent.refused === true) return 'done';
    return sent.busy === true ? 'busy' : 'failed';
  }

  #setState(error: string | null): void {
    if (error === this.#error) return;
    this.#error = error;
    this.#onState(this.name, error);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      this.#wakeFromRetry = () => {
        clearTimeout(timer);
        this.#wakeFromRetry = null;
        resolve();
      };
    });
  }
}

/** Memory an alert holds, nearly: its two long texts dominate. */
function sizeOf(alert: Alert): number {
  return alert.json.length + alert.text.length + 256;
}
