import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '../base/alert.ts';
import type { Channel, Sink, SinkStats } from './sink.ts';
import type { SinkPlan } from './sinks.ts';

// A local file system or daemon that does not answer within this is not better than the destination before.
const OPEN_MS = 2000;

/**
 * The place of one destination. Its sink can be exchanged while alerts come: the old one hands over what it has first,
 * since both may use the same file, program or spool; alerts wait meanwhile.
 */
export class Slot {
  readonly name: string;
  #key: string;
  #sink: Sink;
  /** Of sinks that were here before. */
  #before = { delivered: 0, dropped: 0, refused: 0, retries: 0, heldBack: 0, deadLetters: 0 };
  #meanwhile: Alert[] | null = null;
  #exchanging: Promise<unknown> = Promise.resolve();

  /** Opens the destination. */
  constructor(plan: SinkPlan) {
    this.name = plan.channel.name;
    this.#key = plan.key;
    this.#sink = plan.make();
    this.#sink.open();
  }

  isLike(plan: SinkPlan): boolean {
    return this.#key === plan.key;
  }

  write(alert: Alert, capacity: number): void {
    if (this.#meanwhile === null) this.#sink.write(alert);
    else if (this.#meanwhile.length < capacity) this.#meanwhile.push(alert);
    else this.#before.dropped++;
  }

  /**
   * Puts the planned destination in this place, if it opens.
   * @param patienceMs for what the old one still has
   * @returns why the old one stays; null when it does not
   */
  exchange(plan: SinkPlan, patienceMs: number): Promise<string | null> {
    const done = this.#exchange(plan, patienceMs);
    this.#exchanging = done;
    return done;
  }

  async #exchange(plan: SinkPlan, patienceMs: number): Promise<string | null> {
    const error = await openWithin(plan.channel, OPEN_MS);
    if (error !== null) {
      plan.channel.close();
      return error;
    }
    const meanwhile: Alert[] = [];
    this.#meanwhile = meanwhile;
    await this.#sink.close(patienceMs);
    const { delivered, dropped, refused, retries, heldBack = 0, deadLetters = 0 } = this.#sink.stats();
    this.#before.delivered += delivered;
    this.#before.dropped += dropped;
    this.#before.refused += refused;
    this.#before.retries += retries;
    this.#before.heldBack += heldBack;
    this.#before.deadLetters += deadLetters;
    this.#sink = plan.make();
    this.#sink.open();
    this.#key = plan.key;
    this.#meanwhile = null;
    for (const alert of meanwhile) this.#sink.write(alert);
    return null;
  }

  flush(timeoutMs: number): Promise<boolean> {
    return this.#sink.flush(timeoutMs);
  }

  reopen(): void {
    this.#sink.reopen();
  }

  renew(): void {
    this.#sink.renew();
  }

  async close(timeoutMs: number): Promise<void> {
    // Whoever asked for the exchange is told why it failed.
    await this.#exchanging.catch(() => {});
    await this.#sink.close(timeoutMs);
  }

  stats(): SinkStats {
    const stats = this.#sink.stats();
    return {
      ...stats,
      queued: stats.queued + (this.#meanwhile?.length ?? 0),
      delivered: stats.delivered + this.#before.delivered,
      dropped: stats.dropped + this.#before.dropped,
      refused: stats.refused + this.#before.refused,
      retries: stats.retries + this.#before.retries,
      ...(stats.heldBack === undefined ? {} : { heldBack: stats.heldBack + this.#before.heldBack }),
      ...(stats.deadLetters === undefined
        ? {}
        : { deadLetters: stats.deadLetters + this.#before.deadLetters }),
    };
  }
}

async function openWithin(channel: Channel, ms: number): Promise<string | null> {
  const end = new AbortController();
  const late = sleep(ms, `it does not open within ${ms} ms`, { signal: end.signal });
  // It is the loser of the race.
  late.catch(() => {});
  try {
    return await Promise.race([channel.open(), late]);
  } finally {
    end.abort();
  }
}
