import { type Context, within } from './context.ts';
import { refuse, requiredScalar } from './decode.ts';
import type { ExceptionEntry, ExceptionItem } from './items.ts';
import type { Warn } from './read-shared.ts';
import { getKey, type YamlMap, type YamlNode } from './yaml-nodes.ts';

export const EXCEPTION_KEYS = ['name', 'fields', 'comps', 'values'] as const;

/** Reads `exceptions:`. With `append` the fields may be left out, because they stand in the first definition. */
export function readExceptions(
  item: YamlMap,
  context: Context,
  append: boolean,
  warn: Warn,
): ExceptionItem[] {
  const node = getKey(item, 'exceptions');
  if (node === undefined || node.kind === 'null') return [];
  const outer = within(context, 'exceptions', '', node);
  if (node.kind !== 'seq') refuse('Rule exceptions must be a sequence', outer);
  const names = new Set<string>();
  return node.items.map((entry) => {
    const unnamed = within(outer, 'exception', '', entry);
    if (entry.kind !== 'map') refuse('Rule exception must be a mapping', unnamed);
    const name = requiredScalar(entry, 'name', unnamed).text;
    const here = within(context, 'exception', name, entry);
    if (names.has(name)) {
      warn(
        'LOAD_EXCEPTION_NAME_NOT_UNIQUE',
        `Multiple definitions of exception '${name}' in the same rule`,
        here,
      );
    }
    names.add(name);
    return readException(entry, name, here, append, warn);
  });
}

function readException(
  entry: YamlMap,
  name: string,
  context: Context,
  append: boolean,
  warn: Warn,
): ExceptionItem {
  const fieldsNode = getKey(entry, 'fields');
  if (fieldsNode === undefined && !append) refuse("Item has no mapping for key 'fields'", context);
  const fields = optionalEntry(fieldsNode, 'fields', context);
  const comps = optionalEntry(getKey(entry, 'comps'), 'comps', context);
  const valuesNode = getKey(entry, 'values');
  let values: ExceptionEntry[] = [];
  if (valuesNode !== undefined) {
    const at = within(context, 'exception values', '', valuesNode);
    if (valuesNode.kind !== 'seq') refuse('Rule exception values must be a sequence', at);
    values = valuesNode.items.map((value) => readEntry(value, '', within(at, 'exception value', '', value)));
  } else if (append) {
    warn('LOAD_APPEND_NO_VALUES', 'Overriding/appending exception with no values', context);
  }
  return { name, context, fields, comps, values };
}

function optionalEntry(node: YamlNode | undefined, key: string, context: Context): ExceptionEntry | null {
  if (node === undefined) return null;
  const entry = readEntry(node, key, context);
  return entry.length === 0 ? null : entry;
}

/** Scalars and sequences of any depth; anything else counts as empty text. */
function readEntry(node: YamlNode, key: string, context: Context): ExceptionEntry {
  const at = within(context, 'value for', key, node);
  if (node.kind === 'scalar') {
    if (node.text === '')
      refuse('Value must be non-empty', at, 'an operator that begins with ! needs quotes in YAML');
    return node.text;
  }
  if (node.kind !== 'seq') return '';
  return node.items.map((item) => readEntry(item, '', within(at, 'exception', '', item)));
}
