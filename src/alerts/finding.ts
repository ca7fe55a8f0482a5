import type { Match } from './build.ts';

/** What a rule found, not yet put into words: most of what noise control holds back never is. */
export interface Finding {
  readonly rule: string;
  /** The rule's place in PRIORITIES. */
  readonly severity: number;
  /** The configuration exempts its rule. */
  readonly exempt: boolean;
  /** ns since boot */
  readonly atNs: number;
  /** Equal for findings that say the same; unforgeable: no values of one can read as other values of another. */
  key(): string;
  /** Equal for findings that share a rate within their rule. */
  group(): string;
  match(): Match;
}

/** What was held back, by cause; it stands in a summary, or will. */
export interface Suppressed {
  /** Repeats of an alert within its window. */
  readonly dedup: number;
  /** Beyond the rate of the rule, or of the part of the host that the rule found it in. */
  readonly rate: number;
  /** Beyond what all rules together may say. */
  readonly budget: number;
}

export interface NoiseLimits {
  /** How long repeats are gathered, and after which silence a rule speaks whatever the limits say; ms. */
  readonly windowMs: number;
  readonly dedup: boolean;
  /** Alerts a minute, as many at once; 0: no limit. Of one rule, of one group within a rule, of all rules. */
  readonly perRule: number;
  readonly perGroup: number;
  readonly budget: number;
}

/** Each match becomes an alert. */
export const NO_LIMITS: NoiseLimits = { windowMs: 60_000, dedup: false, perRule: 0, perGroup: 0, budget: 0 };
