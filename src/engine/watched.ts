/**
 * What the configuration says about system calls beside the rules: Falco's `base_syscalls` and
 * `engine.modern_ebpf.drop_failed_exit`.
 */
import { nearest } from '../base/suggest.ts';
import type { LoadedRule } from '../rules/index.ts';
import { SYSCALLS } from '../schema/event-names.ts';
import { EVENT_TYPES } from '../schema/events.ts';
import { FREQUENT_TYPES, MOMENT_TYPES } from '../schema/frequent-types.ts';
import { TYPE_NAMES } from '../schema/record.generated.ts';
import type { SyscallsInput } from './messages.ts';

/** A rule on more types than these does not name them, it leaves the type open. */
export const MANY_TYPES = 100;

const ALL_BUT_RULES: SyscallsInput = { all: false, customSet: [], dropFailed: false };
const KNOWN: ReadonlySet<string> = new Set(EVENT_TYPES.filter((type) => type !== ''));

/** Which event types count. */
export class Watched {
  readonly dropFailed: boolean;
  /** By the kernel's number of the type: 1 where no rule is to see it. */
  readonly muted = new Uint8Array(TYPE_NAMES.length);
  /** What is wrong with the set, a line each. */
  readonly remarks: readonly string[];
  readonly #all: boolean;
  readonly #excluded: ReadonlySet<string>;

  /**
   * Names without `!` change nothing: what Falco needs them for, the state of processes and descriptors, does not come
   * from events of system calls here.
   */
  constructor({ all, customSet, dropFailed }: SyscallsInput = ALL_BUT_RULES) {
    this.#all = all;
    this.dropFailed = dropFailed;
    this.#excluded = new Set(customSet.filter((name) => name.startsWith('!')).map((name) => name.slice(1)));
    for (const [type, name] of TYPE_NAMES.entries()) if (this.#excluded.has(name)) this.muted[type] = 1;
    const names = customSet.map((name) => name.replace(/^!/, ''));
    this.remarks = names.filter((name) => !KNOWN.has(name)).map(unknownName);
  }

  /** Event types to be watched for a rule. */
  typesOf(rule: LoadedRule): string[] {
    const types = typesOf(rule).filter((type) => !this.#excluded.has(type));
    if (types.length <= MANY_TYPES) return types;
    const isFrequent = (type: string): boolean => !this.#all && FREQUENT_TYPES.has(type);
    return types.filter((type) => !MOMENT_TYPES.has(type) && !isFrequent(type));
  }

  /** Sentences on rules that see nothing any more, by the set's own doing. */
  blinded(rules: readonly LoadedRule[]): string[] {
    if (this.#excluded.size === 0) return [];
    return rules
      .filter((rule) => typesOf(rule).length > 0 && this.typesOf(rule).length === 0)
      .map(
        ({ name }) => `base_syscalls.custom_set takes away every event of rule "${name}"; it will not fire`,
      );
  }
}

/** All event types a rule looks at. */
export const typesOf = (rule: LoadedRule): string[] =>
  rule.eventTypes.ids().map((id) => EVENT_TYPES[id] ?? '');

function unknownName(name: string): string {
  const near = nearest(name, SYSCALLS);
  const hint = near === null ? '' : `; did you mean ${near}?`;
  return `base_syscalls.custom_set: ${JSON.stringify(name)} is no system call${hint}`;
}
