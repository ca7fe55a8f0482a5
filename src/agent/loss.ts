import type { SinkStats } from '../delivery/index.ts';
import type { EngineStats } from '../engine/messages.ts';
import type { ProgramFacts, TypeCount } from '../kernel/index.ts';
import type { Log } from './log.ts';

/**
 * Says aloud what was lost since the last look: events the ring had no place for, by type, runs of programs that the
 * kernel skipped, and alerts that an output could not take. Silence means that nothing was lost.
 */
export class LossWatch {
  readonly #log: Log;
  #events = new Map<string, bigint>();
  #missed = new Map<string, number>();
  #corrupt = 0;
  #faults = 0;
  #early = 0;
  #overrun = 0;
  #alerts = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Asked less often: the answer wakes the engine. */
  lookAtEngine({
    corrupt,
    faults,
    lastFault,
    held,
    overrun,
  }: Pick<EngineStats, 'corrupt' | 'faults' | 'lastFault' | 'held' | 'overrun'>): void {
    const early = held.expired + held.crowded;
    if (early > this.#early)
      this.#log.warning(
        `${early - this.#early} events were judged before the facts of their container were there, see saker status`,
      );
    this.#early = early;
    if (overrun > this.#overrun)
      this.#log.error(
        `${overrun - this.#overrun} alerts were lost on the way to the outputs: the main thread does not keep up`,
      );
    this.#overrun = overrun;
    if (corrupt > this.#corrupt)
      this.#log.error(`${corrupt - this.#corrupt} records of the kernel made no sense and were skipped`);
    if (faults > this.#faults)
      this.#log.error(`the engine failed on ${faults - this.#faults} events, please report it: ${lastFault}`);
    this.#corrupt = corrupt;
    this.#faults = faults;
  }

  lookAtKernel(counts: readonly TypeCount[]): void {
    const lost: string[] = [];
    for (const { type, lost: total } of counts) {
      const before = this.#events.get(type) ?? 0n;
      if (total > before) lost.push(`${total - before} ${type}`);
      this.#events.set(type, total);
    }
    if (lost.length > 0)
      this.#log.warning(`the kernel lost events, saker was blind to them: ${lost.join(', ')}`);
  }

  /** A program that was preempted is skipped for every other task on its processor until it goes on. */
  lookAtPrograms(programs: readonly ProgramFacts[]): void {
    const missed: string[] = [];
    for (const { program, missedRuns } of programs) {
      const before = this.#missed.get(program) ?? 0;
      if (missedRuns > before) missed.push(`${program} ${missedRuns - before} times`);
      this.#missed.set(program, missedRuns);
    }
    if (missed.length > 0)
      this.#log.warning(
        `the kernel skipped programs, saker was blind to what they watch: ${missed.join(', ')}`,
      );
  }

  lookAtSinks(sinks: readonly SinkStats[]): void {
    for (const { name, dropped, refused } of sinks) {
      const before = this.#alerts.get(name) ?? 0;
      const total = dropped + refused;
      if (total > before) this.#log.warning(`output ${name} lost ${total - before} alerts`);
      this.#alerts.set(name, total);
    }
  }
}
