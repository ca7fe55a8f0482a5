/** Fields whose comparison means something else than that of their value. */
import { HOST_NAME_FIELDS } from '../../schema/host-names.ts';
import type { CompareNode } from './ast.ts';
import { CheckFault } from './check-operand.ts';
import type { FieldOperand, Predicate, TextPredicate } from './checked.ts';

const EQUALITY: ReadonlySet<string> = new Set(['eq', 'ne', 'in', 'intersects']);

/** The predicate as it is meant. */
export function specialMeaning(predicate: Predicate, node: CompareNode): Predicate {
  if (predicate.kind === 'type' || predicate.left.kind !== 'field') return predicate;
  const name = predicate.left.uses[0]?.field.name ?? '';
  if (name === 'evt.around') return around(predicate, node);
  if (predicate.kind !== 'text' || !HOST_NAME_FIELDS.has(name)) return predicate;
  return hostName(predicate, predicate.left);
}

/** `evt.around[T] = N`: at most N ms away from T. The field's value is the distance. */
function around(predicate: Predicate, node: CompareNode): Predicate {
  if (predicate.kind !== 'number' || predicate.op !== 'eq')
    throw new CheckFault("filter error: evt.around supports only the '=' operator", node);
  return { ...predicate, op: 'le' };
}

/** One question per name, of which any may hold. Other operators look at the text of the name. */
function hostName(predicate: TextPredicate, left: FieldOperand): Predicate {
  const { op, quantifier, values, span } = predicate;
  if (!EQUALITY.has(op) || values.length === 0 || (values.length > 1 && quantifier !== 'any'))
    return predicate;
  const { field } = left.uses[0]!;
  const uses = values.map((name) => ({ field, arg: name }));
  return {
    kind: 'bool',
    left: { kind: 'field', uses, type: 'bool', shape: 'one' },
    op: 'eq',
    quantifier: 'any',
    values: [op !== 'ne'],
    span,
  };
}
