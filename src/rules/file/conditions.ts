import { type ConditionNode, parseCondition } from '../condition/index.ts';
import { type LoadCache, remember } from './cache.ts';
import { type Context, inExpression } from './context.ts';
import { fail } from './decode.ts';
import { type ExcludedText, withExceptions } from './exceptions.ts';
import { joinText, type MacroItem, type RuleItem, type TextPiece } from './items.ts';
import type { Expansion, ListExpander } from './lists.ts';
import type { Sources } from './place.ts';
import type { Place } from './yaml-nodes.ts';

/** A condition after its lists are in place, and the way back to where each character was written. */
export interface ParsedCondition {
  /** With exceptions, before lists. */
  readonly text: string;
  /** What was parsed. */
  readonly expanded: string;
  readonly ast: ConditionNode;
  /** @param offset in `expanded` */
  placeOf(offset: number): Place;
  /** Place in `text` of a place in `expanded`; that of the list's name for what a list put in. */
  writtenAt(offset: number): number;
}

export interface ConditionReader {
  readonly sources: Sources;
  readonly expander: ListExpander;
  readonly cache: LoadCache;
  /** Quote every exception value that would end a word, instead of only those with blanks. */
  readonly quoteAll: boolean;
}

export function readRuleCondition(rule: RuleItem, reader: ConditionReader): ParsedCondition {
  const excluded = withExceptions(joinText(rule.condition), rule.exceptions, reader.quoteAll);
  return read(excluded, rule.condition, rule.conditionContext, reader);
}

export function readMacroCondition(macro: MacroItem, reader: ConditionReader): ParsedCondition {
  const written = { text: joinText(macro.condition), originOf: (offset: number) => offset };
  return read(written, macro.condition, macro.conditionContext, reader);
}

function read(
  written: ExcludedText,
  pieces: readonly TextPiece[],
  context: Context,
  { sources, expander, cache }: ConditionReader,
): ParsedCondition {
  const { text } = written;
  const expansion: Expansion | null = expander.expand(text);
  if (expansion === null)
    fail('LOAD_ERR_COMPILE_CONDITION', 'lists are too large or too many to be put in', context);
  const placeOf = (offset: number): Place => {
    const origin = written.originOf(expansion.originOf(offset));
    return typeof origin === 'number' ? sources.place(pieces, origin) : origin.place;
  };
  const expanded = expansion.text;
  const result = remember(cache.parsed, expanded, () => parseCondition(expanded));
  if (!result.ok) {
    const { message, offset, hint } = result.error;
    // Falco shows the text after the replacement of lists here, and before it everywhere else.
    const at = inExpression(context, expanded, offset, placeOf(offset));
    return fail('LOAD_ERR_COMPILE_CONDITION', message, at, hint);
  }
  return { text, expanded, ast: result.ast, placeOf, writtenAt: expansion.originOf };
}
