/** What `saker rules --plan` tells of a rule. */
import { printable } from '../base/printable.ts';
import { ALWAYS } from '../kernel/index.ts';
import { describeOpens, type LoadedRule, OPEN_TYPES, type PlannedOpens } from '../rules/index.ts';
import { EVENT_TYPES } from '../schema/events.ts';
import type { NameTest } from '../schema/open-guard.ts';
import type { OpenKind } from '../schema/open-kinds.ts';

export interface RulePlan {
  readonly rule: string;
  readonly types: readonly string[];
  /** Of these types those that are reported whatever the rules are. */
  readonly always: readonly string[];
  /** Of rules that look at opens. */
  readonly opens: readonly PlannedOpens[];
}

export function planOf(rule: LoadedRule): RulePlan {
  const types = rule.eventTypes.ids().map((id) => EVENT_TYPES[id] ?? '');
  const looksAtOpens = types.some((type) => OPEN_TYPES.includes(type));
  return {
    rule: rule.name,
    types,
    always: types.filter((type) => ALWAYS.includes(type)),
    opens: looksAtOpens ? describeOpens(rule.condition) : [],
  };
}

/** More of a list than this is a number. */
const SHOWN = 12;

function listed(words: readonly string[]): string {
  const more = words.length > SHOWN ? ` and ${words.length - SHOWN} more` : '';
  return words.slice(0, SHOWN).map(printable).join(', ') + more;
}

const OPENS: Readonly<Record<OpenKind, string>> = {
  read: 'opens without write access',
  write: 'opens with write access',
  failed: 'opens that failed',
};

const shown = ({ text, exact }: NameTest): string => (exact ? text : `${text}…`);

function openLine({ kind, asked, tests, obstacle }: PlannedOpens): string {
  if (asked === 'never') return `  ${OPENS[kind]}: none, decided in the kernel`;
  if (asked === 'names')
    return `  ${OPENS[kind]}: by name, decided in the kernel: ${listed(tests.map(shown))}`;
  return `  ${OPENS[kind]}: all are told: ${printable(obstacle)}`;
}

export function planText({ rule, types, always, opens }: RulePlan): string {
  const rest = types.filter((type) => !always.includes(type) && !OPEN_TYPES.includes(type));
  const lines = [`${printable(rule)}`, `  event types: ${listed(types)}`, ...opens.map(openLine)];
  if (rest.length > 0) lines.push(`  all events of the type are told: ${listed(rest)}`);
  if (always.length > 0)
    lines.push(`  told whatever the rules are, since state lives from them: ${listed(always)}`);
  return `${lines.join('\n')}\n`;
}
