import { PRIORITIES, type Priority } from '../../base/alert.ts';
import { matchesStars } from './stars.ts';

/** One entry of the configuration's `rules:`. Exactly one of rule and tag is given. */
export interface RuleSelector {
  readonly action: 'enable' | 'disable';
  /** Rule name in which `*` stands for any text. */
  readonly rule?: string;
  /** Rules that carry this tag. */
  readonly tag?: string;
}

interface Selectable {
  readonly name: string;
  readonly tags: readonly string[];
  readonly priority: Priority;
  readonly enabled: boolean;
}

/** Whether a rule is evaluated: severe enough, and enabled by its file and the selectors, the last one winning. */
export function isActive(rule: Selectable, minimum: Priority, selectors: readonly RuleSelector[]): boolean {
  if (PRIORITIES.indexOf(rule.priority) > PRIORITIES.indexOf(minimum)) return false;
  let enabled = rule.enabled;
  for (const selector of selectors) {
    if (concerns(selector, rule)) enabled = selector.action === 'enable';
  }
  return enabled;
}

function concerns({ rule, tag }: RuleSelector, { name, tags }: Selectable): boolean {
  return (rule !== undefined && matchesStars(rule, name)) || (tag !== undefined && tags.includes(tag));
}
