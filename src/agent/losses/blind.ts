import type { RuleWatch } from '../../engine/messages.ts';
import { typesOfProgram } from '../../kernel/index.ts';
import type { Tally } from './tally.ts';

/** Rule names in one alert; who has more blind rules than that wants the number. */
const MAX_NAMES = 20;

/** Without these events saker does not know what a process has become. */
const LIFE = new Set(['fork', 'vfork', 'clone', 'clone3', 'execve', 'execveat', 'procexit']);

export interface Blind {
  /** Rules some of whose events were lost: the first ones, in the order in which they are loaded, and how many more. */
  readonly rules: readonly string[];
  readonly more: number;
  /** Facts of processes may be out of date, whatever the rule. */
  readonly processes: boolean;
}

/** Who missed what was lost. */
export function blindRules({ names, byType }: RuleWatch, lost: Tally): Blind {
  const types = lostTypes(lost);
  const places =
    types === null
      ? new Set(names.keys())
      : new Set([...types].flatMap((type) => [...(byType.get(type) ?? [])]));
  const blind = [...places].sort((a, b) => a - b).map((place) => names[place] ?? '');
  return {
    rules: blind.slice(0, MAX_NAMES),
    more: Math.max(0, blind.length - MAX_NAMES),
    processes: types === null || [...types].some((type) => LIFE.has(type)),
  };
}

/** Null: it may have been any. Lost alerts are no lost events. */
function lostTypes(lost: Tally): Set<string> | null {
  const types = new Set(lost.list('ring_full').map(({ name }) => name));
  for (const { name } of lost.list('skipped_run')) {
    const reported = typesOfProgram(name);
    if (reported === null) return null;
    for (const type of reported) types.add(type);
  }
  return lost.sum('unreadable') + lost.sum('engine_fault') > 0 ? null : types;
}
