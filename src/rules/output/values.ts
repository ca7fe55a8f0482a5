import type { AlertValue } from '../../base/alert.ts';
import { decodeByteText } from '../../base/byte-text.ts';
import type { FieldType } from '../../schema/fields.ts';
import type { Operand, Plain, Scalar } from '../condition/index.ts';
import { printAddress } from './address.ts';

/** A value of `output_fields`: scalars keep their type, list fields are arrays, a missing value is null. */
export type OutputValue = AlertValue | readonly AlertValue[];

/** How buffers are printed: with a dot for every byte that is no printable ASCII, or as base64 (RFC 4648). */
export type Buffers = 'ascii' | 'base64';

/** A value as byte text: `(a,b)` for a list field, blanks between the ancestors of an ancestor field. */
export function plainText(
  value: Plain,
  operand: Operand,
  type: FieldType | null,
  buffers: Buffers = 'ascii',
): string {
  if (!isList(value)) return scalarText(value, type, buffers);
  const items = value.map((item) => scalarText(item, type, buffers));
  return operand.shape === 'list' ? `(${items.join(',')})` : items.join(' ');
}

/** A value for JSON. Ancestors are one text, as Falco gives them. */
export function plainValue(
  value: Plain | null,
  operand: Operand,
  type: FieldType | null,
  buffers: Buffers = 'ascii',
): OutputValue {
  if (value === null) return null;
  if (!isList(value)) return scalarValue(value, type, buffers);
  if (operand.shape === 'list') return value.map((item) => scalarValue(item, type, buffers));
  return decodeByteText(plainText(value, operand, type));
}

const isList = (value: Plain): value is readonly Scalar[] => Array.isArray(value);

function scalarText(value: Scalar, type: FieldType | null, buffers: Buffers): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return type === 'ip' ? printAddress(value) : printBuffer(value, buffers);
  return type === 'double' && typeof value === 'number' ? value.toFixed(1) : String(value);
}

function scalarValue(value: Scalar, type: FieldType | null, buffers: Buffers): AlertValue {
  if (typeof value === 'string') return decodeByteText(value);
  if (value instanceof Uint8Array) return scalarText(value, type, buffers);
  // JSON has no infinities.
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

function printBuffer(bytes: Uint8Array, buffers: Buffers): string {
  if (buffers === 'base64') return btoa(String.fromCharCode(...bytes));
  let text = '';
  for (const byte of bytes) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  return text;
}
