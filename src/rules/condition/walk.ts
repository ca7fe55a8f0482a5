import type { ConditionNode } from './ast.ts';

/**
 * The same tree with every identifier for which `replace` gives a tree put in place. Undefined leaves the
 * identifier. The caller sees to it that replacements do not grow without bound.
 */
export function mapIdentifiers(
  node: ConditionNode,
  replace: (name: string, at: { start: number; end: number }) => ConditionNode | undefined,
): ConditionNode {
  switch (node.kind) {
    case 'and':
    case 'or':
      return { ...node, children: node.children.map((child) => mapIdentifiers(child, replace)) };
    case 'not':
      return { ...node, child: mapIdentifiers(node.child, replace) };
    case 'identifier':
      return replace(node.name, node) ?? node;
    default:
      return node;
  }
}
