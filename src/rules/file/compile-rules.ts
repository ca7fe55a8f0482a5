import type { Priority } from '../../base/alert.ts';
import type { EventSet } from '../../schema/events.ts';
import type { Catalogue } from '../../schema/fields.ts';
import { type Checked, type ConditionNode, checkCondition, eventTypesOf } from '../condition/index.ts';
import { type OutputFormat, parseOutput } from '../output/index.ts';
import { type AppendOutput, appendedOutput, type ExtraField } from './append-output.ts';
import { type LoadCache, type ResolvedTree, remember } from './cache.ts';
import { DEPRECATED_FIELDS } from './codes.ts';
import { type ParsedCondition, readRuleCondition } from './conditions.ts';
import { type Context, inExpression, type LoadError, type LoadWarning, RuleLoadError } from './context.ts';
import { fail, invalid } from './decode.ts';
import type { Definitions } from './definitions.ts';
import { deprecatedInOutput, findSuspicious, type Suspicious } from './deprecated.ts';
import { joinText, type RuleItem } from './items.ts';
import { resolveMacros } from './macros.ts';
import type { Sources } from './place.ts';

/** A rule ready for the engine, and what describes it. */
export interface LoadedRule {
  readonly name: string;
  readonly source: string;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly desc: string;
  /** What the file says; `LoadResult.active` applies the configured selection. */
  readonly enabled: boolean;
  readonly capture: boolean;
  readonly captureDuration: number;
  /** As written, appended pieces joined. */
  readonly conditionText: string;
  /** After lists, macros and exceptions; `printCondition` gives its canonical text. */
  readonly ast: ConditionNode;
  readonly condition: Checked;
  /** Event types for which it has to be tested. */
  readonly eventTypes: EventSet;
  /** As written, with what the configuration appends. */
  readonly output: string;
  readonly outputFormat: OutputFormat;
  readonly extraFields: readonly (ExtraField & { readonly outputFormat: OutputFormat })[];
  /** Definition: file, exceptions and pieces with their places. */
  readonly item: RuleItem;
  /** Macros in the condition, also those inside macros. */
  readonly macros: ReadonlySet<string>;
  /** The rule's own condition before macros, with its places. */
  readonly parsed: ParsedCondition;
}

export interface RuleOptions {
  readonly catalogue: Catalogue;
  readonly sources: Sources;
  readonly appendOutput: readonly AppendOutput[];
  readonly suggestedFields: readonly string[];
  /** Falco's exact reading. */
  readonly falco: boolean;
}

/** Where a compiler puts what it finds. */
export interface Report {
  error(issue: LoadError): void;
  warn(issue: LoadWarning): void;
}

/** More event types than these make a rule costly. */
export const MANY_EVENT_TYPES = 100;
const CONTAINER_INFO = '%container.info';

/**
 * Compiles one rule, or says what is wrong with its output and with its condition. Null when it is wrong, or left
 * out because of skip-if-unknown-filter, or when it rests on a definition whose mistake is reported already.
 */
export function compileRule(
  item: RuleItem,
  definitions: Definitions,
  options: RuleOptions,
  report: Report,
): LoadedRule | null {
  const { outputs } = definitions.reader.cache;
  const output = attempt(() => compileOutputPart(item, outputs, options, report), report);
  if (output === 'skip' || (output === 'wrong' && options.falco)) return null;
  const condition = attempt(() => compileConditionPart(item, definitions, options, report), report);
  if (condition === 'wrong' || condition === 'skip' || output === 'wrong') return null;
  return {
    name: item.name,
    source: item.source,
    priority: item.priority,
    tags: [...item.tags].sort(),
    desc: item.desc,
    enabled: item.enabled,
    capture: item.capture,
    captureDuration: item.captureDuration,
    conditionText: joinText(item.condition),
    item,
    ...output,
    ...condition,
  };
}

function attempt<T>(work: () => T | 'skip', report: Report): T | 'skip' | 'wrong' {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RuleLoadError)) throw error;
    report.error(error.issue);
    return 'wrong';
  }
}

type OutputPart = Pick<LoadedRule, 'output' | 'outputFormat' | 'extraFields'>;

function compileOutputPart(
  item: RuleItem,
  outputs: LoadCache['outputs'],
  options: RuleOptions,
  report: Report,
): OutputPart | 'skip' {
  const { catalogue } = options;
  const extras = appendedOutput(item, joinText(item.output), options.appendOutput, options.suggestedFields);
  let { output } = extras;
  if (output.includes(CONTAINER_INFO)) {
    report.warn({
      code: 'LOAD_DEPRECATED_ITEM',
      message:
        '%container.info is deprecated and has no effect: the fields of the container are appended to outputs anyway.',
      context: item.context,
    });
    output = output.replaceAll(CONTAINER_INFO, '');
  }
  const context = item.outputContext;
  const read = (format: string): OutputFormat | null => {
    // Alerts are never dropped for a missing value: Falco puts the star before every output.
    const star = format.startsWith('*') ? '' : '*';
    const result = remember(outputs, format, () => parseOutput(star + format, catalogue));
    if (result.ok) return result.format;
    const { message, offset, unknownField, hint } = result.error;
    const shown = options.falco ? falcoOutputMessage(unknownField, message) : message;
    if (unknownField && item.skipIfUnknownFilter) {
      report.warn({ code: 'LOAD_UNKNOWN_FILTER', message: shown, context });
      return null;
    }
    const place = options.sources.place(item.output, Math.max(0, offset - star.length));
    return fail('LOAD_ERR_COMPILE_OUTPUT', shown, { ...context, place }, hint);
  };
  const outputFormat = read(output);
  if (outputFormat === null) return 'skip';
  warnDeprecatedOutput(output, item, report);
  const extraFields = extras.fields.map((field) => {
    const format = read(field.format);
    if (format === null) fail('LOAD_ERR_COMPILE_OUTPUT', `unknown extra field ${field.key}`, context);
    warnDeprecatedOutput(field.format, item, report);
    return { ...field, outputFormat: format };
  });
  return { output, outputFormat, extraFields };
}

/** Falco reports the last of its attempts, in which nothing was left to read. */
const falcoOutputMessage = (unknownField: boolean, message: string): string =>
  unknownField ? "unknown filter: unexpected token after '" : message;

function warnDeprecatedOutput(format: string, item: RuleItem, report: Report): void {
  for (const field of deprecatedInOutput(format)) {
    report.warn({
      code: 'LOAD_DEPRECATED_ITEM',
      message: `usage of deprecated field '${field}' has been detected in the rule output`,
      context: item.outputContext,
      deprecatedField: field,
    });
  }
}

type ConditionPart = Pick<LoadedRule, 'ast' | 'condition' | 'eventTypes' | 'macros' | 'parsed'>;

function compileConditionPart(
  item: RuleItem,
  definitions: Definitions,
  options: RuleOptions,
  report: Report,
): ConditionPart | 'skip' {
  const { cache } = definitions.reader;
  // One rule has said so already, and the others cannot help it.
  if (cache.room.exceeded() !== null) return 'skip';
  const parsed = readRuleCondition(item, definitions.reader);
  const tree = resolveMacros(parsed.ast, (name) => definitions.useMacro(name), cache.trees);
  if ('message' in tree) {
    if (tree.unknown !== null && definitions.isBroken('macro', tree.unknown)) return 'skip';
    const at = inExpression(
      item.context,
      parsed.text,
      tree.at.start,
      parsed.placeOf(tree.at.start),
      parsed.expanded,
    );
    return invalid(tree.message, at, definitions.hintForMacro(tree.unknown));
  }
  takeRoom(tree, item, cache);
  warnSuspicious(
    item,
    parsed,
    remember(cache.suspicious, tree.ast, () => findSuspicious(tree.ast)),
    report,
  );
  const compat = options.falco ? 'falco' : 'saker';
  const checked = remember(cache.checked, tree.ast, () =>
    checkCondition(tree.ast, options.catalogue, {
      compat,
      known: cache.comparisons,
      regexes: cache.regexes,
    }),
  );
  const locate = (start: number, offset: number, message: string): Context => {
    const place = definitions.placeOfFault(parsed, tree, offset, message);
    return inExpression(item.conditionContext, parsed.text, start, place, parsed.expanded);
  };
  if (!checked.ok) {
    if (definitions.namesBrokenList(parsed.text)) return 'skip';
    for (const { kind, message, span, hint } of checked.errors) {
      // Falco points at the whole comparison, people are shown the part that is wrong.
      const context = locate(startOfCheck(tree.ast, span.start), span.start, message);
      if (kind === 'unknown-field' && item.skipIfUnknownFilter) {
        report.warn({ code: 'LOAD_UNKNOWN_FILTER', message, context });
        return 'skip';
      }
      const code = 'LOAD_ERR_COMPILE_CONDITION';
      if (options.falco) fail(code, message, context);
      report.error(hint === undefined ? { code, message, context } : { code, message, context, hint });
    }
    return 'skip';
  }
  for (const { code, message, span } of checked.warnings) {
    if (code === 'LOAD_COMPILE_CONDITION') {
      const context = locate(span.start, span.start, message);
      report.warn({ code, message, context, hint: 'val(...) around it compares with the field' });
    }
  }
  const { types, count } = remember(cache.eventTypes, tree.ast, () => {
    const set = eventTypesOf(checked.condition);
    return { types: set, count: set.size };
  });
  if (item.warnEvttypes && count > MANY_EVENT_TYPES) {
    report.warn({
      code: 'LOAD_NO_EVTTYPE',
      message: 'Rule matches too many evt.type values. This has a significant performance penalty.',
      context: item.context,
    });
  }
  return { ast: tree.ast, condition: checked.condition, eventTypes: types, macros: tree.macros, parsed };
}

function takeRoom(tree: ResolvedTree, item: RuleItem, cache: LoadCache): void {
  if (cache.checked.has(tree.ast)) return;
  cache.room.take(tree.size);
  const exceeded = cache.room.exceeded();
  if (exceeded === null) return;
  const message = `the conditions of all rules are too large together: ${exceeded}`;
  const hint = 'use large macros and lists in fewer rules';
  fail('LOAD_ERR_COMPILE_CONDITION', message, item.conditionContext, hint);
}

/** Where the comparison begins in which a place lies. */
function startOfCheck(root: ConditionNode, offset: number): number {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'and' || node.kind === 'or') waiting.push(...node.children.toReversed());
    else if (node.kind === 'not') waiting.push(node.child);
    else if (node.start <= offset && offset < node.end) return node.start;
  }
  return offset;
}

function warnSuspicious(item: RuleItem, parsed: ParsedCondition, found: Suspicious, report: Report): void {
  const { deprecated, unsafeNa } = found;
  if (!unsafeNa && deprecated.length === 0) return;
  const context = inExpression(item.conditionContext, parsed.text, null, parsed.placeOf(0));
  if (unsafeNa) report.warn({ code: 'LOAD_UNSAFE_NA_CHECK', message: '', context });
  for (const field of deprecated) {
    report.warn({
      code: 'LOAD_DEPRECATED_ITEM',
      message: DEPRECATED_FIELDS[field]!,
      context,
      deprecatedField: field,
    });
  }
}
