import type { Priority } from '../../base/alert.ts';
import type { Collection } from './collect.ts';
import { type Context, within } from './context.ts';
import { optionalScalar, refuse, requiredScalar, scalars, toBoolean, toUnsigned } from './decode.ts';
import { parsePriority, type RuleItem, type RuleUpdate } from './items.ts';
import { readExceptions } from './read-exceptions.ts';
import { BOTH_WAYS, type Overrides, readOverrides } from './read-overrides.ts';
import { piece, readAppendFlag, type Tolerate, type Warn, warnUnknownKeys } from './read-shared.ts';
import { getKey, type YamlMap } from './yaml-nodes.ts';

export const APPENDABLE = ['condition', 'exceptions', 'output', 'desc', 'tags'] as const;
export const REPLACEABLE = [
  ...APPENDABLE,
  'priority',
  'capture',
  'capture_duration',
  'enabled',
  'warn_evttypes',
  'skip-if-unknown-filter',
] as const;
export type RuleKey = (typeof REPLACEABLE)[number];
/** What a new rule cannot do without. */
export const NEEDED = ['condition', 'output', 'desc', 'priority'] as const;
const RULE_KEYS = ['rule', 'source', 'override', 'append', ...REPLACEABLE];

const ENABLED_DEPRECATED =
  "The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' entry " +
  "under the 'override' key (i.e. 'enabled: replace').";

/** Reads a rule, or a change to an earlier one. */
export function readRule(
  item: YamlMap,
  parent: Context,
  collection: Collection,
  warn: Warn,
  tolerate: Tolerate,
): void {
  const name = requiredScalar(item, 'rule', within(parent, 'rule', '', item)).text;
  const context = within(parent, 'rule', name, item);
  const source = updateSource(item, context);
  const flag = readAppendFlag(item, context, warn);
  const overrides = readOverrides(item, { append: APPENDABLE, replace: REPLACEABLE }, context);
  const overriding = overrides.append.size + overrides.replace.size > 0;
  if (flag && overriding) refuse(BOTH_WAYS, context);

  if (overriding) applyOverrides(item, { name, context, source }, overrides, collection, warn);
  else if (flag) appendOldStyle(item, { name, context, source }, collection, warn);
  else if (NEEDED.every((key) => getKey(item, key) === undefined)) {
    const enabled = toBoolean(requiredScalar(item, 'enabled', context), 'enabled', context);
    warn('LOAD_DEPRECATED_ITEM', ENABLED_DEPRECATED, context);
    collection.enableRule(name, enabled, context);
  } else collection.defineRule(newRule(item, name, context, warn, tolerate), warn);
  warnUnknownKeys(item, RULE_KEYS, context, warn);
}

/** The source an update names, which may be empty; it is only compared with the rule's own. */
function updateSource(item: YamlMap, context: Context): string {
  const node = getKey(item, 'source');
  if (node === undefined || node.kind === 'null') return '';
  if (node.kind !== 'scalar')
    refuse('Value is not a scalar value', within(context, 'value for', 'source', node));
  return node.text;
}

function applyOverrides(
  item: YamlMap,
  base: RuleUpdate,
  overrides: Overrides,
  collection: Collection,
  warn: Warn,
): void {
  const expected = new Set<string>(REPLACEABLE.filter((key) => getKey(item, key) !== undefined));
  if (overrides.append.size > 0) {
    collection.appendRule(readUpdate(item, base, overrides.append, 'append', expected, warn));
  }
  if (overrides.replace.size > 0) {
    collection.replaceInRule(readUpdate(item, base, overrides.replace, 'replace', expected, warn));
  }
  for (const key of [...expected].sort()) {
    refuse(
      `Unexpected key '${key}': no corresponding entry under 'override' is defined.`,
      within(base.context, 'overrides', key, getKey(item, key)!),
    );
  }
}

/** Reads the keys that `override` names and takes them out of `expected`. */
function readUpdate(
  item: YamlMap,
  base: RuleUpdate,
  keys: ReadonlySet<string>,
  operation: 'append' | 'replace',
  expected: Set<string>,
  warn: Warn,
): RuleUpdate {
  // Only a change of the condition says for which source it is meant.
  const update: RuleUpdate = { ...base, source: keys.has('condition') ? base.source : '' };
  for (const key of REPLACEABLE) {
    if (!keys.has(key)) continue;
    if (!expected.delete(key)) {
      refuse(`An ${operation} override for '${key}' was specified but '${key}' is not defined`, base.context);
    }
    readKey(item, key, update, operation === 'append', warn);
  }
  return update;
}

function readKey(item: YamlMap, key: RuleKey, update: RuleUpdate, append: boolean, warn: Warn): void {
  const { context } = update;
  if (key === 'exceptions') {
    update.exceptions = readExceptions(item, context, append, warn);
    return;
  }
  if (key === 'tags') {
    update.tags = new Set(scalars(item, 'tags', context));
    return;
  }
  const node = requiredScalar(item, key, context);
  if (key === 'condition') update.condition = piece(node, context);
  else if (key === 'output') update.output = piece(node, context);
  else if (key === 'desc') update.desc = node.text;
  else if (key === 'priority') update.priority = priorityOf(item, context);
  else if (key === 'capture') update.capture = toBoolean(node, key, context);
  else if (key === 'capture_duration') update.captureDuration = toUnsigned(node, key, context);
  else if (key === 'enabled') update.enabled = toBoolean(node, key, context);
  else if (key === 'warn_evttypes') update.warnEvttypes = toBoolean(node, key, context);
  else update.skipIfUnknownFilter = toBoolean(node, key, context);
}

/** `append: true` takes a condition and exceptions and silently ignores the rest. */
function appendOldStyle(item: YamlMap, update: RuleUpdate, collection: Collection, warn: Warn): void {
  for (const key of ['condition', 'exceptions'] as const) {
    if (getKey(item, key) !== undefined) readKey(item, key, update, true, warn);
  }
  collection.appendRule(update);
}

function priorityOf(item: YamlMap, context: Context): Priority {
  const node = requiredScalar(item, 'priority', context);
  return (
    parsePriority(node.text) ??
    refuse('Invalid priority', within(context, 'rule priority', '', node), PRIORITY_HINT)
  );
}

const PRIORITY_HINT =
  'use one of EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFO, INFORMATIONAL, DEBUG';

function newRule(item: YamlMap, name: string, context: Context, warn: Warn, tolerate: Tolerate): RuleItem {
  const condition = requiredScalar(item, 'condition', context);
  const output = requiredScalar(item, 'output', context);
  const desc = tolerate(() => requiredScalar(item, 'desc', context).text, '');
  const priority = tolerate(() => priorityOf(item, context), 'Debug');
  const flag = (key: string, otherwise: boolean): boolean =>
    tolerate(() => {
      const node = optionalScalar(item, key, context);
      return node === undefined ? otherwise : toBoolean(node, key, context);
    }, otherwise);
  const duration = tolerate(() => optionalScalar(item, 'capture_duration', context), undefined);
  const outputPiece = piece(output, context);
  return {
    name,
    context,
    conditionContext: within(context, 'rule condition', '', condition),
    outputContext: within(context, 'rule output', '', output),
    condition: [piece(condition, context)],
    output: [{ ...outputPiece, text: output.text.trim() }],
    desc,
    priority,
    source: optionalScalar(item, 'source', context)?.text ?? 'syscall',
    enabled: flag('enabled', true),
    capture: flag('capture', false),
    captureDuration:
      duration === undefined ? 0 : tolerate(() => toUnsigned(duration, 'capture_duration', context), 0),
    warnEvttypes: flag('warn_evttypes', true),
    skipIfUnknownFilter: flag('skip-if-unknown-filter', false),
    tags: new Set(tolerate(() => scalars(item, 'tags', context), undefined)),
    exceptions: tolerate(() => readExceptions(item, context, false, warn), []),
    unknownSource: false,
    index: 0,
    visibility: 0,
  };
}
