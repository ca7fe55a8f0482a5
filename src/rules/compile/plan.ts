/**
 * Decides, without running anything: in what order rules are numbered, which fields narrow them, and for each event type
 * which fields to look at first. A rule's number in here is its `place`; rules of the same event types are
 * neighbours, so that one type's candidates fill few words of a bit set.
 */
import type { EventSet } from '../../schema/events.ts';
import type { Checked } from '../condition/checked.ts';
import { eventTypesOf } from '../condition/event-set.ts';
import type { FactSource } from '../facts.ts';
import { Leaves, type Tree } from './atoms.ts';
import { flagHolds, type Need, needHolds, needOf } from './narrow.ts';
import { createVerdicts, type FieldMask, type Verdicts } from './verdicts.ts';

export interface PlannedRule<E> {
  /** Place among the rules as given: what a match reports. */
  readonly index: number;
  readonly types: EventSet;
  readonly tree: Tree<E>;
}

/** Candidates by the value of a bool field, one word array each. */
export interface FlagMasks {
  readonly onTrue: Int32Array;
  readonly onFalse: Int32Array;
  readonly onMissing: Int32Array;
}

export interface Plan<E> {
  readonly rules: readonly PlannedRule<E>[];
  readonly leaves: Leaves<E>;
  readonly verdicts: Verdicts;
  /** By field; null where the field is no bool or narrows nothing. */
  readonly flags: readonly (FlagMasks | null)[];
  readonly texts: readonly (FieldMask | null)[];
  readonly words: number;
}

/** One field to look at: which places its value leaves possible. */
export interface Step {
  readonly kind: 'text' | 'flag';
  readonly field: number;
}

export interface TypePlan {
  /** Places with a rule for the type. */
  readonly candidates: Int32Array;
  /** Words of `candidates` that are not zero. */
  readonly words: readonly number[];
  readonly steps: readonly Step[];
}

export function planRules<E>(conditions: readonly Checked[], source: FactSource<E>): Plan<E> {
  const leaves = new Leaves(source);
  const rules = conditions
    .map((condition, index) => ({ index, types: eventTypesOf(condition), tree: leaves.tree(condition) }))
    .map((rule) => ({ rule, group: rule.types.ids().join() }))
    .sort((a, b) => (a.group === b.group ? a.rule.index - b.rule.index : a.group < b.group ? -1 : 1))
    .map(({ rule }) => rule);
  const words = (rules.length + 31) >> 5;
  const kinds = fieldKinds(rules, leaves.getters.length);
  const needs = kinds.map((kind, field) => (kind === null ? [] : collectNeeds(rules, field, words)));
  const texts = kinds.map((kind, at) => (kind === 'text' ? textMask(needs[at]!) : null));
  const flags = kinds.map((kind, at) => (kind === 'flag' ? flagMasks(needs[at]!, words) : null));
  const verdicts = createVerdicts(leaves.atoms, texts, words);
  return { rules, leaves, verdicts, flags, texts, words };
}

/** A field is asked as text or as bool throughout, or not by such leaves at all. */
function fieldKinds<E>(rules: readonly PlannedRule<E>[], count: number): ('text' | 'flag' | null)[] {
  const kinds = Array<'text' | 'flag' | null>(count).fill(null);
  const visit = (tree: Tree<E>): void => {
    if (tree.kind === 'text' || tree.kind === 'flag') kinds[tree.field] = tree.kind;
    else if (tree.kind === 'not') visit(tree.child);
    else if (tree.kind === 'and' || tree.kind === 'or') tree.children.forEach(visit);
  };
  for (const { tree } of rules) visit(tree);
  return kinds;
}

interface SharedNeed {
  readonly need: Need;
  readonly rules: Int32Array;
}

/** Rules with the same need of a field are answered together. */
function collectNeeds<E>(rules: readonly PlannedRule<E>[], field: number, words: number): SharedNeed[] {
  const byKey = new Map<string, SharedNeed>();
  for (const [place, rule] of rules.entries()) {
    const need = needOf(rule.tree, field);
    if (need === null) continue;
    const key = JSON.stringify(need);
    const shared = byKey.get(key) ?? { need, rules: new Int32Array(words) };
    shared.rules[place >> 5]! |= 1 << (place & 31);
    byKey.set(key, shared);
  }
  return [...byKey.values()];
}

function textMask(needs: readonly SharedNeed[]): FieldMask | null {
  if (needs.length === 0) return null;
  return {
    conditions: needs.map(({ need, rules }) => ({ rules, holds: (answer) => needHolds(need, answer) })),
  };
}

function flagMasks(needs: readonly SharedNeed[], words: number): FlagMasks | null {
  if (needs.length === 0) return null;
  const maskFor = (value: boolean | null) => {
    const mask = new Int32Array(words).fill(-1);
    for (const { need, rules } of needs) {
      if (!flagHolds(need, value)) for (let at = 0; at < words; at++) mask[at]! &= ~rules[at]!;
    }
    return mask;
  };
  return { onTrue: maskFor(true), onFalse: maskFor(false), onMissing: maskFor(null) };
}

/** A text that no rule was written about stands for the usual one. */
const UNREMARKABLE = '\x01~unremarkable';

/** Below this gain a look at the field costs more than trying the rule. */
const LEAST_GAIN = 1;

/** Fields in the order of how many rules they usually rule out. */
export function planType<E>(plan: Plan<E>, typeId: number): TypePlan {
  const candidates = new Int32Array(plan.words);
  for (const [place, { types }] of plan.rules.entries()) {
    if (types.has(typeId)) candidates[place >> 5]! |= 1 << (place & 31);
  }
  const words = [...candidates.keys()].filter((at) => candidates[at] !== 0);
  const offers = [
    ...plan.texts.flatMap((mask, field) =>
      mask === null
        ? []
        : [{ kind: 'text' as const, field, left: plan.verdicts.maskOf(UNREMARKABLE, field) }],
    ),
    ...plan.flags.flatMap((mask, field) =>
      mask === null ? [] : [{ kind: 'flag' as const, field, left: mask.onFalse }],
    ),
  ];
  const steps: Step[] = [];
  const remaining = candidates.slice();
  for (;;) {
    let best: (typeof offers)[number] | null = null;
    let bestGain = LEAST_GAIN - 1;
    for (const offer of offers) {
      const gain = words.reduce((sum, at) => sum + bitCount(remaining[at]! & ~offer.left[at]!), 0);
      if (gain > bestGain) [best, bestGain] = [offer, gain];
    }
    if (best === null) break;
    for (const at of words) remaining[at]! &= best.left[at]!;
    steps.push({ kind: best.kind, field: best.field });
  }
  return { candidates, words, steps };
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/**
 * The rule's tree with questions on the event type answered where every type it is tried for agrees; a boolean when
 * nothing else decides.
 */
export function foldTypes<E>(tree: Tree<E>, types: EventSet): Tree<E> | boolean {
  switch (tree.kind) {
    case 'type': {
      const held = tree.holds.intersection(types);
      return held.equals(types) ? true : held.size === 0 ? false : tree;
    }
    case 'not': {
      const child = foldTypes(tree.child, types);
      return typeof child === 'boolean' ? !child : { kind: 'not', child };
    }
    case 'and':
    case 'or': {
      const absorbing = tree.kind === 'or';
      const children = tree.children.map((child) => foldTypes(child, types));
      if (children.includes(absorbing)) return absorbing;
      const rest = children.filter((child) => typeof child !== 'boolean');
      if (rest.length === 0) return !absorbing;
      return rest.length === 1 ? rest[0]! : { kind: tree.kind, children: cheapFirst(rest) };
    }
    default:
      return tree;
  }
}

/** All questions are free of effects, so those with remembered answers may go first. */
function cheapFirst<E>(trees: readonly Tree<E>[]): Tree<E>[] {
  const cost = (tree: Tree<E>): number => {
    if (tree.kind === 'call') return 1;
    if (tree.kind === 'not') return cost(tree.child);
    return tree.kind === 'and' || tree.kind === 'or' ? Math.max(...tree.children.map(cost)) : 0;
  };
  return [...trees].sort((a, b) => cost(a) - cost(b));
}
