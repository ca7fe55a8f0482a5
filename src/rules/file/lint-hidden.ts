import { type ConditionNode, printCondition } from '../condition/index.ts';
import { remember } from './cache.ts';
import type { LoadedRule } from './compile-rules.ts';
import type { Lint } from './context.ts';

/** Beyond this the comparison of all pairs is left out; it is advice, not a check. */
const MAX_RULES = 2000;

/**
 * Under `rule_matching: first` the first true rule ends the search. A rule whose condition demands all that an
 * earlier one demands, and more, never gets its turn.
 */
export function lintHidden(rules: readonly LoadedRule[]): Lint[] {
  if (rules.length > MAX_RULES) return [];
  const lints: Lint[] = [];
  // Macros share their trees, so most parts are printed once.
  const printed = new Map<ConditionNode, string>();
  const print = (node: ConditionNode): string => remember(printed, node, () => printCondition(node));
  const earlier: { rule: LoadedRule; demands: ReadonlySet<string> }[] = [];
  for (const rule of rules) {
    const demands = new Set(conjuncts(rule.ast).map(print));
    const hiding = earlier.find((one) => one.rule.source === rule.source && one.demands.isSubsetOf(demands));
    if (hiding !== undefined && rule.enabled) {
      lints.push({
        code: 'LINT_HIDDEN_RULE',
        message: `rule '${hiding.rule.name}' stands before this one and matches all its events, so this one never matches`,
        context: rule.item.context,
        hint: `put it before '${hiding.rule.name}', or set rule_matching: all`,
      });
    }
    if (rule.enabled) earlier.push({ rule, demands });
  }
  return lints;
}

const conjuncts = (node: ConditionNode): readonly ConditionNode[] =>
  node.kind === 'and' ? node.children.flatMap(conjuncts) : [node];
