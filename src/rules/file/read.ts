import type { Collection } from './collect.ts';
import { type Context, within } from './context.ts';
import { parseUnsigned, refuse, requiredScalar, scalars } from './decode.ts';
import { brokenKey, type ListItem, type MacroItem, type Requirement } from './items.ts';
import { BOTH_WAYS, readOverrides } from './read-overrides.ts';
import { readRule } from './read-rule.ts';
import { piece, readAppendFlag, type Tolerate, type Warn, warnUnknownKeys } from './read-shared.ts';
import { parseVersion, type Version } from './version.ts';
import { getKey, type YamlMap, type YamlNode } from './yaml-nodes.ts';

/** Reads one item of a rules file into the collection. Throws RuleLoadError when the item is wrong. */
export function readItem(
  item: YamlNode,
  parent: Context,
  collection: Collection,
  warn: Warn,
  tolerate: Tolerate,
): void {
  const here = within(parent, 'rules content item', '', item);
  if (item.kind !== 'map') {
    refuse('Unexpected element type. Each element should be a yaml associative array.', here);
  }
  const kind = itemKind(item);
  if (kind === null) warn('LOAD_UNKNOWN_ITEM', 'Unknown top level item', here);
  else READERS[kind](item, parent, collection, warn, tolerate);
}

const READERS = {
  required_engine_version: readEngineVersion,
  required_plugin_versions: readPluginVersions,
  list: readList,
  macro: readMacro,
  rule: readRule,
} as const;
export type ItemKind = keyof typeof READERS;
export const ITEM_KINDS = Object.keys(READERS) as readonly ItemKind[];

/** What an item is: the first of these keys that it has. */
function itemKind(item: YamlMap): ItemKind | null {
  return ITEM_KINDS.find((key) => getKey(item, key) !== undefined) ?? null;
}

/** Kind and name of what an item defines or changes, in the form of `brokenKey`; null when it has none. */
export function definedKey(item: YamlNode): string | null {
  if (item.kind !== 'map') return null;
  const kind = itemKind(item);
  if (kind !== 'list' && kind !== 'macro' && kind !== 'rule') return null;
  const name = getKey(item, kind);
  return name?.kind === 'scalar' ? brokenKey(kind, name.text) : null;
}

function readEngineVersion(item: YamlMap, parent: Context, collection: Collection, warn: Warn): void {
  const key = 'required_engine_version';
  const context = within(parent, key, '', item);
  collection.requireEngine(engineVersion(requiredScalar(item, key, context).text, context), context);
  warnUnknownKeys(item, [key], context, warn);
}

function engineVersion(text: string, context: Context): Version {
  const minor = parseUnsigned(text);
  if (minor !== null) return { major: 0, minor, patch: 0 };
  return (
    parseVersion(text) ??
    refuse(
      `Unable to parse engine version '${text}' as a semver string. Expected "x.y.z" semver format.`,
      context,
    )
  );
}

function readPluginVersions(item: YamlMap, parent: Context, collection: Collection, warn: Warn): void {
  const key = 'required_plugin_versions';
  const node = getKey(item, key)!;
  const context = within(parent, 'required plugin versions', '', node);
  if (node.kind !== 'seq') refuse(`Value of ${key} must be a sequence`, context);
  for (const entry of node.items) {
    const unnamed = within(context, 'required plugin versions entry', '', entry);
    if (entry.kind !== 'map') refuse('Plugin version must be a mapping', unnamed);
    const name = requiredScalar(entry, 'name', unnamed).text;
    const here = within(context, 'required plugin versions entry', name, entry);
    const first = { name, version: requiredScalar(entry, 'version', here).text };
    collection.requirePlugin({ context: here, alternatives: [first, ...readAlternatives(entry, here)] });
  }
  warnUnknownKeys(item, [key], within(parent, 'required plugin versions', '', item), warn);
}

function readAlternatives(entry: YamlMap, context: Context): Requirement[] {
  const node = getKey(entry, 'alternatives');
  if (node === undefined) return [];
  if (node.kind !== 'seq') refuse('Value of plugin version alternatives must be a sequence', context);
  return node.items.map((alternative) => {
    const unnamed = within(context, 'required plugin versions alternative', '', alternative);
    if (alternative.kind !== 'map') refuse('Plugin version alternative must be a mapping', unnamed);
    const name = requiredScalar(alternative, 'name', unnamed).text;
    const here = within(context, 'required plugin versions alternative', name, alternative);
    return { name, version: requiredScalar(alternative, 'version', here).text };
  });
}

/** What a word in a condition may hold: a list with another name can not be found there. */
const LIST_NAME = /^[^()"'\s=,]+$/;
const MACRO_NAME = /^[a-zA-Z]+[a-zA-Z0-9_]*$/;

function readList(item: YamlMap, parent: Context, collection: Collection, warn: Warn): void {
  const name = requiredScalar(item, 'list', within(parent, 'list', '', item)).text;
  const context = within(parent, 'list', name, item);
  if (!LIST_NAME.test(name)) {
    warn(
      'LOAD_INVALID_LIST_NAME',
      'List has an invalid name. List names should match a regular expression: ([^()"\'[:space:]=,]+)',
      context,
    );
  }
  const items = scalars(item, 'items', context);
  if (items === undefined) refuse("Item has no mapping for key 'items'", context);
  const list: ListItem = { name, context, items, index: 0, visibility: 0 };
  if (appends(item, 'items', context, warn)) collection.appendList(list);
  else collection.defineList(list);
  warnUnknownKeys(item, ['list', 'items', 'append', 'override'], context, warn);
}

function readMacro(item: YamlMap, parent: Context, collection: Collection, warn: Warn): void {
  const name = requiredScalar(item, 'macro', within(parent, 'macro', '', item)).text;
  const context = within(parent, 'macro', name, item);
  if (!MACRO_NAME.test(name)) {
    warn(
      'LOAD_INVALID_MACRO_NAME',
      'Macro has an invalid name. Macro names should match a regular expression: ([a-zA-Z]+[a-zA-Z0-9_]*)',
      context,
    );
  }
  const condition = requiredScalar(item, 'condition', context);
  const macro: MacroItem = {
    name,
    context,
    conditionContext: within(context, 'macro condition', '', condition),
    condition: [piece(condition, context)],
    index: 0,
    visibility: 0,
  };
  if (appends(item, 'condition', context, warn)) collection.appendMacro(macro);
  else collection.defineMacro(macro);
  warnUnknownKeys(item, ['macro', 'condition', 'append', 'override'], context, warn);
}

/** Lists and macros have one content key, so an item either appends to it or is a new definition. */
function appends(item: YamlMap, key: string, context: Context, warn: Warn): boolean {
  const flag = readAppendFlag(item, context, warn);
  const overrides = readOverrides(item, { append: [key], replace: [key] }, context);
  if (flag && overrides.append.size + overrides.replace.size > 0) refuse(BOTH_WAYS, context);
  return flag || overrides.append.has(key);
}
