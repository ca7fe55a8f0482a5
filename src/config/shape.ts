import type { ErrorCode, Problem } from '../base/errors.ts';
import { nearest } from '../base/suggest.ts';
import { type Entry, type MapTree, NAMES, type Place, problemAt, type Tree } from './tree.ts';

/**
 * What a key may hold, as data: one description serves reading, the published JSON schema and the documentation.
 * `section` takes missing keys from the defaults; in an `item`, which stands in lists, every key may be left out.
 */
export type Shape =
  | { readonly kind: 'bool' }
  | { readonly kind: 'int' | 'number'; readonly min: number; readonly max: number }
  /** `secret`: never shown (secrets.ts). */
  | { readonly kind: 'text'; readonly secret?: true }
  | {
      readonly kind: 'choice';
      readonly values: readonly string[];
      readonly aliases?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'map'; readonly of: Shape }
  | {
      readonly kind: 'section' | 'item';
      readonly keys: Readonly<Record<string, Shape>>;
      /** Of a section in a list, which has no place of its own among the defaults. */
      readonly defaults?: Readonly<Record<string, unknown>>;
    }
  /** One written as a single value or as a section of keys. */
  | { readonly kind: 'either'; readonly single: Shape; readonly keyed: Shape };

/** The TypeScript value of a shape. */
export type ValueOf<S> = S extends { kind: 'bool' }
  ? boolean
  : S extends { kind: 'int' | 'number' }
    ? number
    : S extends { kind: 'text' }
      ? string
      : S extends { kind: 'choice'; values: readonly (infer V)[] }
        ? V
        : S extends { kind: 'list'; of: infer I }
          ? readonly ValueOf<I>[]
          : S extends { kind: 'map'; of: infer I }
            ? Readonly<Record<string, ValueOf<I>>>
            : S extends { kind: 'section'; keys: infer K }
              ? { readonly [P in keyof K]: ValueOf<K[P]> }
              : S extends { kind: 'item'; keys: infer K }
                ? { readonly [P in keyof K]?: ValueOf<K[P]> }
                : S extends { kind: 'either'; single: infer A; keyed: infer B }
                  ? ValueOf<A> | ValueOf<B>
                  : never;

/** Answers for a key the shape does not have; the path is dotted from the top. */
export type OnUnknown = (path: string, entry: Entry, suggestion: string | null) => Problem | null;

/** Reads trees by shapes and collects every problem instead of stopping at the first. */
export class ShapeReader {
  readonly problems: Problem[] = [];
  readonly #onUnknown: OnUnknown;

  constructor(onUnknown: OnUnknown) {
    this.#onUnknown = onUnknown;
  }

  /** The value, or `fallback` where nothing or something wrong is written. */
  read(tree: Tree | undefined, shape: Shape, fallback: unknown, path: string): unknown {
    if (tree === undefined || (tree.kind === 'scalar' && tree.absent)) return fallback;
    switch (shape.kind) {
      case 'list':
        if (tree.kind !== 'list') return this.#wrongKind(tree, path, 'list', fallback);
        return tree.items
          .map((item, i) => this.read(item, shape.of, undefined, `${path}[${i}]`))
          .filter((v) => v !== undefined);
      case 'map':
        if (tree.kind !== 'map') return this.#wrongKind(tree, path, 'map', fallback);
        return Object.fromEntries(
          [...tree.entries].map(([k, e]) => [k, this.read(e.value, shape.of, '', `${path}.${k}`)]),
        );
      case 'section':
      case 'item':
        if (tree.kind !== 'map') return this.#wrongKind(tree, path, 'map', fallback);
        return this.#readKeys(tree, shape.keys, fallback ?? shape.defaults, path, shape.kind === 'section');
      case 'either':
        return this.read(tree, tree.kind === 'map' ? shape.keyed : shape.single, fallback, path);
      default:
        if (tree.kind !== 'scalar') return this.#wrongKind(tree, path, 'scalar', fallback);
        return this.#readScalar(tree.text, shape, tree.place, path) ?? fallback;
    }
  }

  #readKeys(
    tree: MapTree,
    keys: Readonly<Record<string, Shape>>,
    fallback: unknown,
    path: string,
    full: boolean,
  ) {
    const base = (fallback ?? {}) as Record<string, unknown>;
    const dot = path === '' ? '' : `${path}.`;
    for (const [key, entry] of tree.entries) {
      if (Object.hasOwn(keys, key)) continue;
      const problem = this.#onUnknown(dot + key, entry, nearest(key, Object.keys(keys)));
      if (problem !== null) this.problems.push(problem);
    }
    const result: Record<string, unknown> = {};
    for (const [key, shape] of Object.entries(keys)) {
      const value = this.read(tree.entries.get(key)?.value, shape, base[key], dot + key);
      if (full || value !== undefined) result[key] = value;
    }
    return result;
  }

  #readScalar(text: string, shape: Shape, place: Place, path: string): unknown {
    switch (shape.kind) {
      case 'bool': {
        const value = BOOLEANS[text.toLowerCase()];
        if (value === undefined)
          this.#add('SAKER_E_CONFIG_TYPE', place, `${path} is "${text}"`, 'write true or false');
        return value;
      }
      case 'int':
      case 'number': {
        const form =
          shape.kind === 'int' ? /^[+-]?\d{1,15}$/ : /^[+-]?(\d{1,15}\.?|\d{0,15}\.\d{1,15})(e-?\d{1,2})?$/i;
        const value = form.test(text) ? Number(text) : Number.NaN;
        if (value >= shape.min && value <= shape.max) return value;
        const code = Number.isNaN(value) ? 'SAKER_E_CONFIG_TYPE' : 'SAKER_E_CONFIG_VALUE';
        this.#add(
          code,
          place,
          `${path} is "${text}"`,
          `write a ${shape.kind === 'int' ? 'whole ' : ''}number from ${shape.min} to ${shape.max}`,
        );
        return undefined;
      }
      case 'choice': {
        const low = text.toLowerCase();
        const value = shape.values.find((v) => v.toLowerCase() === low) ?? shape.aliases?.[low];
        if (value !== undefined) return value;
        const near = nearest(text, shape.values);
        const hint = near === null ? '' : ` (did you mean ${near}?)`;
        this.#add(
          'SAKER_E_CONFIG_VALUE',
          place,
          `${path} is "${text}"${hint}`,
          `write one of ${shape.values.join(', ')}`,
        );
        return undefined;
      }
      default:
        return text;
    }
  }

  #wrongKind(tree: Tree, path: string, wanted: Tree['kind'], fallback: unknown): unknown {
    const name = path === '' ? 'the file' : path;
    const advice =
      tree.kind === 'scalar' && wanted === 'list'
        ? `write ${name}: [${tree.text}]`
        : `write ${NAMES[wanted]}`;
    this.#add(
      'SAKER_E_CONFIG_TYPE',
      tree.place,
      `${name} must be ${NAMES[wanted]}, not ${NAMES[tree.kind]}`,
      advice,
    );
    return fallback;
  }

  #add(code: ErrorCode, place: Place, what: string, advice: string): void {
    this.problems.push(problemAt(code, place, what, advice));
  }
}

// The words falco.yaml's parser (yaml-cpp, YAML 1.1) takes for booleans.
const BOOLEANS: Readonly<Record<string, boolean>> = Object.assign(Object.create(null), {
  true: true,
  yes: true,
  on: true,
  y: true,
  false: false,
  no: false,
  off: false,
  n: false,
});
