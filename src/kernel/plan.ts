/**
 * The plan: which hooks carry the wanted events on this kernel. Pure; the kernel's facts come in as the set of
 * functions its BTF knows.
 */
import { ARM64_COMPAT } from './call-functions.ts';
import { FPROBE } from './dispatcher-forms.ts';
import type { Hook } from './hook.ts';
import { ALWAYS, describe, HOOKS } from './hooks.ts';
import { CASTS, isUnseenBefore, URING_FUNCTION } from './uring-hooks.ts';

export interface Missing {
  /** Name of the hook. */
  readonly program: string;
  /** One line for people. */
  readonly reason: string;
}

export interface HookPlan {
  /** One hook per group, in the order of attaching. */
  readonly hooks: readonly Hook[];
  /** Hook → the one to use when its program is refused. */
  readonly fallback: ReadonlyMap<string, Hook>;
  readonly missing: readonly Missing[];
  /** Hooks at system calls that this kernel cannot have, as far as its type information says. */
  readonly absent: readonly Hook[];
  /** Those that would be too many; their calls are the dispatcher's. */
  readonly spared: readonly Hook[];
  /** Event types to report: the wanted ones and process life. */
  readonly types: ReadonlySet<string>;
}

/** Every kernel that runs 32-bit programs has it. */
const A_32_BIT_CALL = '__ia32_sys_unlink';

/**
 * Kernels 6.1 to 6.12 take 0.15 s to detach one fexit program, and systemd waits 60 s for a service to end. Who wants so
 * many calls (a rule that names no event type wants all) pays for every call anyway. The tables begin with what rules
 * ask for most.
 */
export const TRAMPOLINES_MAX = 200;

function isTrampoline({ dispatch, fprobe }: Hook): boolean {
  return dispatch !== undefined && !fprobe;
}

/** Is what a hook would report unseen without it, or does the kernel not do it, or another hook see it? */
function isLoss(hook: Hook, functions: ReadonlySet<string>): boolean {
  if (hook.casts !== undefined && hook.casts !== functions.has(CASTS)) return false;
  if (hook.uring !== undefined) return !functions.has(URING_FUNCTION) && isUnseenBefore(hook);
  return !hook.compat || functions.has(A_32_BIT_CALL);
}

function lacks(group: readonly Hook[]): Missing {
  const hook = group.at(-1)!;
  const functions = [...new Set(group.map((p) => p.target))].join(' or ');
  const why =
    hook.uring === undefined ? `no function ${functions}` : 'no results in io_uring requests before 5.19';
  return { program: hook.name, reason: `the kernel has ${why}: ${describe(hook)} not seen` };
}

/**
 * @param wanted event types that rules name; process life is added
 * @param functions those of TARGETS that the kernel has
 */
export function planHooks(wanted: ReadonlySet<string>, functions: ReadonlySet<string>): HookPlan {
  const types = new Set([...wanted, ...ALWAYS]);
  const has = (name: string | null): boolean => name === null || functions.has(name);
  const uring = has(URING_FUNCTION) ? 'function' : 'old';
  const casts = has(CASTS);
  const possible = (hook: Hook): boolean =>
    has(hook.target) &&
    (hook.fprobe !== true || has(FPROBE)) &&
    (hook.uring ?? uring) === uring &&
    (hook.casts ?? casts) === casts;
  const useful = HOOKS.filter((hook) => hook.always || hook.types.some((type) => types.has(type)));
  const hooks: Hook[] = [];
  const fallback = new Map<string, Hook>();
  const missing: Missing[] = [];
  const absent: Hook[] = [];
  for (const group of Map.groupBy(useful, ({ group }) => group).values()) {
    const choice = group.filter(possible);
    if (choice[0] !== undefined) hooks.push(choice[0]);
    else if (!isLoss(group[0]!, functions)) continue;
    else if (group[0]?.dispatch !== undefined) absent.push(group.at(-1)!);
    else missing.push(lacks(group));
    for (const [i, next] of choice.slice(1).entries()) fallback.set(choice[i]!.name, next);
  }
  if (has(ARM64_COMPAT))
    missing.push({
      program: 'compat',
      reason: 'calls of 32-bit programs are not seen on arm64, but for opens',
    });
  const spared = new Set(hooks.filter(isTrampoline).slice(TRAMPOLINES_MAX));
  return {
    hooks: hooks.filter((hook) => !spared.has(hook)),
    fallback,
    missing,
    absent,
    spared: [...spared],
    types,
  };
}

/** Kinds of calls (enum saker_kind) that these hooks report. */
export function kindsOf(hooks: readonly Hook[]): Set<number> {
  return new Set(hooks.flatMap(({ dispatch }) => dispatch?.kind ?? []));
}

/** Hooks whose calls the dispatcher sees as well. */
export function dispatchable({ hooks, absent, spared }: HookPlan): Hook[] {
  return [...hooks, ...absent, ...spared].filter(({ dispatch }) => dispatch !== undefined);
}
