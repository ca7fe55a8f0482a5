import type { FactSource, FieldUse } from '../../rules/facts.ts';
import { ARGUMENTS_BY_TYPE, type ArgumentSpec } from '../../schema/arguments.ts';
import type { RecordPart } from '../../schema/record-parts.ts';

/** Which parts of records the loaded rules look at, told by the fields they bind. */

const BY_FIELD: Readonly<Record<string, RecordPart>> = {
  'proc.env': 'env',
  'proc.aenv': 'env',
  'evt.buffer': 'data',
  'evt.buflen': 'data',
};

/** Arguments of events, and which part the sources of schema/arguments.ts come from. */
const ARGUMENT_FIELDS = new Set(['evt.arg', 'evt.rawarg', 'evt.args', 'evt.info']);
const BY_SOURCE: ReadonlyMap<string, RecordPart> = new Map([
  ['env', 'env'],
  ['data', 'data'],
]);

/** An argument by its name or place; null stands for all of them. */
const isMeant = ({ name }: ArgumentSpec, place: number, arg: string | null): boolean =>
  arg === null || arg === name || arg === String(place);

export function neededParts({ field, arg }: FieldUse): Set<RecordPart> {
  const found = new Set<RecordPart>();
  const part = BY_FIELD[field.name];
  if (part !== undefined) found.add(part);
  if (!ARGUMENT_FIELDS.has(field.name)) return found;
  for (const all of ARGUMENTS_BY_TYPE) {
    for (const [place, spec] of all.entries()) {
      const of = BY_SOURCE.get(spec.source);
      if (of !== undefined && isMeant(spec, place, arg)) found.add(of);
    }
  }
  return found;
}

/** The same facts; what is bound of them adds to `parts`. */
export function notingParts<E>(source: FactSource<E>, parts: Set<RecordPart>): FactSource<E> {
  return {
    bind(use) {
      for (const part of neededParts(use)) parts.add(part);
      return source.bind(use);
    },
  };
}
