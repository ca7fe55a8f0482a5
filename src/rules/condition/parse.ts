/** Condition text → tree, or the first mistake with its place. */
import type { ConditionNode, OperandNode } from './ast.ts';
import { SyntaxFault } from './lexer.ts';
import { Parser } from './parser.ts';

export interface ParseOptions {
  /** Deepest nesting of parentheses and transformers. Rules use 1000, as Falco does. */
  readonly maxDepth?: number;
}

export interface ConditionError {
  readonly message: string;
  /** In UTF-16 units from the start of the text. */
  readonly offset: number;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** What to write instead, when that is known. */
  readonly hint?: string;
}

export type ParseResult =
  | { readonly ok: true; readonly ast: ConditionNode }
  | { readonly ok: false; readonly error: ConditionError };

export type ParseOperandResult =
  | { readonly ok: true; readonly ast: OperandNode; readonly end: number }
  | { readonly ok: false; readonly error: ConditionError };

const DEFAULT_MAX_DEPTH = 1000;

export function parseCondition(text: string, options: ParseOptions = {}): ParseResult {
  const parser = new Parser(text, options.maxDepth ?? DEFAULT_MAX_DEPTH);
  return guard(text, () => ({ ok: true, ast: parser.condition() }));
}

/**
 * Reads one field or transformer at the start of `text` and says where it ends; what follows is not looked at.
 * Output formats are made of these.
 */
export function parseOperand(text: string, options: ParseOptions = {}): ParseOperandResult {
  const parser = new Parser(text, options.maxDepth ?? DEFAULT_MAX_DEPTH);
  return guard(text, () => {
    const ast = parser.operand();
    return { ok: true, ast, end: ast.end };
  });
}

function guard<T>(text: string, parse: () => T): T | { ok: false; error: ConditionError } {
  try {
    return parse();
  } catch (fault) {
    // A caller deep in its own stack may have less room than the depth limit assumes.
    if (fault instanceof RangeError)
      return { ok: false, error: errorAt(text, 'exceeded max depth limit', 0) };
    if (!(fault instanceof SyntaxFault)) throw fault;
    return { ok: false, error: errorAt(text, fault.message, fault.offset, fault.hint) };
  }
}

export function errorAt(text: string, message: string, offset: number, hint?: string): ConditionError {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  const place = { message, offset, line, column: offset - lineStart + 1 };
  return hint === undefined ? place : { ...place, hint };
}
