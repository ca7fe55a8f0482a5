/** The compiled rules without generated code: for processes in which code generation is forbidden. */

import type { Tree } from './atoms.ts';
import type { Plan, PlannedRule, Sample, Step, TypePlan } from './plan.ts';

/** Tries one rule whose event type is already known to fit. */
export type RuleTest<E> = (event: E, typeId: number) => boolean;

/** Writes places of rules that may match into `out`, gives their number. */
export type CandidateFinder<E> = (event: E, out: Int32Array) => number;

export function ruleClosure<E>(plan: Plan<E>, { tree }: PlannedRule<E>): RuleTest<E> {
  return typeof tree === 'boolean' ? () => tree : closure(plan, tree);
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

/** Writes what a step leaves possible for the event into `out`. */
type MaskReader<E> = (event: E, out: Int32Array) => void;

function maskReader<E>(plan: Plan<E>, step: Step): MaskReader<E> {
  const { verdicts, leaves } = plan;
  if (step.kind === 'flag') {
    const { onTrue, onFalse, onMissing } = step.masks;
    const get = leaves.getters[step.field]!;
    return (event, out) => {
      const value = get(event);
      out.set(value === null ? onMissing : value === true ? onTrue : onFalse);
    };
  }
  const parts = step.kind === 'text' ? [step] : step.parts;
  const initial = step.kind === 'text' ? new Int32Array(plan.words) : step.free;
  return (event, out) => {
    out.set(initial);
    for (const { field, mask } of parts) {
      const value = leaves.getters[field]!(event) as never;
      const known = verdicts.memory[verdicts.directory(value) + 1 + mask]!;
      const place = known === 0 ? verdicts.addMask(value, mask) : known;
      for (let at = 0; at < out.length; at++) out[at]! |= verdicts.memory[place + at]!;
    }
  };
}

export function candidateClosure<E>(plan: Plan<E>, type: TypePlan): CandidateFinder<E> {
  const readers = type.steps.map((step) => maskReader(plan, step));
  const left = new Int32Array(plan.words);
  const mask = new Int32Array(plan.words);
  return (event, out) => {
    left.set(type.candidates);
    for (const read of readers) {
      read(event, mask);
      let any = 0;
      for (const word of type.words) any |= left[word]! &= mask[word]!;
      if (any === 0) return 0;
    }
    return listPlaces(left, type.words, out);
  };
}

function listPlaces(bits: Int32Array, words: readonly number[], out: Int32Array): number {
  let count = 0;
  for (const at of words) {
    for (let rest = bits[at]!; rest !== 0; rest &= rest - 1) {
      out[count++] = at * 32 + 31 - Math.clz32(rest & -rest);
    }
  }
  return count;
}

/** Like candidateClosure over every step of the type, and keeps what each step left in `samples`. */
export function samplingFinder<E>(plan: Plan<E>, type: TypePlan, samples: Sample[]): CandidateFinder<E> {
  const readers = type.steps.map((step) => maskReader(plan, step));
  return (event, out) => {
    const left = type.candidates.slice();
    const sample = readers.map((read) => {
      const mask = new Int32Array(plan.words);
      read(event, mask);
      for (const word of type.words) left[word]! &= mask[word]!;
      return mask;
    });
    samples.push(sample);
    return listPlaces(left, type.words, out);
  };
}
