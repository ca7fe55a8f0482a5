import { type Finding, type Match, NO_LIMITS, NoiseControl, type Suppressed } from '../alerts/index.ts';
import type { Alert } from '../base/alert.ts';
import { canaryAlert } from './canary.ts';
import type { Event } from './event.ts';
import type { Matcher } from './matcher.ts';
import type { NoiseInput } from './messages.ts';

/**
 * From rules that matched to alerts, through noise control. One object stands for all findings, since each is dealt
 * with before the next.
 */
export class Findings implements Finding {
  readonly #noise: NoiseControl;
  readonly #nowMs: () => number;
  #matcher: Matcher | null = null;
  #event: Event | null = null;
  #rule = 0;
  #alerts: Alert[] = [];
  #count = 0;

  /**
   * @param wallNs wall clock of a moment in ns since boot
   * @param nowMs a clock that only goes forward
   */
  constructor(wallNs: (bootNs: bigint) => bigint, nowMs: () => number = () => performance.now()) {
    this.#noise = new NoiseControl((match) => void this.#alerts.push(this.#matcher!.build(match)), wallNs);
    this.#nowMs = nowMs;
  }

  /** From the next event on. What was held back under other rules and limits is told in its time. */
  configure(matcher: Matcher, noise: NoiseInput | undefined): void {
    this.#matcher = matcher;
    this.#noise.configure(noise ?? NO_LIMITS);
  }

  /** @param rule its number, as the matcher gave it for this event */
  take(rule: number, event: Event): void {
    this.#rule = rule;
    this.#event = event;
    this.#count++;
    this.#noise.take(this, this.#nowMs());
  }

  /** The agent's canary: no finding, and nothing that noise control could hold back. */
  takeCanary(event: Event): void {
    this.#alerts.push(canaryAlert(event.wallNs));
  }

  /** Alerts since the last call, with summaries whose time has come. */
  takeAlerts(): readonly Alert[] {
    this.#noise.turn(this.#nowMs());
    if (this.#alerts.length === 0) return this.#alerts;
    const alerts = this.#alerts;
    this.#alerts = [];
    return alerts;
  }

  /** Summaries of all that was held back and not told yet. */
  flush(): void {
    this.#noise.flush(this.#nowMs());
  }

  /** ms until the next summary may be due; Infinity when none will be. */
  dueMs(): number {
    return this.#noise.dueMs(this.#nowMs());
  }

  /** Since the start. */
  get count(): number {
    return this.#count;
  }

  suppressed(): Map<string, Suppressed> {
    return this.#noise.suppressed();
  }

  get rule(): string {
    return this.#matcher!.nameOf(this.#rule);
  }
  get severity(): number {
    return this.#matcher!.noiseOf(this.#rule).severity;
  }
  get exempt(): boolean {
    return this.#matcher!.noiseOf(this.#rule).exempt;
  }
  get atNs(): number {
    return this.#event!.bootNs;
  }
  key(): string {
    return this.#matcher!.noiseOf(this.#rule).key(this.#event!);
  }
  group(): string {
    return this.#matcher!.noiseOf(this.#rule).group(this.#event!);
  }
  match(): Match {
    return this.#matcher!.describe(this.#rule, this.#event!);
  }
}
