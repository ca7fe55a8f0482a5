/**
 * In: the alerts for one destination on the network. Out: each of them at least once, in order, also when the
 * destination is gone for days or saker is killed: alerts go to the disk first, and leave it when they are delivered.
 */
import type { Alert } from '../../base/alert.ts';
import { errorName, inWords } from '../errno.ts';
import { type QueueLimits, queueSink } from '../queue.ts';
import { Sender, type Source } from '../sender.ts';
import type { Channel, OnState, Sent, Sink, SinkStats } from '../sink.ts';
import { buryRecord } from './dead-letter.ts';
import { MAX_PAYLOAD_BYTES, type SpoolRecord } from './record.ts';
import { Spool, type SpoolOptions } from './spool.ts';

export type { SpoolOptions } from './spool.ts';

// While the disk takes nothing, alerts wait in memory; beyond this they wait in the queue, which drops.
const MAX_OVERFLOW_BYTES = 8 << 20;
// What is on its way to the destination is not put on the disk when that recovers: few at a time.
const OVERFLOW_BATCH = 64;
// Opening looks through the last segment; a folder that cannot be used is not tried with every alert.
const OPEN_AGAIN_MS = 1000;

/** Without a sequence number: a record that never was on the disk. */
type Held = SpoolRecord | { readonly sequence: null; readonly timeMs: number; readonly payload: Uint8Array };

/**
 * Two queues in a row. The disk failing does not stop delivery, the destination failing does not stop the disk.
 *
 *   write ─▶ queue ─▶ spool on the disk ─▶ sender ─▶ channel
 *                 └─▶ overflow in memory ─┘  (while the disk takes nothing)
 */
export function spooledSink(
  channel: Channel,
  spool: SpoolOptions,
  limits: QueueLimits,
  onState: OnState,
): Sink {
  return new SpooledSink(channel, spool, limits, onState);
}

class SpooledSink implements Sink, Source {
  readonly name: string;
  readonly #options: SpoolOptions;
  readonly #onState: OnState;
  readonly #channel: Channel;
  readonly #intake: Sink;
  readonly #sender: Sender;
  #spool: Spool | null = null;
  #opening: Promise<void> = Promise.resolve();
  #isOpening = false;
  #openedMs = Number.NEGATIVE_INFINITY;
  #overflow: Uint8Array[] = [];
  #batch: Held[] = [];
  #diskError: string | null = null;
  #expired = 0;
  #buried = 0;
  #left = 0;

  constructor(channel: Channel, options: SpoolOptions, limits: QueueLimits, onState: OnState) {
    this.name = channel.name;
    this.#options = options;
    this.#onState = onState;
    this.#channel = channel;
    const disk: Channel = {
      name: `${channel.name} spool`,
      open: () => this.#open().then(() => null),
      encode: (alert) => boundedRecord(channel.encode(alert)),
      send: (records) => this.#keep(records),
      reopen: () => {},
      close: () => {},
    };
    this.#intake = queueSink(disk, limits, onState);
    this.#sender = new Sender(channel, this, limits.stallMs, onState);
  }

  open(): void {
    this.#intake.open();
    this.#sender.open();
  }

  write(alert: Alert): void {
    this.#intake.write(alert);
  }

  async flush(timeoutMs: number): Promise<boolean> {
    const end = performance.now() + timeoutMs;
    return (await this.#intake.flush(timeoutMs)) && this.#sender.idle(Math.max(0, end - performance.now()));
  }

  reopen(): void {
    this.#channel.reopen();
    this.#sender.hurry();
  }

  renew(): void {
    this.#channel.renew?.();
    this.#sender.hurry();
  }

  /** What is not delivered by then stays on the disk for the next start. */
  async close(timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs;
    await this.#intake.close(timeoutMs);
    const reachable = this.#sender.error === null;
    if (reachable) await this.#sender.idle(Math.max(0, end - performance.now()));
    this.#sender.stop();
    const unsaved = [...this.#unsaved().map((held) => held.payload), ...this.#overflow];
    this.#left = unsaved.length;
    const saved = this.#save(unsaved);
    const late = new Promise<void>((resolve) =>
      setTimeout(resolve, Math.max(100, end - performance.now())).unref(),
    );
    await Promise.race([saved, late]);
  }

  stats(): SinkStats {
    const intake = this.#intake.stats();
    const records = this.#spool?.pending ?? 0;
    const lost = this.#spool?.lost ?? { size: 0, age: 0, damage: 0 };
    return {
      name: this.name,
      queued: intake.queued + records + this.#overflow.length + this.#unsaved().length,
      delivered: this.#sender.delivered,
      dropped: intake.dropped + lost.size + lost.age + lost.damage + this.#expired + this.#left,
      refused: intake.refused + this.#sender.refused,
      retries: this.#sender.retries,
      error: this.#sender.error ?? this.#diskError ?? intake.error,
      failedAtMs: Math.max(this.#sender.failedAtMs ?? 0, intake.failedAtMs ?? 0) || null,
      deadLetters: this.#buried,
      spool: { records, bytes: this.#spool?.bytes ?? 0, tornBytes: this.#spool?.tornBytes ?? 0 },
    };
  }

  async batch(): Promise<readonly Uint8Array[]> {
    this.#dropOld();
    if (this.#batch.length === 0) this.#batch = await this.#next();
    return this.#batch.map((held) => held.payload);
  }

  delivered(count: number): void {
    const last = this.#batch[count - 1];
    this.#batch.splice(0, count);
    if (last !== undefined) this.#acknowledge(last);
  }

  refused(reason: string): void {
    const held = this.#batch.shift();
    if (held === undefined) return;
    const record = { ...held, sequence: held.sequence ?? 0 };
    buryRecord(this.#options.folder, record, reason).then(
      () => void this.#buried++,
      (error) => this.#setDisk(errorName(error)),
    );
    this.#acknowledge(held);
  }

  /** From the queue to the disk or, while that takes nothing, to the overflow. */
  async #keep(records: readonly Uint8Array[]): Promise<Sent> {
    const waiting = this.#overflow;
    this.#overflow = [];
    try {
      await this.#open();
      if (this.#spool === null) throw new Error(this.#diskError ?? 'not open');
      await this.#spool.append([...waiting, ...records]);
      this.#setDisk(null);
    } catch (error) {
      this.#overflow = waiting;
      const why = errorName(error);
      this.#setDisk(why);
      return this.#keepInMemory(records, why);
    } finally {
      this.#sender.kick();
    }
    return { done: records.length, error: null };
  }

  #keepInMemory(records: readonly Uint8Array[], why: string): Sent {
    let size = this.#overflow.reduce((sum, r) => sum + r.length, 0);
    let done = 0;
    for (const record of records) {
      size += record.length;
      if (size > MAX_OVERFLOW_BYTES) return { done, error: `${why}, and the memory for it is full` };
      this.#overflow.push(record);
      done++;
    }
    return { done, error: null };
  }

  async #next(): Promise<Held[]> {
    try {
      const records = (await this.#spool?.read()) ?? [];
      if (records.length > 0) return records;
    } catch (error) {
      this.#setDisk(errorName(error));
    }
    const timeMs = Date.now();
    return this.#overflow.splice(0, OVERFLOW_BATCH).map((payload) => ({ sequence: null, timeMs, payload }));
  }

  /** Records may also grow too old while the destination refuses them. */
  #dropOld(): void {
    const now = Date.now();
    const spool = this.#spool;
    let old: Held | undefined;
    for (
      let [first] = this.#batch;
      first?.sequence != null && spool?.isOld(first, now);
      [first] = this.#batch
    ) {
      old = this.#batch.shift();
      this.#expired++;
    }
    if (old !== undefined) this.#acknowledge(old);
  }

  #acknowledge({ sequence }: Held): void {
    if (sequence === null) return;
    this.#spool?.acknowledge(sequence).catch((error) => this.#setDisk(errorName(error)));
  }

  #unsaved(): Held[] {
    return this.#batch.filter((held) => held.sequence === null);
  }

  #open(): Promise<void> {
    const isDue = performance.now() - this.#openedMs >= OPEN_AGAIN_MS;
    if (this.#spool === null && !this.#isOpening && isDue) this.#opening = this.#tryOpen();
    return this.#opening;
  }

  async #tryOpen(): Promise<void> {
    this.#isOpening = true;
    try {
      this.#spool = await Spool.open(this.#options);
      this.#setDisk(null);
      // What an earlier run left.
      this.#sender.kick();
    } catch (error) {
      this.#setDisk(errorName(error));
    } finally {
      // A slow disk must not meet its own lock.
      this.#isOpening = false;
      this.#openedMs = performance.now();
    }
  }

  async #save(unsaved: readonly Uint8Array[]): Promise<void> {
    try {
      if (unsaved.length > 0) await this.#spool?.append(unsaved);
      if (this.#spool !== null) this.#left = 0;
      await this.#spool?.close();
    } catch (error) {
      this.#setDisk(errorName(error));
    }
  }

  #setDisk(error: string | null): void {
    if (error === this.#diskError) return;
    this.#diskError = error;
    const { folder } = this.#options;
    const told =
      error === null ? null : `${folder}: ${inWords(error)}; alerts that cannot be sent wait in memory only`;
    this.#onState(`${this.name} spool`, told);
  }
}

function boundedRecord(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_PAYLOAD_BYTES) throw new Error(`larger than ${MAX_PAYLOAD_BYTES} bytes`);
  return bytes;
}
