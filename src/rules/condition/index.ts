/**
 * Conditions: text in, checked tree out. Pure; runs where rules are loaded (main thread or worker).
 *
 *   parseCondition(text, { maxDepth = 1000 })
 *       → { ok: true, ast } | { ok: false, error: { message, offset, line, column, hint? } }
 *   parseOperand(text) → a field or transformer at the start of a text and where it ends (output formats)
 *   printCondition(ast) → canonical text, as `falco -L` shows it
 *   mapIdentifiers(ast, name => replacement | undefined) → tree with macros replaced
 *   checkCondition(ast, catalogue, options)
 *       → { ok: true, condition: Checked, warnings } | { ok: false, errors, warnings }
 *   checkOperand(ast, catalogue) → one field or transformer, as an output format uses it
 *   eventTypesOf(checked) → EventSet: event types that can satisfy it
 *   evaluate(checked, source) → (typeId, event) => boolean, the closure oracle
 *   readerOf(operand, source) → (event) => plain value or null, for outputs
 *
 * Macros are identifier nodes: the caller replaces them in the tree before checking. Lists are text: the caller
 * replaces their names before parsing. Texts of values are byte texts (base/byte-text.ts).
 */
export type * from './ast.ts';
export {
  type CheckOperandResult,
  type CheckOptions,
  type CheckProblem,
  type CheckResult,
  type ConditionWarning,
  checkCondition,
  checkOperand,
} from './check.ts';
export type * from './checked.ts';
export { type Evaluator, evaluate } from './evaluate.ts';
export { eventTypesOf } from './event-set.ts';
export {
  type ConditionError,
  errorAt,
  type ParseOperandResult,
  type ParseOptions,
  type ParseResult,
  parseCondition,
  parseOperand,
} from './parse.ts';
export { printCondition, printOperand } from './print.ts';
export { RegexBudget } from './regex.ts';
export { type Plain, type Reader, readerOf, type Scalar } from './values.ts';
export { mapIdentifiers } from './walk.ts';
