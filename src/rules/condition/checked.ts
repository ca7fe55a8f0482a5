/**
 * The tree after checking: fields are resolved, literals have the type of what they are compared with, and
 * only comparisons that make sense are left. The compiler, the oracle and the kernel guard read this tree.
 */
import type { EventSet } from '../../schema/events.ts';
import type { FieldUse } from '../facts.ts';
import type { Span } from './ast.ts';

export type Checked = CheckedLogical | CheckedNot | Predicate;

export interface CheckedLogical {
  readonly kind: 'and' | 'or';
  readonly children: readonly Checked[];
}

export interface CheckedNot {
  readonly kind: 'not';
  readonly child: Checked;
}

/** What values an operand gives: how they are held and compared. */
export type ValueType = 'string' | 'number' | 'bool' | 'ip' | 'bytes' | 'dynamic';

/**
 * How many values: `one`; `any` = several, of which one has to satisfy the comparison (an ancestor field without
 * index); `list` = several, taken as a whole by `in` (each of them) and `intersects` (some of them).
 */
export type Shape = 'one' | 'any' | 'list';

export type Operand = FieldOperand | TransformOperand | TextOperand | TextListOperand;

export interface FieldOperand {
  readonly kind: 'field';
  /** Several uses when either end counts (fd.ip, fd.port): a comparison looks at each that has a value. */
  readonly uses: readonly FieldUse[];
  readonly type: ValueType;
  readonly shape: Shape;
}

export interface TransformOperand {
  readonly kind: 'transform';
  readonly name: 'tolower' | 'toupper' | 'b64' | 'basename' | 'len' | 'join' | 'concat' | 'getopt';
  readonly args: readonly Operand[];
  /** The option asked for: getopt(...)[t]. */
  readonly index: string | null;
  readonly type: ValueType;
  readonly shape: Shape;
}

/** A literal among a transformer's arguments. */
export interface TextOperand {
  readonly kind: 'text';
  readonly text: string;
  readonly type: 'string';
  readonly shape: 'one';
}

/** A parenthesised group among a transformer's arguments. */
export interface TextListOperand {
  readonly kind: 'group';
  readonly items: readonly Operand[];
  readonly type: 'string';
  readonly shape: 'list';
}

export interface Net {
  /** 4 or 16 bytes, network order, host bits cleared. */
  readonly address: Uint8Array;
  readonly bits: number;
}

export type CheckedOp =
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'contains'
  | 'icontains'
  | 'startswith'
  | 'endswith'
  | 'glob'
  | 'iglob'
  | 'regex'
  | 'in'
  | 'intersects'
  | 'pmatch';

export type Predicate =
  | ExistsPredicate
  | TextPredicate
  | NumberPredicate
  | BoolPredicate
  | AddressPredicate
  | FieldPredicate
  | TypePredicate;

interface PredicateBase {
  readonly span: Span;
}

export interface ExistsPredicate extends PredicateBase {
  readonly kind: 'exists';
  readonly left: Operand;
}

/** How many of several literals must hold: at least one, all, or exactly one. None of no literals ever holds. */
export type Quantifier = 'any' | 'all' | 'one';

/** On strings and byte buffers (both byte text). */
export interface TextPredicate extends PredicateBase {
  readonly kind: 'text';
  readonly left: Operand;
  readonly op: CheckedOp;
  readonly quantifier: Quantifier;
  readonly values: readonly string[];
}

/** Integers beyond 2^53 are bigint. */
export interface NumberPredicate extends PredicateBase {
  readonly kind: 'number';
  readonly left: Operand;
  readonly op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'in' | 'intersects';
  readonly quantifier: Quantifier;
  readonly values: readonly (number | bigint)[];
}

export interface BoolPredicate extends PredicateBase {
  readonly kind: 'bool';
  readonly left: Operand;
  readonly op: 'eq' | 'ne' | 'in' | 'intersects';
  readonly quantifier: Quantifier;
  readonly values: readonly boolean[];
}

/** An address against addresses or networks; a plain address is a network of full length. */
export interface AddressPredicate extends PredicateBase {
  readonly kind: 'address';
  readonly left: FieldOperand;
  readonly op: 'eq' | 'ne' | 'in' | 'intersects';
  readonly quantifier: Quantifier;
  readonly values: readonly Net[];
}

/** Two values of the same event: `proc.name = val(proc.exe)`. */
export interface FieldPredicate extends PredicateBase {
  readonly kind: 'fields';
  readonly left: Operand;
  readonly op: Exclude<CheckedOp, 'regex' | 'pmatch'>;
  readonly right: Operand;
}

/** On evt.type: decided by the event type alone. */
export interface TypePredicate extends PredicateBase {
  readonly kind: 'type';
  readonly holds: EventSet;
  /** Whether the static analysis counts it (only `=`, `!=`, `in` and `exists` narrow a rule's event types). */
  readonly narrows: boolean;
}
