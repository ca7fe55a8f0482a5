import type { EventSet } from '../../schema/events.ts';
import { EventSet as Events, eventTypeId } from '../../schema/events.ts';
import { syscallCatalogue } from '../../schema/fields.ts';
import {
  type ArgumentNode,
  type ConditionNode,
  checkCondition,
  eventTypesOf,
  type OperandNode,
  parseCondition,
  printCondition,
  printOperand,
} from '../condition/index.ts';
import { parseOutput } from '../output/index.ts';
import type { LoadedRule } from './compile-rules.ts';
import type { Macro } from './definitions.ts';
import { type ExceptionEntry, joinText } from './items.ts';
import type { LoadResult } from './load.ts';
import { printVersion } from './version.ts';

type Json = Record<string, unknown>;

/** Everything loaded, in the shape of Falco's `-L` with JSON output. */
export function describe(result: LoadResult): Json {
  const { collection, definitions } = result;
  return {
    required_engine_version: printVersion(collection.engine),
    required_plugin_versions: collection.plugins.map(({ alternatives: [first, ...others] }) => ({
      ...first,
      alternatives: others,
    })),
    rules: result.rules.map((rule) => describeRule(rule, result)),
    macros: [...(definitions?.macros.values() ?? [])].map((macro) => describeMacro(macro, result)),
    lists: [...(definitions?.lists.values() ?? [])].map(({ name, items, used }) => {
      const written = collection.lists.get(name)?.items ?? [];
      const compiled = new Set(items);
      return {
        info: { name, items: written.filter((item) => compiled.has(item)) },
        details: {
          used,
          lists: [...new Set(written.filter((item) => !compiled.has(item)))],
          items_compiled: items,
          plugins: [],
        },
      };
    }),
  };
}

function describeRule(rule: LoadedRule, result: LoadResult): Json {
  const used = usage(rule.ast);
  const written = names(rule.conditionText, result);
  const { exceptions } = rule.item;
  const format = parseOutput(rule.output, syscallCatalogue);
  const outputFields = format.ok ? format.format.named.map(({ name }) => name) : [];
  return {
    info: {
      name: rule.name,
      condition: rule.conditionText,
      priority: rule.priority,
      output: joinText(rule.item.output),
      description: rule.desc,
      enabled: rule.enabled,
      source: rule.source,
      capture: rule.capture,
      capture_duration: rule.captureDuration,
      tags: rule.tags,
    },
    details: {
      ...written,
      condition_operators: used.operators,
      condition_fields: used.fields,
      output_fields: [...rule.extraFields.map(({ format: text }) => text), ...outputFields],
      exception_fields: [...new Set(exceptions.flatMap(({ fields }) => texts(fields)))],
      exception_names: [...new Set(exceptions.map(({ name }) => name))],
      exception_operators: [...new Set(exceptions.flatMap(({ comps }) => texts(comps)))],
      events: eventNames(rule.eventTypes),
      condition_compiled: printCondition(rule.ast),
      output_compiled: rule.output,
      plugins: pluginsOf([...used.fields, ...outputFields]),
    },
  };
}

function describeMacro(macro: Macro, result: LoadResult): Json {
  const ast = macro.tree?.ast ?? macro.parsed.ast;
  const used = usage(ast);
  const checked = checkCondition(ast, syscallCatalogue);
  return {
    info: { name: macro.item.name, condition: joinText(macro.item.condition) },
    details: {
      used: macro.used,
      ...names(joinText(macro.item.condition), result),
      condition_operators: used.operators,
      condition_fields: used.fields,
      events: checked.ok ? eventNames(eventTypesOf(checked.condition)) : [],
      condition_compiled: printCondition(ast),
      plugins: [],
    },
  };
}

/** The engine's own bookkeeping events reach every rule. */
const ALWAYS = Events.of([eventTypeId('asyncevent')]);
const eventNames = (events: EventSet): string[] => events.union(ALWAYS).names();

/** Fields of containers come from a plugin in Falco; tools ask which rules need it. */
function pluginsOf(fields: readonly string[]): string[] {
  return fields.some((name) => /^(container|k8s)\./.test(name)) ? ['container'] : [];
}

const texts = (entry: ExceptionEntry | null): string[] =>
  entry === null ? [] : typeof entry === 'string' ? [entry] : entry.flatMap(texts);

/** Macros and lists that a condition names as it is written. */
function names(condition: string, { definitions }: LoadResult): { macros: string[]; lists: string[] } {
  const macros = new Set<string>();
  const lists = new Set<string>();
  const parsed = parseCondition(condition);
  if (!parsed.ok || definitions === null) return { macros: [], lists: [] };
  each(parsed.ast, (node) => {
    if (node.kind === 'identifier' && definitions.macros.has(node.name)) macros.add(node.name);
    if (node.kind !== 'compare') return;
    const values =
      node.right.kind === 'list' ? node.right.items : node.right.kind === 'value' ? [node.right] : [];
    for (const { text } of values) if (definitions.lists.has(text)) lists.add(text);
  });
  return { macros: [...macros], lists: [...lists] };
}

function usage(ast: ConditionNode): { operators: string[]; fields: string[] } {
  const operators = new Set<string>();
  const fields = new Set<string>();
  each(ast, (node) => {
    if (node.kind !== 'exists' && node.kind !== 'compare') return;
    operators.add(node.kind === 'exists' ? 'exists' : node.op);
    addFields(node.left, fields);
    if (node.kind === 'compare' && (node.right.kind === 'field' || node.right.kind === 'transform')) {
      addFields(node.right, fields);
    }
  });
  return { operators: [...operators], fields: [...fields] };
}

function addFields(root: OperandNode, fields: Set<string>): void {
  const waiting: ArgumentNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'field') fields.add(printOperand(node));
    else if (node.kind === 'transform') waiting.push(...node.args);
    else if (node.kind === 'arguments') waiting.push(...node.items);
  }
}

/** Calls `visit` for every node, in the order of the text. */
function each(root: ConditionNode, visit: (node: ConditionNode) => void): void {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    visit(node);
    if (node.kind === 'and' || node.kind === 'or') waiting.push(...node.children.toReversed());
    else if (node.kind === 'not') waiting.push(node.child);
  }
}
