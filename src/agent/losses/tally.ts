/** What was lost, by cause and name: a plain count that can be added up. */

/**
 * - `ring_full`: events, by type, that the ring had no place for: the engine did not keep up
 * - `skipped_run`: runs, by program, that the kernel skipped
 * - `unreadable`: records that made no sense
 * - `engine_fault`: events on which the engine itself failed
 * - `handover`: alerts that the main thread did not take from the engine in time
 * - `output`: alerts, by output, whose queue was full or that it can never take
 * - `simulated`: events, by falco.yaml's simulate_drops
 */
export type Cause =
  | 'ring_full'
  | 'skipped_run'
  | 'unreadable'
  | 'engine_fault'
  | 'handover'
  | 'output'
  | 'simulated';

export interface Loss {
  readonly cause: Cause;
  /** Of the event type, program or output; empty where the cause has none. */
  readonly name: string;
  readonly count: number;
}

/** Causes that are lost events, for Falco's `n_drops`; the others are alerts. */
const EVENT_CAUSES: ReadonlySet<Cause> = new Set([
  'ring_full',
  'skipped_run',
  'unreadable',
  'engine_fault',
  'simulated',
]);

export class Tally {
  readonly #counts = new Map<string, { readonly cause: Cause; readonly name: string; count: number }>();

  add(cause: Cause, name: string, count: number): void {
    if (count <= 0) return;
    const key = `${cause} ${name}`;
    const entry = this.#counts.get(key);
    if (entry === undefined) this.#counts.set(key, { cause, name, count });
    else entry.count += count;
  }

  addAll(losses: readonly Loss[]): void {
    for (const { cause, name, count } of losses) this.add(cause, name, count);
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** Most first within a cause. */
  list(cause?: Cause): Loss[] {
    return [...this.#counts.values()]
      .filter((loss) => cause === undefined || loss.cause === cause)
      .sort((a, b) => b.count - a.count)
      .map((loss) => ({ ...loss }));
  }

  sum(cause: Cause): number {
    return this.list(cause).reduce((sum, { count }) => sum + count, 0);
  }

  /** Events that no rule saw. */
  get events(): number {
    return this.list().reduce((sum, { cause, count }) => sum + (EVENT_CAUSES.has(cause) ? count : 0), 0);
  }

  /** Alerts that somebody did not get. */
  get alerts(): number {
    return this.sum('handover') + this.sum('output');
  }
}
