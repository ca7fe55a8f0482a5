import type { Entry, MapTree, Place, Tree } from './tree.ts';

/** Keys and list indexes, from the top. */
export type Path = readonly (string | number)[];

/** Where the path is written, or the last part of it that is. */
export function placeOf(tree: MapTree, path: Path): Place {
  let here: Tree = tree;
  let place = tree.place;
  for (const step of path) {
    if (typeof step === 'number') {
      const item: Tree | undefined = here.kind === 'list' ? here.items[step] : undefined;
      if (item === undefined) return place;
      here = item;
      place = item.place;
    } else {
      const entry: Entry | undefined = here.kind === 'map' ? here.entries.get(step) : undefined;
      if (entry === undefined) return place;
      here = entry.value;
      place = entry.place;
    }
  }
  return place;
}
