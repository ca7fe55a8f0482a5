import type { SinkStats } from '../../delivery/index.ts';
import type { EngineStats } from '../../engine/messages.ts';
import type { ProgramFacts, TypeCount } from '../../kernel/index.ts';
import { type Cause, Tally } from './tally.ts';

/** What was looked at this time: each source has its own price. */
export interface Readings {
  readonly counts?: readonly TypeCount[];
  readonly programs?: readonly ProgramFacts[];
  readonly sinks?: readonly SinkStats[];
  readonly engine?: Pick<EngineStats, 'corrupt' | 'faults' | 'overrun'>;
}

/** Totals since the start → what came since the last look. */
export class LossCounters {
  readonly #totals = new Map<string, number>();
  #sent = 0;

  /** @returns what was lost, and the events that were not */
  look({ counts, programs = [], sinks = [], engine }: Readings): {
    readonly lost: Tally;
    readonly sent: number;
  } {
    const lost = new Tally();
    for (const { type, lost: total } of counts ?? []) this.#take(lost, 'ring_full', type, Number(total));
    for (const { program, missedRuns } of programs) this.#take(lost, 'skipped_run', program, missedRuns);
    this.#takeSinks(lost, sinks);
    if (engine !== undefined) {
      this.#take(lost, 'unreadable', '', engine.corrupt);
      this.#take(lost, 'engine_fault', '', engine.faults);
      this.#take(lost, 'handover', '', engine.overrun);
    }
    return { lost, sent: counts === undefined ? 0 : this.#sentSince(counts) };
  }

  /** What outputs lost of an alert that told of losses is none to tell of: that would never end. */
  forgive(sinks: readonly SinkStats[]): void {
    this.#takeSinks(new Tally(), sinks);
  }

  #sentSince(counts: readonly TypeCount[]): number {
    const before = this.#sent;
    this.#sent = counts.reduce((sum, { sent }) => sum + Number(sent), 0);
    return Math.max(0, this.#sent - before);
  }

  #takeSinks(lost: Tally, sinks: readonly SinkStats[]): void {
    for (const { name, dropped, refused } of sinks) this.#take(lost, 'output', name, dropped + refused);
  }

  #take(lost: Tally, cause: Cause, name: string, total: number): void {
    const key = `${cause} ${name}`;
    // A total that fell is that of a successor, such as an output that a reload opened anew.
    const before = this.#totals.get(key) ?? 0;
    lost.add(cause, name, total < before ? total : total - before);
    this.#totals.set(key, total);
  }
}
