/**
 * The rule language: files in, compiled rules out. Pure, without any node: module.
 *
 *   loadRules(files, options) → results per file, and the rules          (file/)
 *   parseCondition, checkCondition, evaluate, ...                        (condition/)
 *   compileRules                                                         (compile/)
 *   guardOpens, describeOpens                                             (plan/)
 *   parseOutput, compileOutput                                           (output/)
 *
 * Rules are loaded on the thread that evaluates them; the engine compiles them against its own FactSource.
 */
export { type CompiledRules, type CompileOptions, compileRules, type RuleCosts } from './compile/index.ts';
export * from './facts.ts';
export {
  type AppendOutput,
  type FileResult,
  fileText,
  type LoadedRule,
  type LoadOptions,
  type LoadResult,
  loadRules,
  matchesStars,
  type RulesFile,
  SUGGESTED_FIELDS,
} from './file/index.ts';
export {
  type CompiledOutput,
  compileKey,
  compileOutput,
  escapeLine,
  type NamedField,
  namedField,
  type OutputValue,
  parseOutput,
} from './output/index.ts';
export { describeOpens, guardOpens, OPEN_TYPES, type PlannedOpens } from './plan/index.ts';
