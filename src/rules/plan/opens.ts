/**
 * A necessary condition of a rule on opens: for each kind of opens the names under which it may match. What is not
 * understood may hold, so the answer is never too narrow.
 *
 * Rules see a file under the name that the program gave and under the one that the kernel resolved. A condition is
 * evaluated under one of them at a time, so all its predicates speak of the same name.
 */
import type { NameTest, OpenCase } from '../../schema/open-guard.ts';
import { OPEN_KINDS, type OpenKind } from '../../schema/open-kinds.ts';
import type { Checked } from '../condition/checked.ts';
import { nameTestsOf } from './name-tests.ts';
import { answerForOpens } from './open-kinds.ts';

/** Names that pass one of these tests; none: the rule cannot match. Null: any name. */
export type Names = readonly NameTest[] | null;

const NEVER: Names = [];
/** Of more pairs than this the shorter list is taken as it is. */
const PAIRS_MAX = 1 << 18;

/** The cases in which the condition may match an open; kinds with the same names together. */
export function casesOf(condition: Checked): OpenCase[] {
  const cases: { kinds: Set<OpenKind>; names: Names; key: string }[] = [];
  for (const kind of OPEN_KINDS) {
    const names = namesFor(condition, kind, true);
    if (names?.length === 0) continue;
    const key = keyOf(names);
    const same = cases.find((other) => other.key === key);
    if (same === undefined) cases.push({ kinds: new Set([kind]), names, key });
    else same.kinds.add(kind);
  }
  return cases.map(({ kinds, names }) => ({ kinds, names }));
}

/** The names under which the condition may be `wanted` for opens of the kind. */
export function namesFor(condition: Checked, kind: OpenKind, wanted: boolean): Names {
  switch (condition.kind) {
    case 'not':
      return namesFor(condition.child, kind, !wanted);
    case 'and':
    case 'or': {
      const parts = condition.children.map((child) => namesFor(child, kind, wanted));
      return (condition.kind === 'and') === wanted ? parts.reduce(both, null) : parts.reduce(either, NEVER);
    }
    default:
      if (answerForOpens(condition, kind) === !wanted) return NEVER;
      // A comparison that does not hold says nothing: there may be no name at all.
      return wanted ? nameTestsOf(condition) : null;
  }
}

function either(a: Names, b: Names): Names {
  if (a === null || b === null) return null;
  const known = new Set(a.map(keyOfTest));
  return [...a, ...b.filter((test) => !known.has(keyOfTest(test)))];
}

function both(a: Names, b: Names): Names {
  if (a === null) return b;
  if (b === null) return a;
  if (a.length * b.length > PAIRS_MAX) return a.length < b.length ? a : b;
  return a.flatMap((one) => b.flatMap((other) => narrower(one, other) ?? []));
}

/** What passes both, or null: nothing does. */
function narrower(a: NameTest, b: NameTest): NameTest | null {
  if (a.exact) return (b.exact ? a.text === b.text : a.text.startsWith(b.text)) ? a : null;
  if (b.exact) return b.text.startsWith(a.text) ? b : null;
  if (a.text.startsWith(b.text)) return a;
  return b.text.startsWith(a.text) ? b : null;
}

const keyOfTest = ({ text, exact }: NameTest): string => `${exact ? '=' : '^'}${text}`;
const keyOf = (names: Names): string => JSON.stringify(names?.map(keyOfTest).sort() ?? null);
