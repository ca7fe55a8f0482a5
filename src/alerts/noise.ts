import { Bucket } from './bucket.ts';
import type { Match } from './build.ts';
import { type Finding, NO_LIMITS, type NoiseLimits, type Suppressed } from './finding.ts';
import { Repeats } from './repeats.ts';
import { RuleNoise } from './rule-noise.ts';
import { heldBackMatch, repeatedMatch } from './summary.ts';

/** Severity (syslog(3)) up to which a rule may use so much of the budget: severe ones still speak when others may not. */
const SHARES = [
  { severity: 2, reserved: 0 },
  { severity: 4, reserved: 1 / 4 },
  { severity: 7, reserved: 1 / 2 },
] as const;

/**
 * Decides which findings become alerts. What does not is counted by rule and told in a summary at the end of a window,
 * so nothing is lost, it is only told later and together:
 *
 *   finding ─▶ repeats an alert of the last window? ─▶ within the rates of rule and group? ─▶ within the budget? ─▶ alert
 *                 │ counted                              │ counted                              │ counted
 *                 └──▶ "repeated 412 times in 60 s"      └──────▶ "one of 5231 held back" ◀─────┘
 */
export class NoiseControl {
  readonly #send: (match: Match) => void;
  readonly #wallNs: (bootNs: bigint) => bigint;
  readonly #repeats = new Repeats((window, nowMs) => {
    const { match, count, fromMs, lastNs } = window;
    this.#send(repeatedMatch(match, count, nowMs - fromMs, this.#wallNs(BigInt(lastNs))));
  });
  readonly #rules = new Map<string, RuleNoise>();
  readonly #budget = new Bucket();
  #limits = NO_LIMITS;
  #nextMs = Number.POSITIVE_INFINITY;

  /**
   * @param send takes what becomes an alert
   * @param wallNs wall clock of a moment in ns since boot
   */
  constructor(send: (match: Match) => void, wallNs: (bootNs: bigint) => bigint) {
    this.#send = send;
    this.#wallNs = wallNs;
  }

  /** From now on these limits hold; counts and windows stay. */
  configure(limits: NoiseLimits): void {
    this.#limits = limits;
  }

  /** @param nowMs a clock that only goes forward */
  take(finding: Finding, nowMs: number): void {
    const { dedup, perRule, perGroup, budget, windowMs } = this.#limits;
    const hasLimits = perRule + perGroup + budget > 0;
    if (finding.exempt || !(dedup || hasLimits)) {
      this.#send(finding.match());
      return;
    }
    const rule = this.#ruleOf(finding.rule);
    const key = dedup ? `${finding.rule.length}:${finding.rule} ${finding.key()}` : '';
    if (dedup && this.#repeats.count(key, finding.atNs, nowMs)) {
      rule.repeated();
      return;
    }
    const limit = hasLimits
      ? rule.limit(finding, this.#limits, this.#budgetLeft(finding, nowMs), nowMs)
      : null;
    if (limit !== null) {
      rule.hold(limit, finding, nowMs);
      this.#due(nowMs + windowMs);
      return;
    }
    this.#budget.take();
    const match = finding.match();
    this.#send(match);
    if (!dedup) return;
    this.#repeats.open(key, match, nowMs, windowMs);
    this.#due(nowMs + windowMs);
  }

  /** Tells of windows whose time is over. Cheap when there are none. */
  turn(nowMs: number): void {
    if (nowMs < this.#nextMs) return;
    this.#nextMs = this.#repeats.turn(nowMs);
    for (const rule of this.#rules.values()) {
      const { holding } = rule;
      if (holding === null) continue;
      const dueMs = holding.fromMs + this.#limits.windowMs;
      if (nowMs >= dueMs) this.#tell(rule, nowMs);
      else this.#due(dueMs);
    }
  }

  /** Tells of everything that is open: the end of the agent. */
  flush(nowMs: number): void {
    this.#repeats.flush(nowMs);
    for (const rule of this.#rules.values()) this.#tell(rule, nowMs);
  }

  /** ms until a window's time is over; Infinity without any. */
  dueMs(nowMs: number): number {
    return Math.max(0, this.#nextMs - nowMs);
  }

  /** By rule, since the start; rules of which nothing was held back are not there. */
  suppressed(): Map<string, Suppressed> {
    const counts = [...this.#rules].map(([name, rule]) => [name, rule.counts()] as const);
    return new Map(counts.filter(([, { dedup, rate, budget }]) => dedup + rate + budget > 0));
  }

  #tell(rule: RuleNoise, nowMs: number): void {
    const { holding } = rule;
    if (holding === null) return;
    rule.holding = null;
    const { first, fromMs, lastNs } = holding;
    this.#send(heldBackMatch(first, holding, nowMs - fromMs, this.#wallNs(BigInt(lastNs))));
  }

  #budgetLeft({ severity }: Finding, nowMs: number): number {
    const { budget } = this.#limits;
    if (budget === 0) return 1;
    const { reserved } = SHARES.find((share) => severity <= share.severity) ?? SHARES[2];
    return this.#budget.left(budget, nowMs) - budget * reserved;
  }

  #due(atMs: number): void {
    this.#nextMs = Math.min(this.#nextMs, atMs);
  }

  #ruleOf(name: string): RuleNoise {
    const known = this.#rules.get(name);
    if (known !== undefined) return known;
    const rule = new RuleNoise();
    this.#rules.set(name, rule);
    return rule;
  }
}
