import type { Catalogue } from '../../schema/fields.ts';
import { checkOperand, type Plain, parseOperand, readerOf, type Scalar } from '../condition/index.ts';
import type { FactSource } from '../facts.ts';
import type { NamedField } from './parse.ts';
import { plainText } from './values.ts';

/** What a field's name stands for; null when there is no such field. */
export function namedField(name: string, catalogue: Catalogue): NamedField | null {
  const parsed = parseOperand(name);
  if (!parsed.ok || parsed.end !== name.length) return null;
  const checked = checkOperand(parsed.ast, catalogue);
  return checked.ok ? { name, operand: checked.operand, field: checked.field } : null;
}

/**
 * The values of fields as one text, equal for two events exactly when all values are. Each value stands behind its
 * length, so that no value can pass for two others.
 */
export function compileKey<E>(fields: readonly NamedField[], source: FactSource<E>): (event: E) => string {
  const parts = fields
    .filter(({ field }) => !field?.filterOnly)
    .map(({ operand, field }) => ({ operand, type: field?.type ?? null, read: readerOf(operand, source) }));
  return (event) => {
    let key = '';
    for (const { operand, type, read } of parts) {
      const value = read(event);
      if (value === null) key += '-';
      else if (!isList(value)) key += measured(plainText(value, operand, type));
      else {
        key += `[${value.length}]`;
        for (const item of value) key += measured(plainText(item, operand, type));
      }
    }
    return key;
  };
}

const isList = (value: Plain): value is readonly Scalar[] => Array.isArray(value);

const measured = (text: string): string => `${text.length}:${text}`;
