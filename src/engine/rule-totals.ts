import type { Matcher } from './matcher.ts';
import type { RuleStats } from './messages.ts';

interface Totals {
  evaluated: number;
  matched: number;
  samples: number;
  sampledNs: number;
}

/** Counters of rules over all reloads: a rule that a new load still has goes on counting where it was. */
export class RuleTotals {
  #kept = new Map<string, Totals>();
  readonly #matched = new Map<string, number>();

  /** A match that is final: what waits for facts of its container is judged, and counted, later. */
  count(rule: string): void {
    this.#matched.set(rule, (this.#matched.get(rule) ?? 0) + 1);
  }

  /** Those of `next` take over from those of `before`. */
  replace(before: Matcher | null, next: Matcher): void {
    const totals = new Map(before === null ? [] : this.stats(before).map((rule) => [rule.name, rule]));
    const names = new Set(next.rules.map(({ name }) => name));
    this.#kept = new Map([...totals].filter(([name]) => names.has(name)));
    for (const name of this.#matched.keys()) if (!names.has(name)) this.#matched.delete(name);
  }

  stats({ rules, costs }: Matcher): RuleStats[] {
    return rules.map(({ name, priority, source, tags }, index) => {
      const kept = this.#kept.get(name);
      return {
        name,
        priority,
        source,
        tags,
        // Index 0 is the canary's.
        evaluated: (kept?.evaluated ?? 0) + costs.evaluated[index + 1]!,
        matched: this.#matched.get(name) ?? 0,
        samples: (kept?.samples ?? 0) + costs.samples[index + 1]!,
        sampledNs: Math.round((kept?.sampledNs ?? 0) + costs.sampledNs[index + 1]!),
      };
    });
  }
}
