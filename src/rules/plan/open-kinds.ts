/** What it says about a predicate that the event is an open, and of which kind; every other may hold either way. */
import { eventTypeId } from '../../schema/events.ts';
import type { OpenKind } from '../../schema/open-kinds.ts';
import type {
  BoolPredicate,
  Checked,
  NumberPredicate,
  Operand,
  TextPredicate,
  TypePredicate,
} from '../condition/checked.ts';

/** Event types that the kernel side tells apart by kind. */
export const OPEN_TYPES: readonly string[] = ['open', 'openat', 'openat2', 'creat'];
const OPEN_IDS = OPEN_TYPES.map(eventTypeId);

/** Whether the predicate holds for opens of the kind. Null: it may or may not. */
export function answerForOpens(predicate: Checked, kind: OpenKind): boolean | null {
  if (predicate.kind === 'type') return typeAnswer(predicate);
  if (predicate.kind === 'bool') return boolAnswer(predicate, kind);
  if (predicate.kind === 'text') return resultAnswer(predicate, kind);
  if (predicate.kind === 'number') return numberAnswer(predicate, kind);
  return null;
}

/** The field that an operand is, without argument; else null. */
export function fieldName(operand: Operand): string | null {
  return operand.kind === 'field' && operand.uses.length === 1 ? operand.uses[0]!.field.name : null;
}

function typeAnswer({ holds }: TypePredicate): boolean | null {
  const held = OPEN_IDS.filter((id) => holds.has(id)).length;
  return held === 0 ? false : held === OPEN_IDS.length ? true : null;
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
