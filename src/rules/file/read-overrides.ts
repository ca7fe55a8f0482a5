import { type Context, within } from './context.ts';
import { invalid, refuse } from './decode.ts';
import { getKey, keyText, type YamlMap } from './yaml-nodes.ts';

export interface Overrides {
  readonly append: ReadonlySet<string>;
  readonly replace: ReadonlySet<string>;
}

export interface Overridable {
  readonly append: readonly string[];
  readonly replace: readonly string[];
}

export const BOTH_WAYS =
  "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: " +
  "append') under 'override' instead.";

/** Reads `override: {key: append|replace}`; both sets are empty when the key is absent. */
export function readOverrides(item: YamlMap, allowed: Overridable, context: Context): Overrides {
  const append = new Set<string>();
  const replace = new Set<string>();
  const node = getKey(item, 'override');
  if (node === undefined || node.kind === 'null' || node.kind === 'scalar') return { append, replace };
  if (node.kind !== 'map') invalid("'override' must be a mapping of keys to 'append' or 'replace'", context);
  const overrides = within(context, 'overrides', '', item);
  for (const { key: keyNode, value } of node.entries) {
    const key = keyText(keyNode) ?? invalid('A key must be a scalar value', context);
    if (value.kind === 'map' || value.kind === 'seq') invalid(`Value of '${key}' must be a scalar`, context);
    const operation = value.kind === 'scalar' ? value.text : 'null';
    const at = within(overrides, 'overrides', key, keyNode);
    if (operation === 'append') {
      if (!allowed.append.includes(key)) {
        refuse(`Key '${key}' cannot be appended to, use 'replace' instead`, at);
      }
      append.add(key);
    } else if (operation === 'replace') {
      if (!allowed.replace.includes(key)) refuse(`Key '${key}' cannot be replaced`, at);
      replace.add(key);
    } else {
      const words = (['append', 'replace'] as const).filter((word) => allowed[word].includes(key));
      refuse(
        `Invalid override operation for key '${key}': '${operation}'. Allowed values are: ` +
          words.map((word) => `${word} `).join(''),
        within(overrides, 'value for', key, value),
      );
    }
  }
  return { append, replace };
}
