import { Lru } from '../base/lru.ts';
import { Bucket } from './bucket.ts';
import type { Match } from './build.ts';
import type { Finding, NoiseLimits, Suppressed } from './finding.ts';

/** Groups of one rule whose rates are remembered; one that was forgotten begins anew, which is louder. */
const MAX_GROUPS = 512;
/** Groups that speak again after a silence although their rule's rate is used up, a minute. */
const FRESH_GROUPS = 20;

class Group {
  readonly bucket = new Bucket();
  spokeMs = Number.NEGATIVE_INFINITY;
}

/** What was held back of a rule since `fromMs`. */
export interface Holding {
  readonly first: Match;
  readonly fromMs: number;
  rate: number;
  budget: number;
  lastNs: number;
}

export type Limit = 'rate' | 'budget';

/** One rule's alerts: its rates, and what was held back. */
export class RuleNoise {
  readonly #bucket = new Bucket();
  readonly #fresh = new Bucket();
  readonly #groups = new Lru<string, Group>(MAX_GROUPS);
  readonly #counts = { dedup: 0, rate: 0, budget: 0 };
  #spokeMs = Number.NEGATIVE_INFINITY;
  holding: Holding | null = null;

  /**
   * What keeps a finding from becoming an alert; null: nothing. A rule that was silent for a window speaks, and so does a group,
   * as long as few do: a flood hides neither another rule nor what somebody else does.
   * @param budgetLeft tokens of all rules' budget that this rule's priority may use
   */
  limit(finding: Finding, limits: NoiseLimits, budgetLeft: number, nowMs: number): Limit | null {
    const { windowMs, perRule, perGroup } = limits;
    const group = this.#group(finding.group());
    const groupLeft = perGroup === 0 ? 1 : group.bucket.left(perGroup, nowMs);
    const ruleLeft = perRule === 0 ? 1 : this.#bucket.left(perRule, nowMs);
    const isFresh = nowMs - group.spokeMs >= windowMs && this.#fresh.left(FRESH_GROUPS, nowMs) >= 1;
    if (nowMs - this.#spokeMs < windowMs && !isFresh) {
      if (groupLeft < 1 || ruleLeft < 1) return 'rate';
      if (budgetLeft < 1) return 'budget';
    }
    if (nowMs - group.spokeMs >= windowMs) this.#fresh.take();
    group.bucket.take();
    this.#bucket.take();
    group.spokeMs = nowMs;
    this.#spokeMs = nowMs;
    return null;
  }

  repeated(): void {
    this.#counts.dedup++;
  }

  hold(why: Limit, finding: Finding, nowMs: number): void {
    this.#counts[why]++;
    this.holding ??= { first: finding.match(), fromMs: nowMs, rate: 0, budget: 0, lastNs: 0 };
    this.holding[why]++;
    this.holding.lastNs = finding.atNs;
  }

  counts(): Suppressed {
    return { ...this.#counts };
  }

  #group(name: string): Group {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group = new Group();
    this.#groups.set(name, group);
    return group;
  }
}
