import {
  type AppendOutput,
  fileText,
  guardOpens,
  type LoadedRule,
  type LoadResult,
  loadRules,
  OPEN_TYPES,
  SUGGESTED_FIELDS,
} from '../rules/index.ts';
import type { OpenGuard } from '../schema/open-guard.ts';
import type { Needs } from './facts/needs.ts';
import type {
  AppendOutput as ConfiguredOutput,
  RulesCheck,
  RulesInput,
  RuleWatch,
  Selector,
} from './messages.ts';
import { MANY_TYPES, typesOf, type Watched } from './watched.ts';

/** Rules as text → loaded rules. */
export function loadRuleSet(input: RulesInput): LoadResult {
  return loadRules(input.files, {
    compat: input.compat,
    priority: input.minimumPriority,
    selection: input.selection.flatMap(({ enable, disable }) => [
      ...(enable === undefined ? [] : [{ action: 'enable' as const, ...selector(enable) }]),
      ...(disable === undefined ? [] : [{ action: 'disable' as const, ...selector(disable) }]),
    ]),
    appendOutput: input.appendOutput.map(appendOutput),
    suggestedFields: SUGGESTED_FIELDS,
    ruleMatching: input.matching,
  });
}

/** What a load gave, for people and for the choice of hooks. */
export function checkOf(result: LoadResult, watched: Watched): Omit<RulesCheck, keyof Needs> {
  const noisy = result.files.filter((f) => f.errors.length + f.warnings.length + f.lints.length > 0);
  const remarks = [...watched.remarks, ...watched.blinded(result.active)];
  return {
    ok: result.ok,
    report:
      noisy.map((file) => fileText(file, 'people')).join('') + remarks.map((line) => `${line}\n`).join(''),
    rules: result.active.length,
    eventTypes: new Set(result.active.flatMap((rule) => watched.typesOf(rule))),
    watch: ruleWatch(result.active, watched),
    opens: guardOf(result.active, watched.dropFailed),
    named: namedTypes(result.active),
  };
}

const asksForOpens = (rule: LoadedRule): boolean => typesOf(rule).some((type) => OPEN_TYPES.includes(type));

function guardOf(rules: readonly LoadedRule[], dropFailed: boolean): OpenGuard {
  const cases = guardOpens(rules.filter(asksForOpens).map(({ condition }) => condition));
  if (!dropFailed) return cases;
  return cases.map(({ kinds, names }) => ({
    kinds: new Set([...kinds].filter((kind) => kind !== 'failed')),
    names,
  }));
}

function ruleWatch(rules: readonly LoadedRule[], watched: Watched): RuleWatch {
  const byType = new Map<string, number[]>();
  for (const [place, rule] of rules.entries()) {
    for (const type of watched.typesOf(rule)) {
      const places = byType.get(type);
      if (places === undefined) byType.set(type, [place]);
      else places.push(place);
    }
  }
  return { names: rules.map(({ name }) => name), byType };
}

/** Falco's rules all have asyncevent, without asking for it. */
const NOBODY_ASKS = 'asyncevent';

function namedTypes(rules: readonly LoadedRule[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const types of rules.map(typesOf).filter(({ length }) => length <= MANY_TYPES)) {
    for (const type of types) {
      if (type !== NOBODY_ASKS) counts.set(type, (counts.get(type) ?? 0) + 1);
    }
  }
  return counts;
}

function selector({ rule, tag }: Selector): { rule?: string; tag?: string } {
  return { ...(rule ? { rule } : {}), ...(tag ? { tag } : {}) };
}

function appendOutput(entry: ConfiguredOutput): AppendOutput {
  const { match, suggested_output, extra_output, extra_fields = [] } = entry;
  return {
    ...(match === undefined ? {} : { match }),
    ...(extra_output ? { extraOutput: extra_output } : {}),
    ...(suggested_output === undefined ? {} : { suggestedOutput: suggested_output }),
    extraFields: extra_fields.flatMap<string | { key: string; format: string }>((field) =>
      typeof field === 'string' ? field : Object.entries(field).map(([key, format]) => ({ key, format })),
    ),
  };
}
