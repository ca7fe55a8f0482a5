/**
 * One finder of candidates per event type, made when the type is first seen. It starts by looking at every field for a few
 * events, then settles on the fields that told rules apart, and looks again now and then: what a host does at start is
 * not what it does later.
 */
import { EVENT_TYPES } from '../../schema/events.ts';
import { type CandidateFinder, candidateClosure, samplingFinder } from './closures.ts';
import { generateCandidates } from './generate.ts';
import { type Plan, planType, type Sample, type TypePlan, unplannedType } from './plan.ts';

/** Events looked at before settling. */
const SAMPLE_SIZE = 64;
/** Events until the next look; grows by GROWTH each time, so that looking costs less and less. */
const FIRST_STRETCH = 1 << 13;
const GROWTH = 8;
const LONGEST_STRETCH = 1 << 28;

export interface Finders<E> {
  /** Writes the places of rules that may match into `out`, gives their number. */
  candidates(typeId: number, event: E, out: Int32Array): number;
}

export function createFinders<E>(plan: Plan<E>, generated: boolean): Finders<E> {
  const finders: (CandidateFinder<E> | null)[] = Array(EVENT_TYPES.length).fill(null);
  const types: (TypePlan | null)[] = Array(EVENT_TYPES.length).fill(null);
  const samples = EVENT_TYPES.map((): Sample[] => []);
  /** Events left until the type's finder changes. */
  const left = new Int32Array(EVENT_TYPES.length).fill(1);
  const stretch = new Int32Array(EVENT_TYPES.length).fill(FIRST_STRETCH);

  function change(typeId: number): CandidateFinder<E> {
    const type = types[typeId] ?? unplannedType(plan, typeId);
    types[typeId] = type;
    const finder =
      type.steps.length === 0 || samples[typeId]!.length > 0 ? settle(typeId, type) : look(typeId, type);
    finders[typeId] = finder;
    return finder;
  }

  function look(typeId: number, type: TypePlan): CandidateFinder<E> {
    left[typeId] = SAMPLE_SIZE;
    return samplingFinder(plan, type, samples[typeId]!);
  }

  function settle(typeId: number, type: TypePlan): CandidateFinder<E> {
    const planned = planType(type, samples[typeId]!);
    samples[typeId]!.length = 0;
    left[typeId] = stretch[typeId]!;
    stretch[typeId] = Math.min(LONGEST_STRETCH, stretch[typeId]! * GROWTH);
    return generated ? generateCandidates(plan, planned) : candidateClosure(plan, planned);
  }

  return {
    candidates(typeId, event, out) {
      plan.verdicts.makeRoom();
      const finder = --left[typeId]! < 0 || finders[typeId] === null ? change(typeId) : finders[typeId]!;
      return finder(event, out);
    },
  };
}
