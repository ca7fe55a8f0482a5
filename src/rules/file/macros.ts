import type { ConditionNode, IdentifierNode } from '../condition/index.ts';
import { mapIdentifiers } from '../condition/index.ts';
import type { KnownTree, ResolvedTree, TreeSize } from './cache.ts';

/** Most checks and list entries one condition may come to with its macros in place. */
const MAX_SIZE = 500_000;
/** Deepest tree after macros: everything behind walks it by calls. */
const MAX_DEPTH = 1000;
/** Longest chain of macros that only a redefinition connects; others are resolved one after the other. */
const MAX_CHAIN = 64;

export interface MacroFault {
  readonly message: string;
  readonly at: IdentifierNode;
  /** The name that is not known, when that is the fault. */
  readonly unknown: string | null;
}

/** The tree a macro name stands for where it is used; undefined when no such macro is visible there. */
export type MacroLookup = (name: string) => ConditionNode | ResolvedTree | undefined;

/** Puts macros in place. Trees that are resolved already are shared, not copied. */
export function resolveMacros(
  ast: ConditionNode,
  lookup: MacroLookup,
  known: Map<ConditionNode, KnownTree>,
): ResolvedTree | MacroFault {
  return new Resolver(lookup, known).resolve(ast, []);
}

class Resolver {
  readonly #lookup: MacroLookup;
  readonly #trees: Map<ConditionNode, KnownTree>;
  readonly #known = new Map<string, ResolvedTree>();

  constructor(lookup: MacroLookup, trees: Map<ConditionNode, KnownTree>) {
    this.#lookup = lookup;
    this.#trees = trees;
  }

  resolve(ast: ConditionNode, path: readonly string[]): ResolvedTree | MacroFault {
    const shape = measure(ast);
    const macros = new Set<string>();
    const parts: ResolvedTree[] = [];
    let { checks, entries } = shape.size;
    let { depth } = shape;
    for (const { node, level } of shape.references) {
      const tree = this.#macro(node, path);
      if ('message' in tree) return path.length === 0 ? { ...tree, at: node } : tree;
      parts.push(tree);
      checks += tree.size.checks;
      entries += tree.size.entries;
      depth = Math.max(depth, level + tree.depth);
      macros.add(node.name);
      for (const inner of tree.macros) macros.add(inner);
      if (checks + entries > MAX_SIZE || depth > MAX_DEPTH) {
        return { message: `macro '${node.name}' makes the condition too large`, at: node, unknown: null };
      }
    }
    const before = this.#trees.get(ast);
    if (before?.parts.every((part, at) => part === parts[at])) return before.tree;
    const replaced =
      shape.references.length === 0 ? ast : mapIdentifiers(ast, (name) => this.#known.get(name)!.ast);
    const tree = { ast: replaced, size: { checks, entries }, depth, macros };
    this.#trees.set(ast, { parts, tree });
    return tree;
  }

  #macro(node: IdentifierNode, path: readonly string[]): ResolvedTree | MacroFault {
    const { name } = node;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const found = this.#lookup(name);
    if (found === undefined) {
      return { message: `Undefined macro '${name}' used in filter.`, at: node, unknown: name };
    }
    if (path.includes(name)) {
      return { message: `reference loop in macro '${name}'`, at: node, unknown: null };
    }
    if (path.length > MAX_CHAIN)
      return { message: `macro '${name}' nests too deep`, at: node, unknown: null };
    const tree = 'kind' in found ? this.resolve(found, [...path, name]) : found;
    if (!('message' in tree)) this.#known.set(name, tree);
    return tree;
  }
}

interface Shape {
  readonly size: TreeSize;
  readonly depth: number;
  readonly references: readonly { readonly node: IdentifierNode; readonly level: number }[];
}

function measure(root: ConditionNode): Shape {
  const references: { node: IdentifierNode; level: number }[] = [];
  const waiting: { node: ConditionNode; level: number }[] = [{ node: root, level: 1 }];
  let checks = 0;
  let entries = 0;
  let depth = 1;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, level } = next;
    depth = Math.max(depth, level);
    checks++;
    if (node.kind === 'compare' && node.right.kind === 'list') entries += node.right.items.length;
    if (node.kind === 'identifier') references.push({ node, level });
    else if (node.kind === 'not') waiting.push({ node: node.child, level: level + 1 });
    else if (node.kind === 'and' || node.kind === 'or') {
      // Reversed, so that the references come in the order of the text.
      for (const child of node.children.toReversed()) waiting.push({ node: child, level: level + 1 });
    }
  }
  return { size: { checks, entries }, depth, references };
}
