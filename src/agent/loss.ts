import type { SinkStats } from '../delivery/index.ts';
import type { TypeCount } from '../kernel/index.ts';
import type { Log } from './log.ts';

/**
 * Says aloud what was lost since the last look: events the ring had no place for, by type, and alerts that an output
 * could not take. Silence means that nothing was lost.
 */
export class LossWatch {
  readonly #log: Log;
  #events = new Map<string, bigint>();
  #alerts = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  look(counts: readonly TypeCount[], sinks: readonly SinkStats[]): void {
    const lost: string[] = [];
    for (const { type, lost: total } of counts) {
      const before = this.#events.get(type) ?? 0n;
      if (total > before) lost.push(`${total - before} ${type}`);
      this.#events.set(type, total);
    }
    if (lost.length > 0)
      this.#log.warning(`the kernel lost events, saker was blind to them: ${lost.join(', ')}`);
    for (const { name, dropped, refused } of sinks) {
      const before = this.#alerts.get(name) ?? 0;
      const total = dropped + refused;
      if (total > before) this.#log.warning(`output ${name} lost ${total - before} alerts`);
      this.#alerts.set(name, total);
    }
  }
}
