/**
 * The questions rules ask. Each predicate of all rules is looked at once and becomes a leaf of one kind:
 *
 *   text   a question about one text value alone: asked once per distinct text and remembered there (verdicts.ts)
 *   flag   a question about one bool field
 *   call   any other question: a closure over the event
 *   type   decided by the event type
 *
 * Equal predicates of different rules share one leaf.
 */

import type { Interned } from '../../base/interning.ts';
import { EventSet } from '../../schema/events.ts';
import type { Checked, FieldOperand, Operand, Predicate } from '../condition/checked.ts';
import { evaluatePredicate, scalarTest } from '../condition/evaluate.ts';
import type { Test } from '../condition/text-test.ts';
import { transformText } from '../condition/transforms.ts';
import type { FactSource, FieldUse, Getter } from '../facts.ts';
import { compileAddressTest } from './address-matcher.ts';
import { compileNumberTest } from './number-matcher.ts';
import { predicateKey, questionKey } from './predicate-key.ts';
import { fastScalarTest } from './scalar-matcher.ts';
import { compileTextTest } from './text-matcher.ts';

export type Leaf<E> = TextLeaf | FlagLeaf | CallLeaf<E> | TypeLeaf;

/** What all questions have in common. */
interface Asked {
  /** Asks a field that is read from files: to be asked last. */
  readonly expensive: boolean;
}

export interface TextLeaf extends Asked {
  readonly kind: 'text';
  /** Place among all fields in use. */
  readonly field: number;
  readonly atom: number;
}

export interface FlagLeaf extends Asked {
  readonly kind: 'flag';
  readonly field: number;
  /** Whether true and false satisfy it; a missing value never does. */
  readonly onTrue: boolean;
  readonly onFalse: boolean;
}

export interface CallLeaf<E> extends Asked {
  readonly kind: 'call';
  readonly call: number;
  readonly test: Test<E>;
}

export interface TypeLeaf {
  readonly kind: 'type';
  readonly holds: EventSet;
}

export type Tree<E> =
  | { readonly kind: 'and' | 'or'; readonly children: readonly Tree<E>[] }
  | { readonly kind: 'not'; readonly child: Tree<E> }
  | Leaf<E>;

const NEVER: TypeLeaf = { kind: 'type', holds: EventSet.NONE };

/** A question about a text. */
export interface Atom {
  readonly test: Test<string>;
  /** The same question in a form that an index over all atoms can answer (atom-index.ts); null when it has none. */
  readonly lookup: Lookup | null;
}

/** Does the text equal, begin with or end with one of these? `negated`: none of them. */
export interface Lookup {
  readonly by: 'whole' | 'start' | 'end';
  readonly literals: readonly string[];
  readonly negated: boolean;
}

export class Leaves<E> {
  readonly atoms: Atom[] = [];
  readonly getters: Getter<E>[] = [];
  readonly calls: Test<E>[] = [];
  readonly #source: FactSource<E>;
  readonly #fieldOf = new Map<string, number>();
  readonly #leafOf = new Map<string, Leaf<E>>();
  readonly #atomOf = new Map<string, number>();

  constructor(source: FactSource<E>) {
    this.#source = source;
  }

  tree(condition: Checked): Tree<E> {
    switch (condition.kind) {
      case 'and':
      case 'or':
        return { kind: condition.kind, children: condition.children.map((child) => this.tree(child)) };
      case 'not':
        return { kind: 'not', child: this.tree(condition.child) };
      case 'type':
        return { kind: 'type', holds: condition.holds };
      default: {
        const key = predicateKey(condition);
        const leaf = this.#leafOf.get(key) ?? this.#leaf(condition);
        this.#leafOf.set(key, leaf);
        return leaf;
      }
    }
  }

  /** Place of a field use; -1 when the source never has it. */
  #field(use: FieldUse): number {
    const key = JSON.stringify([use.field.name, use.arg]);
    let place = this.#fieldOf.get(key);
    if (place === undefined) {
      const get = this.#source.bind(use);
      place = get === null ? -1 : this.getters.push(get) - 1;
      this.#fieldOf.set(key, place);
    }
    return place;
  }

  #leaf(predicate: Exclude<Predicate, { kind: 'type' }>): Leaf<E> {
    const text = textQuestion(predicate);
    if (text !== null) return this.#textLeaf(predicate, text);
    if (predicate.kind === 'bool' && isPlainField(predicate.left)) {
      const field = this.#field(predicate.left.uses[0]!);
      const test = scalarTest(predicate);
      const expensive = isExpensive(predicate.left);
      if (field >= 0) return { kind: 'flag', field, onTrue: test(true), onFalse: test(false), expensive };
    }
    const test = this.#closure(predicate);
    return test === null ? NEVER : this.#callLeaf(test, operandsOf(predicate).some(isExpensive));
  }

  #textLeaf(predicate: Predicate, { operand, atom }: TextQuestion): Leaf<E> {
    const field = this.#field(operand.uses[0]!);
    if (field < 0) return NEVER;
    const expensive = isExpensive(operand);
    return { kind: 'text', field, atom: this.#atom(questionKey(predicate), atom), expensive };
  }

  #atom(key: string, make: () => Atom): number {
    const known = this.#atomOf.get(key);
    if (known !== undefined) return known;
    const place = this.atoms.push(make()) - 1;
    this.#atomOf.set(key, place);
    return place;
  }

  #callLeaf(test: Test<E>, expensive: boolean): CallLeaf<E> {
    return { kind: 'call', call: this.calls.push(test) - 1, test, expensive };
  }

  /** Null when the source never has what is asked. */
  #closure(predicate: Exclude<Predicate, { kind: 'type' }>): Test<E> | null {
    const { left } = predicate;
    if (left.kind !== 'field') return evaluatePredicate(predicate, this.#source, fastScalarTest);
    const getters = left.uses.map((use) => this.#source.bind(use)).filter((get) => get !== null);
    if (getters.length === 0) return null;
    if (predicate.kind === 'exists' && left.shape === 'one') return exists(getters);
    if (predicate.kind === 'address') return addresses(getters, compileAddressTest(predicate));
    if (getters.length > 1) return evaluatePredicate(predicate, this.#source, fastScalarTest);
    const get = getters[0]!;
    if (predicate.kind === 'number' && left.shape === 'one' && left.type === 'number') {
      const test = compileNumberTest(predicate);
      return (event) => {
        const value = get(event);
        return value !== null && test(value as number);
      };
    }
    if (predicate.kind === 'text' && left.shape === 'any' && left.type === 'string') {
      const test = compileTextTest(predicate.op, predicate.quantifier, predicate.values);
      return (event) => ((get(event) ?? []) as readonly Interned[]).some((item) => test(item.text));
    }
    return evaluatePredicate(predicate, this.#source, fastScalarTest);
  }
}

const operandsOf = (predicate: Exclude<Predicate, { kind: 'type' }>): readonly Operand[] =>
  predicate.kind === 'fields' ? [predicate.left, predicate.right] : [predicate.left];

function isExpensive(operand: Operand): boolean {
  switch (operand.kind) {
    case 'field':
      return operand.uses.some(({ field }) => field.expensive === true);
    case 'transform':
      return operand.args.some(isExpensive);
    case 'group':
      return operand.items.some(isExpensive);
    case 'text':
      return false;
  }
}

function exists<E>(getters: readonly Getter<E>[]): Test<E> {
  const [first, second] = getters as [Getter<E>, Getter<E> | undefined];
  return second === undefined
    ? (event) => first(event) !== null
    : (event) => first(event) !== null || second(event) !== null;
}

function addresses<E>(getters: readonly Getter<E>[], test: Test<readonly Uint8Array[]>): Test<E> {
  // One list for all events: the test looks at it and keeps nothing.
  const ends: Uint8Array[] = [];
  return (event) => {
    ends.length = 0;
    for (const get of getters) {
      const address = get(event);
      if (address !== null) ends.push(address as Uint8Array);
    }
    return ends.length > 0 && test(ends);
  };
}

const isPlainField = (operand: Operand): operand is FieldOperand =>
  operand.kind === 'field' && operand.uses.length === 1 && operand.shape === 'one';

interface TextQuestion {
  readonly operand: FieldOperand;
  readonly atom: () => Atom;
}

/** Reads a predicate as a question about one text, through one-argument transformers; null when it is not one. */
function textQuestion(predicate: Predicate): TextQuestion | null {
  if (predicate.kind !== 'text' && predicate.kind !== 'number' && predicate.kind !== 'exists') return null;
  const operand = innermost(predicate.left);
  if (operand === null || operand.type !== 'string') return null;
  if (predicate.left.kind === 'field') {
    if (predicate.kind === 'text') return { operand, atom: () => plainAtom(predicate) };
    // Every text satisfies `exists`; no text satisfies nothing.
    return { operand, atom: () => ({ test: () => true, lookup: NONE_OF_NONE }) };
  }
  return { operand, atom: () => ({ test: throughTransforms(predicate), lookup: null }) };
}

function innermost(operand: Operand): FieldOperand | null {
  if (operand.kind === 'field') return isPlainField(operand) ? operand : null;
  if (operand.kind !== 'transform' || operand.args.length !== 1) return null;
  return innermost(operand.args[0]!);
}

const NONE_OF_NONE: Lookup = { by: 'whole', literals: [], negated: true };

function plainAtom({ op, quantifier, values: literals }: Extract<Predicate, { kind: 'text' }>): Atom {
  const test = compileTextTest(op, quantifier, literals);
  if (literals.length === 0 || (literals.length > 1 && quantifier !== 'any')) return { test, lookup: null };
  switch (op) {
    case 'eq':
    case 'in':
    case 'intersects':
      return { test, lookup: { by: 'whole', literals, negated: false } };
    case 'ne':
      return { test, lookup: literals.length === 1 ? { by: 'whole', literals, negated: true } : null };
    case 'startswith':
      return { test, lookup: { by: 'start', literals, negated: false } };
    case 'endswith':
      return { test, lookup: { by: 'end', literals, negated: false } };
    default:
      return { test, lookup: null };
  }
}

type Transformable = Extract<Predicate, { kind: 'text' | 'number' | 'exists' }>;

function throughTransforms(predicate: Transformable): Test<string> {
  const test = valueTest(predicate);
  return (text) => {
    const value = applyTransforms(predicate.left, text);
    return value !== null && test(value);
  };
}

function valueTest(predicate: Transformable): Test<string | number> {
  if (predicate.kind === 'exists') return () => true;
  if (predicate.kind === 'number') return scalarTest(predicate);
  const test = compileTextTest(predicate.op, predicate.quantifier, predicate.values);
  return (value) => test(String(value));
}

function applyTransforms(operand: Operand, text: string): string | number | null {
  if (operand.kind !== 'transform') return text;
  const inner = applyTransforms(operand.args[0]!, text);
  if (typeof inner !== 'string') return null;
  return operand.name === 'len' ? inner.length : transformText(operand.name as 'tolower', inner);
}
