/**
 * Which event types can satisfy a condition: Falco's static analysis. Comparisons with evt.type give sets, `or` unites,
 * `and` intersects, negation is pushed down to the comparisons; everything else can hold for any type.
 */
import { EventSet } from '../../schema/events.ts';
import type { Checked, NumberPredicate } from './checked.ts';

export function eventTypesOf(condition: Checked, negated = false): EventSet {
  switch (condition.kind) {
    case 'not':
      return eventTypesOf(condition.child, !negated);
    case 'and':
    case 'or': {
      const sets = condition.children.map((child) => eventTypesOf(child, negated));
      const intersect = (condition.kind === 'and') !== negated;
      return sets.reduce((a, b) => (intersect ? a.intersection(b) : a.union(b)));
    }
    case 'type':
      if (!condition.narrows) return EventSet.ALL;
      return negated ? condition.holds.complement() : condition.holds;
    case 'number': {
      const constant = constantOnEventNumber(condition);
      return constant === negated ? EventSet.NONE : EventSet.ALL;
    }
    default:
      return EventSet.ALL;
  }
}

/**
 * Events are counted from 1, so `evt.num = 0` is the usual way to write "never" (and `!= 0` "always"). Only the
 * literal 0 is taken so. Null: no such comparison.
 */
function constantOnEventNumber({ left, op, values }: NumberPredicate): boolean | null {
  const isCount = left.kind === 'field' && left.uses[0]!.field.name === 'evt.num';
  if (!isCount || values.length === 0 || values.some((value) => value !== 0)) return null;
  return op === 'ne' || op === 'gt' || op === 'ge';
}
