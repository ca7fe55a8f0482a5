import { syscallCatalogue } from '../../schema/fields.ts';
import { LIST_OPS, MODIFIERS, NUMBER_OPS, STRING_OPS } from '../condition/ast.ts';
import { checkOperand, parseOperand } from '../condition/index.ts';
import type { Context } from './context.ts';
import { invalid } from './decode.ts';
import type { ExceptionEntry, ExceptionItem } from './items.ts';

/** Whether a text is a field or transformer of the rule's source. */
export type OperandTest = (text: string) => boolean;

/** Whether a text is one whole field or transformer of system call events. */
export function isSyscallOperand(text: string): boolean {
  const parsed = parseOperand(text);
  return parsed.ok && parsed.end === text.length && checkOperand(parsed.ast, syscallCatalogue).ok;
}

const OPERATORS = new Set<string>(['exists', ...NUMBER_OPS, ...STRING_OPS, ...LIST_OPS]);
const MODIFIER_FORM = new RegExp(`^(?:${STRING_OPS.join('|')})\\s+(?:${MODIFIERS.join('|')})$`);

const takesList = (op: string): boolean =>
  (LIST_OPS as readonly string[]).includes(op) || MODIFIER_FORM.test(op);

const normalize = (op: string): string => op.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');

/** An entry where text is expected; a sequence counts as empty, as in Falco. */
const textOf = (entry: ExceptionEntry): string => (typeof entry === 'string' ? entry : '');

/**
 * Fills in the default comparisons and checks names.
 * @param isOperand null when the rule's source is unknown, so that its fields can not be checked
 */
export function validateException(exception: ExceptionItem, isOperand: OperandTest | null): ExceptionItem {
  const { fields, context } = exception;
  if (fields === null) invalid('Rule exception must have fields property with a list of fields', context);
  const names = typeof fields === 'string' ? [fields] : fields.map(textOf);
  const checked = typeof fields === 'string' ? scalarComps(exception) : listComps(exception, names.length);
  for (const name of names) {
    if (isOperand !== null && !isOperand(name)) {
      invalid(`'${name}' is not a supported filter field`, context);
    }
  }
  return checked;
}

function listComps(exception: ExceptionItem, length: number): ExceptionItem {
  const { context } = exception;
  if (typeof exception.comps === 'string') {
    invalid('Fields and comps lists must have equal length', context);
  }
  const comps = exception.comps?.map((comp) => normalize(textOf(comp))) ?? Array<string>(length).fill('=');
  if (comps.length !== length) invalid('Fields and comps lists must have equal length', context);
  for (const comp of comps) {
    if (!OPERATORS.has(comp) && !MODIFIER_FORM.test(comp)) {
      invalid(`'${comp}' is not a supported comparison operator`, context);
    }
  }
  return { ...exception, comps };
}

function scalarComps(exception: ExceptionItem): ExceptionItem {
  const { context } = exception;
  if (exception.comps !== null && typeof exception.comps !== 'string') {
    invalid('Fields and comps must both be strings', context);
  }
  const comps = normalize(exception.comps ?? 'in');
  if (!takesList(comps)) {
    invalid(
      'When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier operator ' +
        '(e.g. startswith oneof)',
      context,
    );
  }
  return { ...exception, comps };
}

/** What may stand bare in a condition, and what may stand between double quotes as it is. */
const BARE = /^[^()"'\s=,]+$/;
const QUOTABLE = /^(?:[^"\\]|\\[bfnrt\\/" ]|\\x[0-9a-fA-F]{2})*$/;

/**
 * Falco quotes values with a blank as they are. `quoteAll` does the rest as well: what would break the condition
 * is quoted and escaped, what Falco can read stays as Falco reads it.
 */
function quote(value: string, quoteAll: boolean): string {
  if (/^["']/.test(value)) return value;
  const falcos = value.includes(' ') ? `"${value}"` : value;
  if (!quoteAll || (value.includes(' ') ? QUOTABLE : BARE).test(value)) return falcos;
  return `"${value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}"`;
}

export interface ExcludedText {
  readonly text: string;
  /** Place in the condition of a place in `text`, or the exception that wrote it. */
  originOf(offset: number): number | Context;
}

/** The condition with the rule's exceptions excluded: `(cond) and not ((a = x and b = y) or ...)`. */
export function withExceptions(
  condition: string,
  exceptions: readonly ExceptionItem[],
  quoteAll: boolean,
): ExcludedText {
  if (exceptions.length === 0) return { text: condition, originOf: (offset) => offset };
  const ends: { end: number; context: Context }[] = [];
  let text = `(${condition})`;
  for (const exception of exceptions) {
    const clause =
      typeof exception.fields === 'string'
        ? scalarClause(exception, exception.fields, quoteAll)
        : tupleClause(exception, quoteAll);
    if (clause === '') continue;
    text += ` and not ${clause}`;
    ends.push({ end: text.length, context: exception.context });
  }
  return {
    text,
    originOf(offset) {
      if (offset <= condition.length + 1) return Math.max(0, offset - 1);
      return (ends.find(({ end }) => offset < end) ?? ends.at(-1))?.context ?? condition.length;
    },
  };
}

function scalarClause(exception: ExceptionItem, field: string, quoteAll: boolean): string {
  if (exception.values.length === 0) return '';
  const values = exception.values.map((value) => {
    if (typeof value !== 'string') {
      invalid('Expected values array to contain a list of strings', exception.context);
    }
    return quote(value, quoteAll);
  });
  return `(${field} ${textOf(exception.comps ?? 'in')} (${values.join(', ')}))`;
}

function tupleClause(exception: ExceptionItem, quoteAll: boolean): string {
  const { values, context } = exception;
  if (values.length === 0) return '';
  const fields = exception.fields as readonly ExceptionEntry[];
  const comps = exception.comps as readonly ExceptionEntry[];
  const tuples = values.map((tuple) => {
    if (typeof tuple === 'string' || tuple.length !== fields.length) {
      invalid(
        'Fields and values lists must have equal length',
        context,
        fields.length === 1
          ? 'with one field, write "fields: name" with flat values, or each value as a list of one'
          : `each value must be a list of ${fields.length} entries`,
      );
    }
    const checks = fields.map(
      (field, k) =>
        ` ${textOf(field)} ${textOf(comps[k]!)} ${tupleValue(tuple[k]!, textOf(comps[k]!), quoteAll)}`,
    );
    return `(${checks.join(' and ')})`;
  });
  return `(${tuples.join(' or ')})`;
}

function tupleValue(value: ExceptionEntry, comp: string, quoteAll: boolean): string {
  if (typeof value !== 'string') return `(${value.map((one) => quote(textOf(one), quoteAll)).join(', ')})`;
  if (!takesList(comp)) return quote(value, quoteAll);
  return value.startsWith('(') ? value : `(${value})`;
}
