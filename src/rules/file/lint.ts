import type { Collection } from './collect.ts';
import type { LoadedRule } from './compile-rules.ts';
import { fileContext, type Lint, within } from './context.ts';
import type { Definitions } from './definitions.ts';
import { lintCondition } from './lint-condition.ts';
import { lintHidden } from './lint-hidden.ts';
import { lintRule } from './lint-rule.ts';
import { keyText, type YamlNode } from './yaml-nodes.ts';

/** Most lints of one file: a generated file must not bury its errors. */
const MAX_LINTS = 200;

/** What the YAML itself holds: keys that stand twice in one mapping, of which only the first counts. */
export function lintDocuments(documents: readonly YamlNode[], file: string): Lint[] {
  const lints: Lint[] = [];
  const seen = new Set<YamlNode>();
  const waiting = [...documents];
  for (let node = waiting.pop(); node !== undefined && lints.length < MAX_LINTS; node = waiting.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === 'seq') waiting.push(...node.items.toReversed());
    if (node.kind !== 'map') continue;
    const keys = new Set<string | null>();
    for (const { key } of node.entries) {
      const text = keyText(key);
      if (text !== null && keys.has(text) && lints.length < MAX_LINTS) {
        lints.push({
          code: 'LINT_DUPLICATE_KEY',
          message: `key '${text}' stands twice in one mapping; the first one counts`,
          context: within(fileContext(file), 'value for', text, key),
          hint: 'remove one of them',
        });
      }
      keys.add(text);
    }
    for (const { value } of node.entries.toReversed()) waiting.push(value);
  }
  return lints;
}

/** What the definitions and rules of all files hold together. */
export function lintCollection(
  rules: readonly LoadedRule[],
  definitions: Definitions,
  collection: Collection,
  matching: 'first' | 'all',
): Lint[] {
  const lints: Lint[] = [];
  for (const { item, parsed } of definitions.macros.values()) {
    lints.push(...lintCondition(parsed, item.conditionContext, definitions));
  }
  for (const rule of rules) {
    lints.push(...lintCondition(rule.parsed, rule.item.conditionContext, definitions), ...lintRule(rule));
  }
  for (const context of collection.redefined) {
    lints.push({
      code: 'LINT_LATE_REDEFINITION',
      message: 'defined before in this file; this definition also holds for what stands between the two',
      context,
      hint: 'remove one of them, or use override',
    });
  }
  lints.push(...nestedLists(definitions, collection));
  if (matching === 'first') lints.push(...lintHidden(rules));
  return lints.slice(0, MAX_LINTS);
}

/** Lists are put into lists one level deep; a name further down stays as text. */
function nestedLists(definitions: Definitions, collection: Collection): Lint[] {
  const lints: Lint[] = [];
  for (const { name, items } of definitions.lists.values()) {
    const list = collection.lists.get(name);
    const inner = items.find((item) => item !== name && definitions.lists.has(item));
    if (inner === undefined || list === undefined) continue;
    lints.push({
      code: 'LINT_NESTED_LIST',
      message: `list '${inner}' is named in list '${name}' but stays the text "${inner}": lists are expanded one level deep and only when they stand before`,
      context: list.context,
      hint: `write the items of '${inner}' into '${name}', or name both lists in the condition`,
    });
  }
  return lints;
}

/** What to write instead of a form that articles show but Falco never had. */
export function hintForText(content: string): string | undefined {
  const block = /^[ \t]*(rule|macro|list)[ \t]+["']?[\w -]{1,200}["']?\s{0,20}\{/m.exec(content);
  if (block === null) return undefined;
  const keys = {
    rule: '"desc:", "condition:", "output:" and "priority:"',
    macro: '"condition:"',
    list: '"items:"',
  };
  const kind = block[1] as keyof typeof keys;
  return `blocks with braces are not the rule language; write "- ${kind}: NAME" and indented below it ${keys[kind]}`;
}
