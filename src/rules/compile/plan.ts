/**
 * Decides, without running anything: in what order rules are numbered, which fields narrow them, and for each event type
 * which fields to look at first. A rule's number in here is its `place`; rules of the same event types are
 * neighbours, so that one type's candidates fill few words of a bit set.
 */
import { EventSet } from '../../schema/events.ts';
import type { Checked } from '../condition/checked.ts';
import { eventTypesOf } from '../condition/event-set.ts';
import type { FactSource } from '../facts.ts';
import { Leaves, type Tree } from './atoms.ts';
import { foldTypes } from './fold.ts';
import { atomsOf, clausesOf, flagHolds, type Need, needHolds, needOf } from './narrow.ts';
import type { TextMask } from './text-mask.ts';
import { createVerdicts, type Verdicts } from './verdicts.ts';

export interface PlannedRule<E> {
  /** Place among the rules as given: what a match reports. */
  readonly index: number;
  /** Types for which it is tried; none when it can never match. */
  readonly types: EventSet;
  /** Folded over `types`; a boolean when nothing but the type decides. */
  readonly tree: Tree<E> | boolean;
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
  readonly steps: readonly Step[];
  readonly words: number;
}

/** A look at one field or a few: which places their values leave possible. */
export type Step = TextStep | FlagStep | ChoiceStep;

export interface TextStep {
  readonly kind: 'text';
  readonly field: number;
  readonly mask: number;
  /** Places it can rule out. */
  readonly concerns: Int32Array;
}

export interface FlagStep {
  readonly kind: 'flag';
  readonly field: number;
  readonly masks: FlagMasks;
  readonly concerns: Int32Array;
}

/** Rules out the concerned places for which no field's bit is set. */
export interface ChoiceStep {
  readonly kind: 'choice';
  readonly parts: readonly { readonly field: number; readonly mask: number }[];
  /** All other places: they stay possible. */
  readonly free: Int32Array;
  readonly concerns: Int32Array;
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
  const planned = conditions.map((condition, index) => planRule(leaves, condition, index));
  const rules = inGroups(planned, leaves.getters.length);
  const words = (rules.length + 31) >> 5;
  const masks: TextMask[] = [];
  const steps = [...fieldSteps(rules, leaves, words, masks), ...choiceSteps(rules, leaves, words, masks)];
  return { rules, leaves, verdicts: createVerdicts(leaves.atoms, masks, words), steps, words };
}

/**
 * Rules of the same event types become neighbours, and among them those that ask about the same fields: what an event
 * or a field concerns then lies in few words.
 */
function inGroups<E>(rules: readonly PlannedRule<E>[], fieldCount: number): PlannedRule<E>[] {
  const fields = Array.from({ length: fieldCount }, (_, field) => field);
  const keyOf = ({ types, tree }: PlannedRule<E>) => {
    const asked = typeof tree === 'boolean' ? [] : fields.filter((field) => needOf(tree, field) !== null);
    return `${types.ids().join()};${asked.join()}`;
  };
  return rules
    .map((rule) => ({ rule, key: keyOf(rule) }))
    .sort((a, b) => (a.key === b.key ? a.rule.index - b.rule.index : a.key < b.key ? -1 : 1))
    .map(({ rule }) => rule);
}

function planRule<E>(leaves: Leaves<E>, condition: Checked, index: number): PlannedRule<E> {
  const types = eventTypesOf(condition);
  const tree = foldTypes(leaves.tree(condition), types);
  return { index, types: tree === false ? EventSet.NONE : types, tree };
}

/**
 * A field is asked as text or as bool throughout, or not by such leaves at all. Expensive ones count as not asked: a step
 * would look at them for every event of a type.
 */
function fieldKinds<E>(rules: readonly PlannedRule<E>[], count: number): ('text' | 'flag' | null)[] {
  const kinds = Array<'text' | 'flag' | null>(count).fill(null);
  const visit = (tree: Tree<E>): void => {
    if (tree.kind === 'text' || tree.kind === 'flag') kinds[tree.field] = tree.expensive ? null : tree.kind;
    else if (tree.kind === 'not') visit(tree.child);
    else if (tree.kind === 'and' || tree.kind === 'or') tree.children.forEach(visit);
  };
  for (const { tree } of rules) if (typeof tree !== 'boolean') visit(tree);
  return kinds;
}

/** One step for each field on its own. Adds the text masks it needs to `masks`. */
function fieldSteps<E>(
  rules: readonly PlannedRule<E>[],
  leaves: Leaves<E>,
  words: number,
  masks: TextMask[],
): Step[] {
  const steps: Step[] = [];
  for (const [field, kind] of fieldKinds(rules, leaves.getters.length).entries()) {
    if (kind === null) continue;
    const needs = new NeedsByRule(words);
    for (const [place, { tree }] of rules.entries()) {
      const need = typeof tree === 'boolean' ? null : needOf(tree, field);
      if (need !== null) needs.add(need, place);
    }
    if (needs.empty) continue;
    const { concerns } = needs;
    if (kind === 'flag') steps.push({ kind, field, masks: needs.flagMasks(), concerns });
    else steps.push({ kind, field, mask: masks.push(needs.textMask(field, 'all')) - 1, concerns });
  }
  return steps;
}

/** One step for each set of fields that some rule's choice is between. */
function choiceSteps<E>(
  rules: readonly PlannedRule<E>[],
  leaves: Leaves<E>,
  words: number,
  masks: TextMask[],
): Step[] {
  const kinds = fieldKinds(rules, leaves.getters.length);
  const groups = new Map<string, Map<number, NeedsByRule>>();
  for (const [place, { tree }] of rules.entries()) {
    if (typeof tree === 'boolean') continue;
    const seen = new Set<string>();
    for (const clause of clausesOf(tree, (field) => kinds[field] === 'text')) {
      const fields = [...clause.keys()].sort((a, b) => a - b);
      // One bit per rule and field: a second choice between the same fields has no room.
      if (seen.has(fields.join())) continue;
      seen.add(fields.join());
      const group =
        groups.get(fields.join()) ?? new Map(fields.map((field) => [field, new NeedsByRule(words)]));
      groups.set(fields.join(), group);
      for (const [field, need] of clause) group.get(field)!.add(need, place);
    }
  }
  return [...groups.values()].map((group) => {
    const parts = [...group].map(([field, needs]) => ({
      field,
      mask: masks.push(needs.textMask(field, 'any')) - 1,
    }));
    const { concerns } = [...group.values()][0]!;
    return { kind: 'choice', parts, free: concerns.map((word) => ~word), concerns };
  });
}

/** Rules with the same need are answered together. */
class NeedsByRule {
  readonly concerns: Int32Array;
  readonly #byKey = new Map<string, { readonly need: Need; readonly rules: Int32Array }>();

  constructor(words: number) {
    this.concerns = new Int32Array(words);
  }

  get empty(): boolean {
    return this.#byKey.size === 0;
  }

  add(need: Need, place: number): void {
    const key = JSON.stringify(need);
    const shared = this.#byKey.get(key) ?? { need, rules: new Int32Array(this.concerns.length) };
    this.#byKey.set(key, shared);
    for (const bits of [shared.rules, this.concerns]) bits[place >> 5]! |= 1 << (place & 31);
  }

  textMask(field: number, combine: 'all' | 'any'): TextMask {
    const conditions = [...this.#byKey.values()].map(({ need, rules }) => ({
      rules,
      atoms: atomsOf(need),
      holds: (answer: (atom: number) => boolean) => needHolds(need, answer),
    }));
    return { field, combine, conditions };
  }

  flagMasks(): FlagMasks {
    const maskFor = (value: boolean | null) => {
      const mask = new Int32Array(this.concerns.length).fill(-1);
      for (const { need, rules } of this.#byKey.values()) {
        if (!flagHolds(need, value)) for (const [at, bits] of rules.entries()) mask[at]! &= ~bits;
      }
      return mask;
    };
    return { onTrue: maskFor(true), onFalse: maskFor(false), onMissing: maskFor(null) };
  }
}

/** Every field that may rule something out for a type, in no particular order. */
export function unplannedType<E>(plan: Plan<E>, typeId: number): TypePlan {
  const candidates = new Int32Array(plan.words);
  for (const [place, { types }] of plan.rules.entries()) {
    if (types.has(typeId)) candidates[place >> 5]! |= 1 << (place & 31);
  }
  const words = [...candidates.keys()].filter((at) => candidates[at] !== 0);
  const steps = plan.steps.filter(({ concerns }) =>
    words.some((at) => (candidates[at]! & concerns[at]!) !== 0),
  );
  return { candidates, words, steps };
}

/** What each step of an unplanned type left possible for one event that was really seen. */
export type Sample = readonly Int32Array[];

/**
 * A look at a field costs about half of what trying a rule costs (a getter and a few ANDs against two or three
 * getters and remembered answers). Measured with test/bench/rules.
 */
const LEAST_GAIN = 0.5;

/**
 * Chooses fields and their order by the events seen: always the one that rules out most of what is left, until a
 * look no longer pays. Any choice is right; a bad one is only slower.
 */
export function planType({ candidates, words, steps }: TypePlan, samples: readonly Sample[]): TypePlan {
  const left = samples.map(() => candidates.slice());
  const chosen: number[] = [];
  for (;;) {
    const alive = left.filter((mask) => words.some((at) => mask[at] !== 0)).length;
    let best = -1;
    let bestGain = alive * LEAST_GAIN;
    for (const step of steps.keys()) {
      if (chosen.includes(step)) continue;
      const gain = samples.reduce((sum, sample, at) => sum + removed(left[at]!, sample[step]!, words), 0);
      if (gain > bestGain) [best, bestGain] = [step, gain];
    }
    if (best < 0) return { candidates, words, steps: chosen.map((step) => steps[step]!) };
    chosen.push(best);
    for (const [at, sample] of samples.entries()) {
      for (const word of words) left[at]![word]! &= sample[best]![word]!;
    }
  }
}

function removed(left: Int32Array, mask: Int32Array, words: readonly number[]): number {
  let sum = 0;
  for (const at of words) sum += bitCount(left[at]! & ~mask[at]!);
  return sum;
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
