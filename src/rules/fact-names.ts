import { nearest } from '../base/suggest.ts';
import { syscallCatalogue } from '../schema/fields.ts';

/** Names of facts that no field has, with the field that was perhaps meant: a misspelt fact is a missing value. */
export function strangeFacts(names: Iterable<string>): { name: string; near: string | null }[] {
  const { fields } = syscallCatalogue;
  const known = new Set(fields.map(({ name }) => name));
  // evt.arg.flags is evt.arg[flags].
  const dotted = fields.filter(({ argKind }) => argKind === 'name').map(({ name }) => `${name}.`);
  return [...names]
    .filter((name) => !known.has(name.replace(/\[.*$/s, '')) && !dotted.some((one) => name.startsWith(one)))
    .map((name) => ({ name, near: nearest(name, known) }));
}
