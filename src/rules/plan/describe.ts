/** The plan of one rule for people. */
import { GUARD_MIN_BYTES, type NameTest } from '../../schema/open-guard.ts';
import { OPEN_KINDS, type OpenKind } from '../../schema/open-kinds.ts';
import type { Checked } from '../condition/checked.ts';
import { isNameField, nameTestsOf } from './name-tests.ts';
import { fieldName } from './open-kinds.ts';
import { namesFor } from './opens.ts';

/** What the kernel side asks of an open of one kind for the sake of a rule. */
export interface PlannedOpens {
  readonly kind: OpenKind;
  /** `never`: no open of the kind can match. `names`: one of the tests must hold. `any`: every one is told. */
  readonly asked: 'never' | 'names' | 'any';
  readonly tests: readonly NameTest[];
  /** What keeps it from being narrower; empty unless `asked` is `any`. */
  readonly obstacle: string;
}

export function describeOpens(condition: Checked): PlannedOpens[] {
  return [...OPEN_KINDS].map((kind) => {
    const tests = namesFor(condition, kind, true);
    if (tests === null) return { kind, asked: 'any', tests: [], obstacle: obstacleIn(condition, kind, true) };
    const short = tests.find(({ text, exact }) => !exact && text.length < GUARD_MIN_BYTES);
    if (short !== undefined)
      return {
        kind,
        asked: 'any',
        tests,
        obstacle: `${short.text} begins too many names: fewer than ${GUARD_MIN_BYTES} bytes`,
      };
    return { kind, asked: tests.length === 0 ? 'never' : 'names', tests, obstacle: '' };
  });
}

const NOT_ASKED = 'nothing is asked of the name';

/** Why the condition, if it is to be `wanted`, leaves the name open. */
function obstacleIn(condition: Checked, kind: OpenKind, wanted: boolean): string {
  switch (condition.kind) {
    case 'not':
      return obstacleIn(condition.child, kind, !wanted);
    case 'and':
    case 'or': {
      const open = condition.children.filter((child) => namesFor(child, kind, wanted) === null);
      const obstacles = open.map((child) => obstacleIn(child, kind, wanted));
      if ((condition.kind === 'and') === wanted)
        return obstacles.find((text) => text !== NOT_ASKED) ?? NOT_ASKED;
      return `an alternative leaves the name open: ${obstacles[0]}`;
    }
    default:
      return obstacleOf(condition, wanted);
  }
}

function obstacleOf(predicate: Exclude<Checked, { kind: 'and' | 'or' | 'not' }>, wanted: boolean): string {
  if (predicate.kind === 'type') return NOT_ASKED;
  const field = fieldName(predicate.left);
  if (field === null || !isNameField(field)) return NOT_ASKED;
  if (wanted && nameTestsOf(predicate) === null)
    return `${field} is compared in a way that says nothing of how it begins`;
  return `${field} is only excluded`;
}
