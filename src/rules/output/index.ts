/**
 * Output formats: `%field` text in, one function per format out.
 *
 *   parseOutput(text, catalogue) → parts and names, or what is wrong and where   (when rules are loaded)
 *   compileOutput(format, source) → { text(e), raw(e), fields(e), names }        (engine thread, per match)
 *
 * Pure. Nothing an event holds can end a line of `text` or leave its JSON string.
 */
export { type CompiledOutput, compileOutput } from './compile.ts';
export { escapeLine } from './escape.ts';
export { compileKey, namedField } from './key.ts';
export {
  type NamedField,
  type OutputError,
  type OutputField,
  type OutputFormat,
  type OutputResult,
  parseOutput,
} from './parse.ts';
export type { OutputValue } from './values.ts';
