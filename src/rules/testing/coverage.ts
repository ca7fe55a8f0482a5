import { syscallCatalogue } from '../../schema/fields.ts';
import {
  type ConditionNode,
  checkCondition,
  type Evaluator,
  evaluate,
  printCondition,
} from '../condition/index.ts';
import { type FactEvent, factMapSource } from '../fact-map.ts';
import type { LoadedRule } from '../file/index.ts';

/** One comparison of a condition and what it came to in the tests. */
interface Branch {
  readonly node: ConditionNode;
  readonly test: Evaluator<FactEvent>;
  wasTrue: boolean;
  wasFalse: boolean;
}

type Tree =
  | { readonly kind: 'and' | 'or'; readonly children: readonly Tree[] }
  | { readonly kind: 'not'; readonly child: Tree }
  | { readonly kind: 'leaf'; readonly branch: Branch };

export interface RuleCoverage {
  readonly rule: string;
  readonly matched: boolean;
  /** Outcomes seen and possible: two for each comparison. */
  readonly seen: number;
  readonly possible: number;
  /** Comparisons with an outcome that no test brought about. */
  readonly missing: readonly { readonly comparison: string; readonly never: 'true' | 'false' | 'tried' }[];
}

/** Evaluates one rule as the engine would, comparison by comparison, and keeps what each came to. */
export class RuleProbe {
  readonly rule: LoadedRule;
  readonly #tree: Tree;
  readonly #branches: Branch[] = [];
  #matched = false;

  constructor(rule: LoadedRule) {
    this.rule = rule;
    this.#tree = this.#build(rule.ast);
  }

  /** Whether the rule matches. */
  test(event: FactEvent): boolean {
    if (!this.rule.eventTypes.has(event.typeId)) return false;
    const matches = walk(this.#tree, event);
    this.#matched ||= matches;
    return matches;
  }

  /** Why the rule does not match: the comparisons that decided it. */
  explain(event: FactEvent): string[] {
    if (!this.rule.eventTypes.has(event.typeId)) return ['the event type'];
    return decisive(this.#tree, event, true).map(({ node }) => shorten(printCondition(node)));
  }

  coverage(): RuleCoverage {
    const missing = this.#branches
      .filter(({ wasTrue, wasFalse }) => !wasTrue || !wasFalse)
      .map(({ node, wasTrue, wasFalse }) => ({
        comparison: shorten(printCondition(node)),
        never: wasTrue ? ('false' as const) : wasFalse ? ('true' as const) : ('tried' as const),
      }));
    const seen = this.#branches.reduce(
      (sum, branch) => sum + Number(branch.wasTrue) + Number(branch.wasFalse),
      0,
    );
    return {
      rule: this.rule.name,
      matched: this.#matched,
      seen,
      possible: 2 * this.#branches.length,
      missing,
    };
  }

  #build(node: ConditionNode): Tree {
    if (node.kind === 'and' || node.kind === 'or') {
      return { kind: node.kind, children: node.children.map((child) => this.#build(child)) };
    }
    if (node.kind === 'not') return { kind: 'not', child: this.#build(node.child) };
    const checked = checkCondition(node, syscallCatalogue);
    if (!checked.ok) throw new Error(`a part of the valid rule '${this.rule.name}' is not valid`);
    const branch = {
      node,
      test: evaluate(checked.condition, factMapSource),
      wasTrue: false,
      wasFalse: false,
    };
    this.#branches.push(branch);
    return { kind: 'leaf', branch };
  }
}

function walk(tree: Tree, event: FactEvent): boolean {
  if (tree.kind === 'not') return !walk(tree.child, event);
  if (tree.kind !== 'leaf') {
    const decide = (child: Tree): boolean => walk(child, event);
    return tree.kind === 'and' ? tree.children.every(decide) : tree.children.some(decide);
  }
  const { branch } = tree;
  const result = branch.test(event.typeId, event);
  if (result) branch.wasTrue = true;
  else branch.wasFalse = true;
  return result;
}

/** The comparisons because of which a tree is not `wanted`. */
function decisive(tree: Tree, event: FactEvent, wanted: boolean): Branch[] {
  if (tree.kind === 'leaf') return tree.branch.test(event.typeId, event) === wanted ? [] : [tree.branch];
  if (tree.kind === 'not') return decisive(tree.child, event, !wanted);
  const parts = tree.children.map((child) => decisive(child, event, wanted));
  const needsAll = (tree.kind === 'and') === wanted;
  if (needsAll) return parts.find((part) => part.length > 0) ?? [];
  return parts.some((part) => part.length === 0) ? [] : parts.flat();
}

const shorten = (text: string): string => (text.length > 100 ? `${text.slice(0, 97)}...` : text);
