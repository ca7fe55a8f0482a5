/** The compiled rules without generated code: for processes in which code generation is forbidden. */

import type { Tree } from './atoms.ts';
import type { Plan, PlannedRule, TypePlan } from './plan.ts';
import { foldTypes } from './plan.ts';

/** Tries one rule whose event type is already known to fit. */
export type RuleTest<E> = (event: E, typeId: number) => boolean;

/** Writes places of rules that may match into `out`, gives their number. */
export type CandidateFinder<E> = (event: E, out: Int32Array) => number;

export function ruleClosure<E>(plan: Plan<E>, { tree, types }: PlannedRule<E>): RuleTest<E> {
  const folded = foldTypes(tree, types);
  return typeof folded === 'boolean' ? () => folded : closure(plan, folded);
}

function closure<E>(plan: Plan<E>, tree: Tree<E>): RuleTest<E> {
  const { getters } = plan.leaves;
  switch (tree.kind) {
    case 'and': {
      const children = tree.children.map((child) => closure(plan, child));
      return (event, typeId) => {
        for (const child of children) if (!child(event, typeId)) return false;
        return true;
      };
    }
    case 'or': {
      const children = tree.children.map((child) => closure(plan, child));
      return (event, typeId) => {
        for (const child of children) if (child(event, typeId)) return true;
        return false;
      };
    }
    case 'not': {
      const child = closure(plan, tree.child);
      return (event, typeId) => !child(event, typeId);
    }
    case 'text': {
      const get = getters[tree.field]!;
      const { has } = plan.verdicts;
      const { atom } = tree;
      return (event) => has(get(event) as never, atom);
    }
    case 'flag': {
      const get = getters[tree.field]!;
      const { onTrue, onFalse } = tree;
      return (event) => {
        const value = get(event);
        return value === null ? false : value === true ? onTrue : onFalse;
      };
    }
    case 'call':
      return tree.test;
    case 'type': {
      const { holds } = tree;
      return (_event, typeId) => holds.has(typeId);
    }
  }
}

export function candidateClosure<E>(plan: Plan<E>, type: TypePlan): CandidateFinder<E> {
  const left = new Int32Array(plan.words);
  const { verdicts, flags, leaves } = plan;
  return (event, out) => {
    left.set(type.candidates);
    for (const { kind, field } of type.steps) {
      const value = leaves.getters[field]!(event) as never;
      let mask: Int32Array;
      let place = 0;
      if (kind === 'text') {
        mask = verdicts.directory(value);
        if (mask[1 + field] === 0) mask = verdicts.addMask(value, field);
        place = mask[1 + field]!;
      } else {
        const { onTrue, onFalse, onMissing } = flags[field]!;
        mask = value === null ? onMissing : value === true ? onTrue : onFalse;
      }
      let any = 0;
      for (const at of type.words) any |= left[at]! &= mask[place + at]!;
      if (any === 0) return 0;
    }
    let count = 0;
    for (const at of type.words) {
      for (let rest = left[at]!; rest !== 0; rest &= rest - 1) {
        out[count++] = at * 32 + 31 - Math.clz32(rest & -rest);
      }
    }
    return count;
  };
}
