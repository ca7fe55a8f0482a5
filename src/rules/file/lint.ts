import type { Collection } from './collect.ts';
import type { LoadedRule } from './compile-rules.ts';
import type { Lint } from './context.ts';
import type { Definitions } from './definitions.ts';
import type { YamlNode } from './yaml-nodes.ts';
export function lintDocuments(_documents: readonly YamlNode[], _file: string): Lint[] {
  return [];
}
export function lintRules(
  _rules: readonly LoadedRule[],
  _definitions: Definitions,
  _collection: Collection,
  _matching: 'first' | 'all',
): Lint[] {
  return [];
}
export function hintForText(_content: string): string | undefined {
  return undefined;
}
