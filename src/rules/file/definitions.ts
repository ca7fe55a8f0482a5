import type { Catalogue } from '../../schema/fields.ts';
import { type ConditionNode, checkCondition } from '../condition/index.ts';
import type { LoadCache, ResolvedTree } from './cache.ts';
import type { Collection } from './collect.ts';
import { type ConditionReader, type ParsedCondition, readMacroCondition } from './conditions.ts';
import { inExpression, type LoadError, RuleLoadError } from './context.ts';
import { invalid } from './decode.ts';
import { Guesses } from './guesses.ts';
import { brokenKey, type MacroItem } from './items.ts';
import { ListExpander, type ResolvedList, resolveLists } from './lists.ts';
import { resolveMacros } from './macros.ts';
import type { Sources } from './place.ts';
import type { Place } from './yaml-nodes.ts';

/**
 * Most characters that lists may insert into all conditions of one load. A list of 100,000 names in a handful
 * of rules stays well below; a file made to multiply itself does not.
 */
const EXPANSION_BUDGET = 16 * 1024 * 1024;

export interface Macro {
  readonly item: MacroItem;
  readonly parsed: ParsedCondition;
  /** With its own macros in place. Absent until resolved, and when that failed. */
  tree?: ResolvedTree;
  used: boolean;
}

/** Names whose definition is wrong: whoever rests on them is not reported a second time. */
export type Broken = ReadonlySet<string>;

/** All lists and macros of a collection, ready for the conditions of rules. */
export class Definitions {
  readonly lists: ReadonlyMap<string, ResolvedList>;
  readonly macros = new Map<string, Macro>();
  readonly reader: ConditionReader;
  readonly #catalogue: Catalogue;
  readonly #broken: Set<string>;
  readonly #listGuesses = new Guesses((word) => alike(word, this.lists.keys()));
  readonly #macroGuesses = new Guesses(() => this.macros.keys());

  constructor(
    collection: Collection,
    sources: Sources,
    cache: LoadCache,
    catalogue: Catalogue,
    broken: Broken,
    falco: boolean,
    onError: (issue: LoadError) => void,
  ) {
    this.lists = resolveLists(collection.lists);
    const expander = new ListExpander(this.lists, EXPANSION_BUDGET, cache.words);
    this.reader = { sources, expander, cache, quoteAll: !falco };
    this.#catalogue = catalogue;
    this.#broken = new Set(broken);
    const attempt = (name: string, work: () => void): void => {
      try {
        work();
      } catch (error) {
        if (!(error instanceof RuleLoadError)) throw error;
        this.#broken.add(brokenKey('macro', name));
        onError(error.issue);
      }
    };
    for (const item of collection.macros.values()) {
      attempt(item.name, () => {
        this.macros.set(item.name, { item, parsed: readMacroCondition(item, this.reader), used: false });
      });
    }
    for (const macro of this.macros.values()) attempt(macro.item.name, () => this.#resolve(macro));
  }

  #resolve(macro: Macro): void {
    const { item, parsed } = macro;
    const tree = resolveMacros(
      parsed.ast,
      (name) => {
        const other = this.macros.get(name);
        if (other === undefined || other.item.index >= item.visibility) return undefined;
        return other.tree ?? (this.isBroken('macro', name) ? undefined : other.parsed.ast);
      },
      this.reader.cache.trees,
    );
    if (!('message' in tree)) {
      macro.tree = tree;
      for (const name of tree.macros) this.macros.get(name)!.used = true;
      return;
    }
    this.#broken.add(brokenKey('macro', item.name));
    if (tree.unknown !== null && this.isBroken('macro', tree.unknown)) return;
    const { start } = tree.at;
    const context = inExpression(item.context, parsed.text, start, parsed.placeOf(start), parsed.expanded);
    invalid(tree.message, context, this.#hintInMacro(tree.unknown));
  }

  /** The tree behind a name in a rule's condition; all macros are visible there. */
  useMacro(name: string): ResolvedTree | undefined {
    const macro = this.macros.get(name);
    if (macro?.tree === undefined) return undefined;
    macro.used = true;
    for (const inner of macro.tree.macros) this.macros.get(inner)!.used = true;
    return macro.tree;
  }

  isBroken(kind: 'list' | 'macro' | 'rule', name: string): boolean {
    return this.#broken.has(brokenKey(kind, name));
  }

  /** Whether a condition mentions a list that could not be read. */
  namesBrokenList(text: string): boolean {
    for (const key of this.#broken) {
      if (key.startsWith('list ') && text.includes(key.slice(5))) return true;
    }
    return false;
  }

  /** The list whose name is nearest to a word; null when none is near. */
  nearList(word: string): string | null {
    return this.#listGuesses.near(word);
  }

  hintForMacro(name: string | null): string | undefined {
    if (name === null) return undefined;
    if (this.lists.has(name)) return `'${name}' is a list: write field in (${name})`;
    const near = this.#macroGuesses.near(name);
    return near === null ? undefined : `did you mean ${near}?`;
  }

  #hintInMacro(name: string | null): string | undefined {
    if (name !== null && this.macros.has(name)) {
      return `macro '${name}' stands after this one; a macro only sees those before it`;
    }
    return this.hintForMacro(name);
  }

  /**
   * The true place of a fault in a rule's tree. Macros bring nodes of other texts along, whose offsets mean
   * nothing in the rule's own: the node at fault is found, then the text it was parsed from.
   */
  placeOfFault(rule: ParsedCondition, tree: ResolvedTree, offset: number, message: string): Place {
    if (tree.macros.size === 0) return rule.placeOf(offset);
    const leaf = leavesOf(tree.ast).find(
      (node) => node.start <= offset && offset < node.end && this.#says(node, message),
    );
    if (leaf === undefined || leavesOf(rule.ast).includes(leaf)) return rule.placeOf(offset);
    for (const name of tree.macros) {
      const macro = this.macros.get(name)!;
      if (leavesOf(macro.parsed.ast).includes(leaf)) return macro.parsed.placeOf(offset);
    }
    return rule.placeOf(offset);
  }

  #says(node: ConditionNode, message: string): boolean {
    const result = checkCondition(node, this.#catalogue);
    const found = [...result.warnings, ...(result.ok ? [] : result.errors)];
    return found.some((problem) => problem.message === message);
  }
}

/** Typing errors seldom spoil both ends, and most words are no names of lists at all. */
function alike(word: string, names: IteratorObject<string>): Iterable<string> {
  const start = word.slice(0, 4);
  const end = word.slice(-4);
  return names.filter((name) => name.startsWith(start) || name.endsWith(end));
}

function leavesOf(root: ConditionNode): ConditionNode[] {
  const leaves: ConditionNode[] = [];
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'and' || node.kind === 'or') waiting.push(...node.children);
    else if (node.kind === 'not') waiting.push(node.child);
    else leaves.push(node);
  }
  return leaves;
}
