import type { EngineStats } from '../engine/messages.ts';
import type { Log } from './log.ts';

/** Says what the engine had trouble with since the last look, beside what it lost. */
export class EngineTrouble {
  readonly #log: Log;
  #faults = 0;
  #early = 0;
  #full = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  look({ faults, lastFault, held, full }: Pick<EngineStats, 'faults' | 'lastFault' | 'held' | 'full'>): void {
    const early = held.expired + held.crowded;
    if (early > this.#early)
      this.#log.warning(
        `${early - this.#early} events were judged before the facts of their container were there, see saker status`,
      );
    this.#early = early;
    if (full > this.#full)
      this.#log.warning(
        `${full - this.#full} processes were not kept in mind, the table is full: raise falco_libs.thread_table_size`,
      );
    this.#full = full;
    if (faults > this.#faults)
      this.#log.error(`the engine failed on ${faults - this.#faults} events, please report it: ${lastFault}`);
    this.#faults = faults;
  }
}
