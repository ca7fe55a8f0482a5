import { decodeByteText } from '../../base/byte-text.ts';
import type { Field } from '../../schema/fields.ts';
import { type Operand, type Reader, readerOf } from '../condition/index.ts';
import type { FactSource } from '../facts.ts';
import { escapeLine } from './escape.ts';
import type { OutputField, OutputFormat } from './parse.ts';
import { type Buffers, type OutputValue, plainText, plainValue } from './values.ts';

export interface CompiledOutput<E> {
  /** The output on one line, escaped as in a JSON string: what text alerts show. */
  text(event: E): string;
  /** The same unescaped, for JSON, whose writer escapes itself. May hold line ends. */
  raw(event: E): string;
  /** Name → value, names in alphabetical order as Falco prints them. */
  fields(event: E): Record<string, OutputValue>;
  readonly names: readonly string[];
}

const MISSING = '<NA>';

/** Binds a format to a source of facts. A field the source never has prints as missing. */
export function compileOutput<E>(
  format: OutputFormat,
  source: FactSource<E>,
  buffers: Buffers = 'ascii',
): CompiledOutput<E> {
  const readers = new Map<string, Reader<E>>();
  const reader = (operand: Operand, field: Field | null): Reader<E> => {
    const key = JSON.stringify(operand);
    // A field of both ends has no value of its own to print.
    const read = readers.get(key) ?? (field?.filterOnly ? missing : readerOf(operand, source));
    readers.set(key, read);
    return read;
  };
  const parts = format.parts.map((part) =>
    typeof part === 'string'
      ? part
      : makePart(reader(part.operand, part.field), part, format.keepGoing, buffers),
  );
  const named = format.named.map(({ name, operand, field }) => ({
    name,
    operand,
    field,
    read: reader(operand, field),
  }));
  const sorted = named.toSorted((a, b) => (a.name < b.name ? -1 : 1));

  const raw = (event: E): string => {
    let line = '';
    for (const part of parts) {
      const text = typeof part === 'string' ? part : part(event);
      if (text === null) break;
      line += text;
    }
    return line;
  };
  return {
    raw,
    text: (event) => escapeLine(raw(event)),
    fields: (event) => {
      // No prototype: a field's name is text from a rules file.
      const values: Record<string, OutputValue> = Object.create(null);
      // Without the star a format ends at the first missing value, in its own order.
      const end = format.keepGoing ? -1 : named.findIndex(({ read }) => read(event) === null);
      const shown = end < 0 ? null : new Set(named.slice(0, end));
      for (const entry of sorted) {
        if (shown !== null && !shown.has(entry)) continue;
        values[entry.name] = plainValue(entry.read(event), entry.operand, entry.field?.type ?? null, buffers);
      }
      return values;
    },
    names: sorted.map(({ name }) => name),
  };
}

const missing = (): null => null;

/** Reads and prints one field. A width counts characters and also holds for a missing value. */
function makePart<E>(
  read: Reader<E>,
  part: OutputField,
  keepGoing: boolean,
  buffers: Buffers,
): (event: E) => string | null {
  const { operand, field, width } = part;
  return (event) => {
    const value = read(event);
    if (value === null && !keepGoing) return null;
    const text =
      value === null ? MISSING : decodeByteText(plainText(value, operand, field?.type ?? null, buffers));
    return width === 0 ? text : text.padEnd(width).slice(0, width);
  };
}
