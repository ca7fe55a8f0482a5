/**
 * Rules files: YAML text in, rules and load results out. Pure; runs where rules are loaded.
 *
 *   yaml.ts           text → nodes with places, bounded in depth and size
 *   read*.ts          nodes → items (lists, macros, rules, requirements)
 *   collect.ts        items → one collection, appends and overrides applied
 *   lists.ts macros.ts exceptions.ts    the three ways in which text and trees are put together
 *   definitions.ts compile-rules.ts     collection → checked rules
 *   load.ts           all of it, file after file
 *   report.ts describe.ts               results as text and JSON
 */
export { type AppendOutput, SUGGESTED_FIELDS } from './append-output.ts';
export type { LoadedRule } from './compile-rules.ts';
export type { Lint, LoadError, LoadWarning } from './context.ts';
export { BUILT_IN_PLUGINS, type LoadOptions, type LoadResult, loadRules, type RulesFile } from './load.ts';
export { missingPlugin } from './plugins.ts';
export { type FileResult, fileJson, fileText, verdict } from './report.ts';
export type { RuleSelector } from './select.ts';
export { matchesStars } from './stars.ts';
