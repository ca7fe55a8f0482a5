import type { Problem } from '../base/errors.ts';
import { parsePath, type Step } from './override-path.ts';
import { type Env, parseYaml } from './parse.ts';
import { shownOverride } from './secrets.ts';
import { emptyMap, type ListTree, type MapTree, problemAt, type Tree, toTree, wholeFile } from './tree.ts';

/**
 * Applies one `-o` argument. A value that starts with `{`, `[` or a quote is YAML, anything else is plain text.
 * `defaults` gives the list that `[]` extends when no file has it.
 */
export function override(
  tree: MapTree,
  argument: string,
  env: Env,
  defaults: unknown,
): { tree: MapTree; problems: readonly Problem[] } {
  const place = wholeFile(`-o ${shownOverride(argument)}`);
  const refuse = (what: string, advice: string) => ({
    tree,
    problems: [problemAt('SAKER_E_OVERRIDE', place, what, advice)],
  });
  const equals = /^((?:\\.|[^\\=])*)=([\s\S]*)$/.exec(argument);
  if (equals === null)
    return refuse('there is no "="', 'write -o key=value, for instance -o json_output=true');
  const steps = parsePath(equals[1] ?? '');
  if (steps === null) return refuse('the key is not understood', 'write it as a.b, a[0].b or a[] to append');
  const raw = (equals[2] ?? '').trim();
  const text = /^[[{"']/.test(raw) ? raw : JSON.stringify(raw);
  const value = parseYaml(text, place.file, env);
  // Line 1 of a command line argument tells the user nothing.
  const problems = value.problems.map((p) => ({ ...p, line: null, column: null }));
  if (value.tree === null) return { tree, problems };
  try {
    return { tree: put(tree, steps, unplaced(value.tree, raw), defaults) as MapTree, problems };
  } catch (error) {
    if (error instanceof BadIndex) return refuse(error.message, 'use [] to append');
    throw error;
  }
}

class BadIndex extends Error {}

/** The tree with the value at the path; sections and lists on the way are made as needed. */
function put(tree: Tree | undefined, steps: readonly Step[], value: Tree, fallback: unknown): Tree {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof step === 'object' && 'key' in step) {
    const map = tree?.kind === 'map' ? tree : emptyMap(value.place.file);
    const inner = (fallback as Record<string, unknown> | undefined)?.[step.key];
    const entries = new Map(map.entries);
    entries.set(step.key, {
      place: value.place,
      value: put(map.entries.get(step.key)?.value, rest, value, inner),
    });
    return { ...map, entries };
  }
  const list = listOf(tree, fallback, value);
  const at = step === 'end' ? list.items.length : step.index;
  if (at > list.items.length) throw new BadIndex(`there is no item ${at}: the list has ${list.items.length}`);
  const items = [...list.items];
  items[at] = put(items[at], rest, value, undefined);
  return { ...list, items };
}

function listOf(tree: Tree | undefined, fallback: unknown, value: Tree): ListTree {
  if (tree?.kind === 'list') return tree;
  const start = tree === undefined && Array.isArray(fallback) ? toTree(fallback, value.place) : undefined;
  return start?.kind === 'list' ? start : { kind: 'list', items: [], place: value.place };
}

function unplaced(tree: Tree, raw: string): Tree {
  const place = wholeFile(tree.place.file);
  if (tree.kind === 'scalar') return { ...tree, place, absent: tree.absent || raw === '' };
  if (tree.kind === 'list') return { ...tree, place, items: tree.items.map((t) => unplaced(t, raw)) };
  const entries = [...tree.entries].map(([k, e]) => [k, { place, value: unplaced(e.value, raw) }] as const);
  return { ...tree, place, entries: new Map(entries) };
}
