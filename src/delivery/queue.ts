import { type Alert, alertBytes } from '../base/alert.ts';
import { Sender, type Source } from './sender.ts';
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

/**
 * A bounded queue in front of one channel, so that its slowness is its own. When full, the newest alert is dropped:
 * the first traces of an attack are worth more than its hundredth.
 *
 *   write ─▶ [ waiting … ] ─▶ [ batch, encoded ] ─▶ sender ─▶ channel
 */
export function queueSink(channel: Channel, limits: QueueLimits, onState: OnState): Sink {
  return new SinkQueue(channel, limits, onState);
}

class SinkQueue implements Sink, Source {
  readonly name: string;
  readonly #channel: Channel;
  readonly #limits: QueueLimits;
  readonly #onState: OnState;
  readonly #sender: Sender;
  #waiting: Alert[] = [];
  #waitingBytes = 0;
  #batch: Uint8Array[] = [];
  #closed = false;
  #dropped = 0;
  #unwritable = 0;

  constructor(channel: Channel, limits: QueueLimits, onState: OnState) {
    this.name = channel.name;
    this.#channel = channel;
    this.#limits = limits;
    this.#onState = onState;
    this.#sender = new Sender(channel, this, limits.stallMs, onState);
  }

  open(): void {
    this.#sender.open();
  }

  write(alert: Alert): void {
    const size = alertBytes(alert);
    const full = this.#queued() >= this.#limits.capacity || this.#waitingBytes + size > MAX_QUEUED_BYTES;
    if (full || this.#closed) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(alert);
    this.#waitingBytes += size;
    this.#sender.kick();
  }

  flush(timeoutMs: number): Promise<boolean> {
    return this.#sender.idle(timeoutMs);
  }

  reopen(): void {
    this.#channel.reopen();
    this.#sender.hurry();
  }

  renew(): void {
    this.#channel.renew?.();
    this.#sender.hurry();
  }

  async close(timeoutMs: number): Promise<void> {
    await this.flush(timeoutMs);
    this.#closed = true;
    this.#dropped += this.#queued();
    this.#waiting = [];
    this.#batch = [];
    this.#sender.stop();
  }

  stats(): SinkStats {
    return {
      name: this.name,
      queued: this.#queued(),
      delivered: this.#sender.delivered,
      dropped: this.#dropped,
      refused: this.#sender.refused + this.#unwritable,
      retries: this.#sender.retries,
      error: this.#sender.error,
      failedAtMs: this.#sender.failedAtMs,
    };
  }

  batch(): readonly Uint8Array[] {
    while (this.#batch.length === 0 && this.#waiting.length > 0) this.#fillBatch();
    return this.#batch;
  }

  delivered(count: number): void {
    this.#batch.splice(0, count);
  }

  refused(): void {
    this.#batch.shift();
  }

  #queued(): number {
    return this.#waiting.length + this.#batch.length;
  }

  #fillBatch(): void {
    for (const alert of this.#waiting.splice(0, MAX_BATCH)) {
      this.#waitingBytes -= alertBytes(alert);
      this.#encode(alert);
    }
  }

  /** An alert that cannot be written is a mistake of ours; it must not take the others with it. */
  #encode(alert: Alert): void {
    try {
      this.#batch.push(this.#channel.encode(alert));
    } catch (error) {
      this.#unwritable++;
      this.#onState(this.name, `an alert of rule "${alert.rule}" cannot be written: ${error}`);
    }
  }
}
