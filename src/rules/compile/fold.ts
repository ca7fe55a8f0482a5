import type { EventSet } from '../../schema/events.ts';
import type { Tree } from './atoms.ts';

/**
 * The rule's tree with questions on the event type answered where every type it is tried for agrees; a boolean when
 * nothing else decides.
 */
export function foldTypes<E>(tree: Tree<E>, types: EventSet): Tree<E> | boolean {
  switch (tree.kind) {
    case 'type': {
      const held = tree.holds.intersection(types);
      return held.equals(types) ? true : held.size === 0 ? false : tree;
    }
    case 'not': {
      const child = foldTypes(tree.child, types);
      return typeof child === 'boolean' ? !child : { kind: 'not', child };
    }
    case 'and':
    case 'or': {
      const absorbing = tree.kind === 'or';
      const children = tree.children.map((child) => foldTypes(child, types));
      if (children.includes(absorbing)) return absorbing;
      const rest = children.filter((child) => typeof child !== 'boolean');
      if (rest.length === 0) return !absorbing;
      return rest.length === 1 ? rest[0]! : { kind: tree.kind, children: cheapFirst(rest) };
    }
    default:
      return tree;
  }
}

/** All questions are free of effects, so those with remembered answers may go first, and those that read files last. */
function cheapFirst<E>(trees: readonly Tree<E>[]): Tree<E>[] {
  const cost = (tree: Tree<E>): number => {
    if (tree.kind === 'type') return 0;
    if (tree.kind === 'not') return cost(tree.child);
    if ('children' in tree) return Math.max(...tree.children.map(cost));
    return tree.expensive ? 2 : tree.kind === 'call' ? 1 : 0;
  };
  return [...trees].sort((a, b) => cost(a) - cost(b));
}
