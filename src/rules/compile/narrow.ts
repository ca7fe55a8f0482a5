/**
 * What a rule needs of one field: the condition with every other question taken as "may hold either way". Where that
 * fails the rule cannot match, whatever the other fields say.
 */
import type { Tree } from './atoms.ts';

/** A necessary condition over the atoms (or the bool value) of one field. */
export type Need =
  | { readonly kind: 'and' | 'or'; readonly children: readonly Need[] }
  | { readonly kind: 'atom'; readonly atom: number; readonly wanted: boolean }
  | {
      readonly kind: 'flag';
      readonly onTrue: boolean;
      readonly onFalse: boolean;
      readonly onMissing: boolean;
    };

/** Null: the rule may match with any value of the field. */
export function needOf<E>(tree: Tree<E>, field: number, wanted = true): Need | null {
  switch (tree.kind) {
    case 'not':
      return needOf(tree.child, field, !wanted);
    case 'and':
    case 'or': {
      const needs = tree.children.map((child) => needOf(child, field, wanted));
      return (tree.kind === 'and') === wanted ? allNeeds(needs) : anyNeed(needs);
    }
    case 'text':
      return tree.field === field ? { kind: 'atom', atom: tree.atom, wanted } : null;
    case 'flag': {
      if (tree.field !== field) return null;
      const { onTrue, onFalse } = tree;
      return { kind: 'flag', onTrue: onTrue === wanted, onFalse: onFalse === wanted, onMissing: !wanted };
    }
    default:
      return null;
  }
}

function allNeeds(needs: readonly (Need | null)[]): Need | null {
  const present = needs.filter((need) => need !== null);
  if (present.length < 2) return present[0] ?? null;
  return { kind: 'and', children: present };
}

function anyNeed(needs: readonly (Need | null)[]): Need | null {
  const present = needs.filter((need) => need !== null);
  if (present.length < needs.length) return null;
  return present.length === 1 ? present[0]! : { kind: 'or', children: present };
}

/** A choice between fields: the rule needs at least one of these needs to hold. */
export type Clause = ReadonlyMap<number, Need>;

/**
 * Choices between text fields that a rule insists on, such as `(fd.name in (..) or fd.directory in (..))`; no single
 * field can rule it out, the fields together can.
 */
export function clausesOf<E>(tree: Tree<E>, isText: (field: number) => boolean, wanted = true): Clause[] {
  if (tree.kind === 'not') return clausesOf(tree.child, isText, !wanted);
  if (tree.kind !== 'and' && tree.kind !== 'or') return [];
  if ((tree.kind === 'and') === wanted)
    return tree.children.flatMap((child) => clausesOf(child, isText, wanted));
  const needs = new Map<number, Need[]>();
  for (const child of tree.children) {
    const field = textFields(child).find((at) => isText(at) && needOf(child, at, wanted) !== null);
    if (field === undefined) return [];
    const list = needs.get(field) ?? [];
    list.push(needOf(child, field, wanted)!);
    needs.set(field, list);
  }
  if (needs.size < 2) return [];
  return [new Map([...needs].map(([field, list]) => [field, anyNeed(list)!]))];
}

function textFields<E>(tree: Tree<E>): number[] {
  if (tree.kind === 'text') return [tree.field];
  if (tree.kind === 'not') return textFields(tree.child);
  return tree.kind === 'and' || tree.kind === 'or' ? tree.children.flatMap((child) => textFields(child)) : [];
}

export function needHolds(need: Need, answer: (atom: number) => boolean): boolean {
  switch (need.kind) {
    case 'and':
      return need.children.every((child) => needHolds(child, answer));
    case 'or':
      return need.children.some((child) => needHolds(child, answer));
    case 'atom':
      return answer(need.atom) === need.wanted;
    default:
      return false;
  }
}

export function atomsOf(need: Need): number[] {
  if (need.kind === 'and' || need.kind === 'or') return need.children.flatMap(atomsOf);
  return need.kind === 'atom' ? [need.atom] : [];
}

/** For a bool field: does the need hold for true, false, or no value (null)? */
export function flagHolds(need: Need, value: boolean | null): boolean {
  switch (need.kind) {
    case 'and':
      return need.children.every((child) => flagHolds(child, value));
    case 'or':
      return need.children.some((child) => flagHolds(child, value));
    case 'flag':
      return value === null ? need.onMissing : value ? need.onTrue : need.onFalse;
    default:
      return false;
  }
}
