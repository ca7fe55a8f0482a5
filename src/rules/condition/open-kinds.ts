/**
 * Which opens can satisfy a condition. A question that the kind of an open answers is answered, every other may hold
 * either way; what then cannot hold, cannot hold for any open of that kind.
 */
import { OPEN_KINDS, type OpenKind } from '../../schema/open-kinds.ts';
import type { BoolPredicate, Checked, NumberPredicate, Operand, TextPredicate } from './checked.ts';

export function openKindsOf(condition: Checked): OpenKind[] {
  return [...OPEN_KINDS].filter((kind) => canBe(condition, kind, true));
}

/** Whether the condition can be `wanted` for some open of the kind. */
function canBe(condition: Checked, kind: OpenKind, wanted: boolean): boolean {
  switch (condition.kind) {
    case 'not':
      return canBe(condition.child, kind, !wanted);
    case 'and':
    case 'or': {
      const can = (child: Checked): boolean => canBe(child, kind, wanted);
      return (condition.kind === 'and') === wanted
        ? condition.children.every(can)
        : condition.children.some(can);
    }
    default:
      return (answer(condition, kind) ?? wanted) === wanted;
  }
}

/** Null: the kind does not tell. */
function answer(predicate: Checked, kind: OpenKind): boolean | null {
  if (predicate.kind === 'bool') return boolAnswer(predicate, kind);
  if (predicate.kind === 'text') return resultAnswer(predicate, kind);
  if (predicate.kind === 'number') return numberAnswer(predicate, kind);
  return null;
}

function fieldName(operand: Operand): string | null {
  return operand.kind === 'field' && operand.uses.length === 1 ? operand.uses[0]!.field.name : null;
}

const OF_KIND: Readonly<Record<OpenKind, Readonly<Record<string, boolean>>>> = {
  read: { 'evt.failed': false, 'evt.is_open_write': false },
  write: { 'evt.failed': false, 'evt.is_open_write': true },
  failed: { 'evt.failed': true },
};

function boolAnswer({ left, op, values }: BoolPredicate, kind: OpenKind): boolean | null {
  const value = OF_KIND[kind][fieldName(left) ?? ''];
  if (value === undefined || values.length !== 1) return null;
  if (op === 'ne') return value !== values[0];
  return op === 'eq' || op === 'in' ? value === values[0] : null;
}

/** evt.res is SUCCESS or the name of the error. */
function resultAnswer({ left, op, values }: TextPredicate, kind: OpenKind): boolean | null {
  if (fieldName(left) !== 'evt.res' || values.length !== 1) return null;
  // Which error it is, the kind does not tell.
  if (kind === 'failed' && values[0] !== 'SUCCESS') return null;
  const equal = kind !== 'failed' && values[0] === 'SUCCESS';
  if (op === 'ne') return !equal;
  return op === 'eq' || op === 'in' ? equal : null;
}

/** Results are descriptors, from 0 on, or errors below. */
function numberAnswer({ left, op, values }: NumberPredicate, kind: OpenKind): boolean | null {
  if (fieldName(left) !== 'evt.rawres' || values.length !== 1 || values[0] !== 0) return null;
  if (op === 'ge') return kind !== 'failed';
  return op === 'lt' ? kind === 'failed' : null;
}
