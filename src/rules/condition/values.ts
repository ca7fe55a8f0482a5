/**
 * Plain values: what operands read when nothing is remembered between events. The oracle, the output formats and the
 * rare comparisons of the compiler use these; texts are byte texts, lists are arrays.
 */
import { fromBytes } from '../../base/byte-text.ts';
import { Interned } from '../../base/interning.ts';
import type { FactSource, FieldUse, Getter, Value } from '../facts.ts';
import type { Operand } from './checked.ts';
import { type Transformed, transform } from './transforms.ts';

export type Scalar = string | number | bigint | boolean | Uint8Array;
export type Plain = Scalar | readonly Scalar[];

export type Reader<E> = (event: E) => Plain | null;

const absent = () => null;

/** Reads one operand. For an operand with two ends, reads the end `use` only. */
export function readerOf<E>(operand: Operand, source: FactSource<E>, end = 0): Reader<E> {
  switch (operand.kind) {
    case 'text':
      return () => operand.text;
    case 'group': {
      const items = operand.items.map((item) => readerOf(item, source));
      return (event) => allOf(items, event) as readonly Scalar[] | null;
    }
    case 'field':
      return readField(operand.uses[end]!, source);
    case 'transform': {
      const args = operand.args.map((arg) => readerOf(arg, source));
      return (event) => {
        const values = allOf(args, event);
        return values === null ? null : transform(operand, values.map(asTransformable));
      };
    }
  }
}

function readField<E>(use: FieldUse, source: FactSource<E>): Reader<E> {
  const get: Getter<E> = source.bind(use) ?? absent;
  return (event) => plain(get(event));
}

export function plain(value: Value | null): Plain | null {
  if (value === null) return null;
  if (value instanceof Interned) return value.text;
  if (Array.isArray(value)) {
    const items = value.map((item) => (item instanceof Interned ? item.text : item));
    return items.length === 0 ? null : items;
  }
  return value as Plain;
}

const asTransformable = (value: Plain): Transformed =>
  value instanceof Uint8Array ? fromBytes(value) : (value as Transformed);

/** Every value, or null as soon as one is missing. */
function allOf<E>(readers: readonly Reader<E>[], event: E): Plain[] | null {
  const values: Plain[] = [];
  for (const read of readers) {
    const value = read(event);
    if (value === null) return null;
    values.push(value);
  }
  return values;
}
