/**
 * The oracle: a condition as nested closures, each predicate read by the letter. Slow, obvious, remembers nothing; the
 * compiler is measured against it, and it takes over where code generation is forbidden.
 */
import { fromBytes } from '../../base/byte-text.ts';
import type { FactSource } from '../facts.ts';
import { isInNet } from './address.ts';
import type { AddressPredicate, Checked, FieldPredicate, Operand, Predicate, Shape } from './checked.ts';
import { compareTexts, quantify, type Test, textTest } from './text-test.ts';
import { type Plain, type Reader, readerOf, type Scalar } from './values.ts';

/** @param typeId place of the event's type in EVENT_TYPES */
export type Evaluator<E> = (typeId: number, event: E) => boolean;

export function evaluate<E>(condition: Checked, source: FactSource<E>): Evaluator<E> {
  switch (condition.kind) {
    case 'and': {
      const children = condition.children.map((child) => evaluate(child, source));
      return (typeId, event) => children.every((child) => child(typeId, event));
    }
    case 'or': {
      const children = condition.children.map((child) => evaluate(child, source));
      return (typeId, event) => children.some((child) => child(typeId, event));
    }
    case 'not': {
      const child = evaluate(condition.child, source);
      return (typeId, event) => !child(typeId, event);
    }
    case 'type':
      return (typeId) => condition.holds.has(typeId);
    default: {
      const test = evaluatePredicate(condition, source);
      return (_typeId, event) => test(event);
    }
  }
}

/**
 * A predicate other than on the event type.
 *
 * @param scalar makes the test on one value; the compiler brings faster ones of the same meaning
 */
export function evaluatePredicate<E>(
  predicate: Exclude<Predicate, { kind: 'type' }>,
  source: FactSource<E>,
  scalar: (predicate: ScalarPredicate) => Test<Scalar> = scalarTest,
): Test<E> {
  const readers = readersOf(predicate.left, source);
  switch (predicate.kind) {
    case 'exists':
      return (event) => readers.some((read) => read(event) !== null);
    case 'fields':
      return compareFields(predicate, readers[0]!, readerOf(predicate.right, source));
    case 'address':
      return (event) => compareAddresses(predicate, readers, event);
    default: {
      const { op, left } = predicate;
      if (readers.length > 1) return eitherEnd(predicate, readers, scalar);
      const test = shaped(left.shape, op, scalar(predicate));
      const holds = (event: E, read: Reader<E>) => {
        const value = read(event);
        return value !== null && test(value);
      };
      return (event) => holds(event, readers[0]!);
    }
  }
}

/** One reader per end of a two-ended field, else one. */
function readersOf<E>(operand: Operand, source: FactSource<E>): Reader<E>[] {
  if (operand.kind !== 'field') return [readerOf(operand, source)];
  return operand.uses.map((_, end) => readerOf(operand, source, end));
}

export type ScalarPredicate = Extract<Predicate, { kind: 'text' | 'number' | 'bool' }>;

/** The predicate on one present value. A value of another type than expected satisfies nothing. */
export function scalarTest(predicate: ScalarPredicate): Test<Scalar> {
  switch (predicate.kind) {
    case 'text': {
      const test = textTest(predicate.op, predicate.quantifier, predicate.values);
      return (value) => test(asText(value));
    }
    case 'number': {
      const { op, quantifier, values } = predicate;
      const test = quantify<number | bigint>(
        quantifier,
        values.map((literal) => (value) => compareNumbers(op, value, literal)),
      );
      return (value) => (typeof value === 'number' || typeof value === 'bigint') && test(value);
    }
    case 'bool': {
      const { op, quantifier, values } = predicate;
      const test = quantify<boolean>(
        quantifier,
        values.map((literal) => (value) => (value === literal) === (op !== 'ne')),
      );
      return (value) => typeof value === 'boolean' && test(value);
    }
  }
}

export function asText(value: Scalar): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? fromBytes(value) : String(value);
}

/** Numbers and bigints mix: the loose comparisons of the language are exact between them. */
export function compareNumbers(op: string, left: number | bigint, right: number | bigint): boolean {
  switch (op) {
    case 'ne':
      // biome-ignore lint/suspicious/noDoubleEquals: number and bigint of equal value are equal
      return left != right;
    case 'lt':
      return left < right;
    case 'le':
      return left <= right;
    case 'gt':
      return left > right;
    case 'ge':
      return left >= right;
    default:
      // biome-ignore lint/suspicious/noDoubleEquals: number and bigint of equal value are equal
      return left == right;
  }
}

/** Lifts a test on one value to what the operand reads: one, any of several, or a list. */
export function shaped(shape: Shape, op: string, test: Test<Scalar>): Test<Plain> {
  if (shape === 'one') return (value) => test(value as Scalar);
  const every = shape === 'list' && op === 'in';
  return (value) => {
    const values = Array.isArray(value) ? (value as readonly Scalar[]) : [value as Scalar];
    return every ? values.every(test) : values.some(test);
  };
}

/**
 * fd.port and its like: a comparison with one literal holds when either end satisfies it, `!=` only when every end that
 * there is does; several literals then combine as their modifier says.
 */
function eitherEnd<E>(
  predicate: ScalarPredicate,
  readers: readonly Reader<E>[],
  scalar: (predicate: ScalarPredicate) => Test<Scalar>,
): Test<E> {
  const { op, quantifier, values } = predicate;
  const oneByOne = op === 'ne' || quantifier !== 'any';
  const parts = oneByOne ? values.map((literal) => ({ ...predicate, values: [literal] })) : [predicate];
  const tests = parts.map((part) => {
    const test = scalar(part as ScalarPredicate);
    return (ends: readonly Scalar[]) => (op === 'ne' ? ends.every(test) : ends.some(test));
  });
  const holds = quantify(quantifier, tests);
  return (event) => {
    const ends = readers.map((read) => read(event)).filter((value) => value !== null);
    return ends.length > 0 && holds(ends as Scalar[]);
  };
}

function compareAddresses<E>(predicate: AddressPredicate, readers: readonly Reader<E>[], event: E): boolean {
  const ends = readers.map((read) => read(event)).filter((value) => value instanceof Uint8Array);
  if (ends.length === 0) return false;
  const tests = predicate.values.map((net) => (addresses: readonly Uint8Array[]) => {
    const inside = addresses.some((address) => isInNet(address, net));
    return predicate.op === 'ne' ? !inside : inside;
  });
  return quantify(predicate.quantifier, tests)(ends);
}

function compareFields<E>(predicate: FieldPredicate, left: Reader<E>, right: Reader<E>): Test<E> {
  const { op } = predicate;
  return (event) => {
    const a = left(event);
    if (a === null) return false;
    const b = right(event);
    if (b === null) return false;
    const candidates = Array.isArray(b) ? (b as readonly Scalar[]) : [b as Scalar];
    return shaped(predicate.left.shape, op, (value) =>
      candidates.some((other) => compareScalars(op, value, other)),
    )(a);
  };
}

function compareScalars(op: FieldPredicate['op'], left: Scalar, right: Scalar): boolean {
  const isNumber = typeof left === 'number' || typeof left === 'bigint';
  if (isNumber && (typeof right === 'number' || typeof right === 'bigint'))
    return compareNumbers(op, left, right);
  if (typeof left === 'boolean' || typeof right === 'boolean') return (left === right) === (op !== 'ne');
  return compareTexts(op, asText(left), asText(right));
}
