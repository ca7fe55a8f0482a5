import type { EventSet } from '../../schema/events.ts';
import {
  type CheckResult,
  type ConditionNode,
  type ParseResult,
  type Predicate,
  RegexBudget,
} from '../condition/index.ts';
import type { OutputResult } from '../output/index.ts';
import type { Suspicious } from './deprecated.ts';

/** How large a condition is when shared parts are counted each time. */
export interface TreeSize {
  /** Comparisons, and what joins them. */
  readonly checks: number;
  /** Values in lists. */
  readonly entries: number;
}

/** A condition without macros. */
export interface ResolvedTree {
  readonly ast: ConditionNode;
  readonly size: TreeSize;
  readonly depth: number;
  /** Macros put in place, directly or inside others. */
  readonly macros: ReadonlySet<string>;
}

/** A tree and the trees of the macros it was made with: with the same ones it is the same again. */
export interface KnownTree {
  readonly parts: readonly ResolvedTree[];
  readonly tree: ResolvedTree;
}

/**
 * What one load has worked out already. Every file added compiles the whole collection again, because it may
 * change any list or macro; what it does not change is found here.
 */
export interface LoadCache {
  readonly parsed: Map<string, ParseResult>;
  readonly trees: Map<ConditionNode, KnownTree>;
  readonly checked: Map<ConditionNode, CheckResult>;
  readonly comparisons: Map<ConditionNode, Predicate>;
  readonly suspicious: Map<ConditionNode, Suspicious>;
  readonly regexes: RegexBudget;
  /** What all conditions may still come to, macros counted wherever they are used. */
  readonly room: Room;
  /** The words of a text: what may name a list. */
  readonly words: Map<string, readonly string[]>;
  readonly eventTypes: Map<ConditionNode, { readonly types: EventSet; readonly count: number }>;
  readonly outputs: Map<string, OutputResult>;
}

/** Five hundred rules of a thousand checks. More takes seconds to compile. */
const MAX_CHECKS = 500_000;
/** A list of 100,000 names in ten rules. */
const MAX_ENTRIES = 1_000_000;

/** What is left of the sizes allowed for all conditions together. */
export class Room {
  #checks = MAX_CHECKS;
  #entries = MAX_ENTRIES;

  take({ checks, entries }: TreeSize): void {
    this.#checks -= checks;
    this.#entries -= entries;
  }

  /** What there is too much of; null while there is room. */
  exceeded(): string | null {
    if (this.#checks < 0) return `more than ${MAX_CHECKS} checks`;
    return this.#entries < 0 ? `more than ${MAX_ENTRIES} list entries` : null;
  }
}

export function createCache(): LoadCache {
  return {
    parsed: new Map(),
    trees: new Map(),
    checked: new Map(),
    comparisons: new Map(),
    suspicious: new Map(),
    regexes: new RegexBudget(),
    room: new Room(),
    words: new Map(),
    eventTypes: new Map(),
    outputs: new Map(),
  };
}

/** Lets go of everything: rules and definitions keep what they need themselves. */
export function clearCache(cache: LoadCache): void {
  for (const part of Object.values(cache)) if (part instanceof Map) part.clear();
}

/** The value behind a key, made when it is not there. */
export function remember<K, V>(
  map: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
