import type { Event } from './event.ts';
import type { Findings } from './findings.ts';
import { HeldEvents, type HeldStats, HOLD_LIMITS, type HoldLimits } from './held.ts';
import { CANARY, type Matcher } from './matcher.ts';
import type { RuleTotals } from './rule-totals.ts';

/**
 * From an event to findings: rules, and the wait for facts of containers. What an event gives before it has to wait
 * does not count, neither for noise control nor for the rules' totals.
 */
export class Judge {
  readonly #findings: Findings;
  readonly #totals: RuleTotals;
  readonly #failed: (error: unknown) => void;
  readonly #nowMs: () => number;
  #matcher: Matcher | null = null;
  #held: HeldEvents;
  #drafts = 0;
  /** Of an event that need not wait. */
  readonly #take = (rule: number, event: Event): void => {
    if (rule === CANARY) {
      this.#findings.takeCanary(event);
      return;
    }
    this.#totals.count(this.#matcher!.nameOf(rule));
    this.#findings.take(rule, event);
  };
  readonly #takeOrDraft = (rule: number, event: Event): void => {
    if (rule === CANARY || !this.#held.concerns(event.container)) this.#take(rule, event);
    // Only its words show whether an alert needs what is not known yet.
    else if (this.#matcher!.describe(rule, event)) this.#drafts++;
  };

  /** @param failed told of errors on events that waited, whose caller is gone */
  constructor(
    findings: Findings,
    totals: RuleTotals,
    failed: (error: unknown) => void,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#findings = findings;
    this.#totals = totals;
    this.#failed = failed;
    this.#nowMs = nowMs;
    this.#held = this.#holding(HOLD_LIMITS);
  }

  use(matcher: Matcher): void {
    this.#matcher = matcher;
  }

  /** From now on; nothing waits yet. */
  limit(limits: HoldLimits): void {
    this.#held = this.#holding(limits);
  }

  /** @param memory where the event's record lies, at `offset` */
  judge(event: Event, memory: Uint8Array, offset: number, length: number): void {
    this.#drafts = 0;
    this.#matcher?.match(event, this.#takeOrDraft);
    const container = this.#held.waitsFor(event, this.#drafts > 0);
    if (container !== null) {
      const record = memory.subarray(offset, offset + length);
      if (this.#held.hold(container, event, record, this.#nowMs())) return;
    }
    if (container !== null || this.#drafts > 0) this.#matcher?.match(event, this.#take);
  }

  /** Judges held events whose facts came or whose time is over. @param all also those that could wait */
  release(all: boolean): void {
    this.#held.release(all ? Number.POSITIVE_INFINITY : this.#nowMs());
  }

  /** ms until the next held event's time is over. */
  dueMs(): number {
    return this.#held.dueMs(this.#nowMs());
  }

  stats(): HeldStats {
    return this.#held.stats();
  }

  #holding(limits: HoldLimits): HeldEvents {
    return new HeldEvents((event) => this.#judgeHeld(event), limits);
  }

  #judgeHeld(event: Event): void {
    try {
      this.#matcher?.match(event, this.#take);
    } catch (error) {
      this.#failed(error);
    }
  }
}
