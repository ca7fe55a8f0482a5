import { TYPE_NAMES } from '../../schema/record.generated.ts';
import { type ConditionNode, parseCondition } from '../condition/index.ts';
import { type LoadedRule, MANY_EVENT_TYPES } from './compile-rules.ts';
import type { Lint } from './context.ts';
import { joinText } from './items.ts';

/** What one rule as a whole holds that is seldom meant. */
export function lintRule(rule: LoadedRule): Lint[] {
  return [...appendedOperators(rule), ...printedFields(rule), ...neverTrue(rule), ...unseenTypes(rule)];
}

/** Most appended pieces looked at: each is read together with all before it. */
const MAX_PIECES = 16;

/** `a or b` with `and c` appended reads a or (b and c): the append narrows only a part. */
function appendedOperators({ item }: LoadedRule): Lint[] {
  const lints: Lint[] = [];
  for (let at = 1; at < Math.min(item.condition.length, MAX_PIECES); at++) {
    const before = joinText(item.condition.slice(0, at));
    const word = /^\s*(and|or)\b/.exec(item.condition[at]!.text)?.[1];
    const parsed = parseCondition(before);
    if (word === undefined || !parsed.ok) continue;
    const other = word === 'and' ? 'or' : 'and';
    // In parentheses the whole stays together.
    if (parsed.ast.kind !== other || before.slice(0, parsed.ast.start).includes('(')) continue;
    lints.push({
      code: 'LINT_APPEND_OPERATOR',
      message:
        word === 'and'
          ? "'and' binds tighter than 'or': the appended part narrows only the last alternative of the condition"
          : "'or' binds weaker than 'and': the appended part is an alternative to the whole condition",
      context: {
        ...item.conditionContext,
        place: { ...item.condition[at]!.node.at, file: item.condition[at]!.file },
      },
      hint: 'replace the whole condition, or put the first one in parentheses',
    });
  }
  return lints;
}

function printedFields({ item, outputFormat }: LoadedRule): Lint[] {
  return outputFormat.parts.flatMap((part) => {
    if (typeof part === 'string' || !part.field?.filterOnly) return [];
    const { name } = part.field;
    return [
      {
        code: 'LINT_FILTER_ONLY_OUTPUT' as const,
        message: `%${name} stands for both ends of a connection and prints <NA>`,
        context: item.outputContext,
        hint: `print %${name.replace('fd.', 'fd.c')} or %${name.replace('fd.', 'fd.s')}`,
      },
    ];
  });
}

/** No event type satisfies the condition, and not because of the usual placeholder `evt.num = 0`. */
function neverTrue({ ast, eventTypes, item }: LoadedRule): Lint[] {
  if (eventTypes.size > 0 || usesPlaceholder(ast)) return [];
  return [
    {
      code: 'LINT_NEVER_MATCHES',
      message: 'no event type satisfies the condition, so the rule never matches',
      context: item.conditionContext,
      hint: 'look for evt.type checks that exclude each other',
    },
  ];
}

const GIVEN: ReadonlySet<string> = new Set(TYPE_NAMES);
/** Falco's rules all have it, without asking for it. */
const NOBODY_ASKS = 'asyncevent';

/** Types that a rule names and no program of ours reports: calls of other architectures, what Falco makes itself. */
function unseenTypes({ eventTypes, item }: LoadedRule): Lint[] {
  if (eventTypes.size > MANY_EVENT_TYPES) return [];
  const names = eventTypes.names().filter((name) => name !== NOBODY_ASKS);
  const unseen = names.filter((name) => !GIVEN.has(name));
  if (unseen.length === 0) return [];
  const never = unseen.length === names.length ? ', so the rule never matches' : '';
  return [
    {
      code: 'LINT_UNSEEN_TYPE',
      message: `saker gives no events of type ${unseen.join(', ')}${never}`,
      context: item.conditionContext,
      hint: 'remove the type, or name the one that comes in its place: saker knows a call by its 64-bit name',
    },
  ];
}

function usesPlaceholder(root: ConditionNode): boolean {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'and' || node.kind === 'or') waiting.push(...node.children);
    else if (node.kind === 'not') waiting.push(node.child);
    else if (node.kind === 'compare' && node.left.kind === 'field' && node.left.name === 'evt.num')
      return true;
  }
  return false;
}
