import type { Entry, MapTree, Tree } from './tree.ts';

/**
 * How a file of `config_files` joins what was read before it (names are Falco's):
 * `append` adds lists to lists, joins sections key by key and replaces single values;
 * `override` replaces every key it mentions as a whole; `add-only` adds keys that are not there yet.
 */
export const STRATEGIES = ['append', 'override', 'add-only'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export function merge(base: MapTree, more: MapTree, strategy: Strategy): MapTree {
  const entries = new Map(base.entries);
  for (const [key, entry] of more.entries) {
    const old = entries.get(key);
    entries.set(key, old === undefined ? entry : mergeEntry(old, entry, strategy));
  }
  return { ...base, entries };
}

function mergeEntry(old: Entry, entry: Entry, strategy: Strategy): Entry {
  if (strategy === 'add-only') return old;
  if (strategy === 'override') return entry;
  return { place: entry.place, value: append(old.value, entry.value) };
}

function append(old: Tree, value: Tree): Tree {
  if (value.kind === 'scalar' && value.absent) return old;
  if (old.kind === 'list' && value.kind === 'list')
    return { ...value, items: [...old.items, ...value.items] };
  if (old.kind === 'map' && value.kind === 'map')
    return { ...merge(old, value, 'append'), place: value.place };
  return value;
}
