import type { Collection } from './collect.ts';
import type { LoadWarning } from './context.ts';
import type { Definitions } from './definitions.ts';

/** Macros, then lists, that nothing refers to, in the order of definition. */
export function findUnused(definitions: Definitions, collection: Collection): LoadWarning[] {
  const macros = [...definitions.macros.values()]
    .filter(({ used }) => !used)
    .map(({ item: { context } }) => ({
      code: 'LOAD_UNUSED_MACRO' as const,
      message: 'Macro not referred to by any other rule/macro',
      context,
    }));
  const lists = [...definitions.lists.values()]
    .filter(({ used }) => !used)
    .flatMap(({ name }) => collection.lists.get(name) ?? [])
    .map(({ context }) => ({
      code: 'LOAD_UNUSED_LIST' as const,
      message: 'List not referred to by any other rule/macro',
      context,
    }));
  return [...macros, ...lists];
}
