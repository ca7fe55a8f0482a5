/** The codes of load results. Names, numbers of them and short texts are Falco's: tools compare them. */

export const ERRORS = {
  LOAD_ERR_FILE_READ: 'File read error',
  LOAD_ERR_YAML_PARSE: 'YAML parse error',
  LOAD_ERR_YAML_VALIDATE: 'Error validating internal structure of YAML file',
  LOAD_ERR_COMPILE_CONDITION: 'Error compiling condition',
  LOAD_ERR_COMPILE_OUTPUT: 'Error compiling output',
  LOAD_ERR_VALIDATE: 'Error validating rule/macro/list/exception objects',
  LOAD_ERR_EXTENSION: 'Error in extension item',
} as const;
export type ErrorCode = keyof typeof ERRORS;

interface WarningText {
  /** Short text, printed behind the code. */
  readonly short: string;
  /** One sentence on what it means for the reader, the JSON form's `codedesc`. */
  readonly long: string;
}

export const WARNINGS = {
  LOAD_UNKNOWN_SOURCE: {
    short: 'Unknown event source',
    long: 'The rule is for an event source that is not available here. It is left out.',
  },
  LOAD_UNSAFE_NA_CHECK: {
    short: 'Unsafe <NA> comparison in condition',
    long: 'A missing value never equals the text <NA>. Use "exists" or "not ... exists".',
  },
  LOAD_NO_EVTTYPE: {
    short: 'Condition has no event-type restriction',
    long: 'The rule has to be tested for more than 100 event types, which costs time on each of them. Restrict evt.type.',
  },
  LOAD_UNKNOWN_FILTER: {
    short: 'Unknown field or event-type in condition or output',
    long: 'The rule names a field or event type that is unknown. It says skip-if-unknown-filter, so it is left out.',
  },
  LOAD_UNUSED_MACRO: { short: 'Unused macro', long: 'No rule and no other macro uses this macro.' },
  LOAD_UNUSED_LIST: { short: 'Unused list', long: 'No rule, macro or other list uses this list.' },
  LOAD_UNKNOWN_ITEM: {
    short: 'Unknown rules file item',
    long: 'The item is no rule, macro, list or version requirement. It is ignored.',
  },
  LOAD_DEPRECATED_ITEM: {
    short: 'Used deprecated item',
    long: 'The item still works but is deprecated, and later versions may refuse it.',
  },
  LOAD_WARNING_EXTENSION: { short: 'Warning in extension item', long: 'An extension item has a warning.' },
  LOAD_APPEND_NO_VALUES: {
    short: 'Overriding/appending with no values',
    long: 'The exception is appended to or replaced without any values, so nothing is added.',
  },
  LOAD_EXCEPTION_NAME_NOT_UNIQUE: {
    short: 'Multiple exceptions defined with the same name',
    long: 'Two exceptions of one rule have the same name; later appends reach the first one only.',
  },
  LOAD_INVALID_MACRO_NAME: {
    short: 'Invalid macro name',
    long: 'The name can not be written in a condition, so the macro can never be used.',
  },
  LOAD_INVALID_LIST_NAME: {
    short: 'Invalid list name',
    long: 'The name holds characters that end a word in conditions, so its use may go wrong.',
  },
  LOAD_COMPILE_CONDITION: {
    short: 'Warning in rule condition',
    long: 'The condition is valid but may not mean what it seems to.',
  },
  LOAD_UNKNOWN_KEY: {
    short: 'Unknown key in item definition',
    long: 'The item has a key that means nothing there. It is ignored; look for a typing error.',
  },
} as const satisfies Record<string, WarningText>;
export type WarningCode = keyof typeof WARNINGS;

/** Ours: things Falco accepts silently although they seldom mean what was intended. Never under compat. */
export const LINTS = {
  LINT_DUPLICATE_KEY: 'Key repeated in one mapping',
  LINT_UNDEFINED_LIST: 'Text that looks like the name of an undefined list',
  LINT_NESTED_LIST: 'List nested too deep to be expanded',
  LINT_LIST_IN_QUOTES: 'List name inside quoted text',
  LINT_EMPTY_LIST: 'Empty list in a condition',
  LINT_ANY_ANCESTOR: 'Negative comparison with any ancestor',
  LINT_NEVER_MATCHES: 'Condition can never be true',
  LINT_UNSEEN_TYPE: 'Event type that never comes',
  LINT_HIDDEN_RULE: 'Rule hidden by an earlier one',
  LINT_APPEND_OPERATOR: 'Appended condition changes the meaning of what stands before',
  LINT_LATE_REDEFINITION: 'Item defined twice in one file',
  LINT_FILTER_ONLY_OUTPUT: 'Field has no value in outputs',
  LINT_NA_TEXT: 'Missing values compared as text',
} as const;
export type LintCode = keyof typeof LINTS;

/** Fields that enter events carried; since those are gone the fields are constant or empty. */
export const DEPRECATED_FIELDS: Readonly<Record<string, string>> = {
  'evt.dir':
    "due to the drop of enter events, 'evt.dir = <' always evaluates to true, and 'evt.dir = >' always " +
    "evaluates to false. The rule expression can be simplified by removing the condition on 'evt.dir'",
  'evt.latency': 'field is not available due to the drop of enter events.',
  'evt.latency.s': 'field is not available due to the drop of enter events.',
  'evt.latency.ns': 'field is not available due to the drop of enter events.',
  'evt.latency.human': 'field is not available due to the drop of enter events.',
  'evt.wait_latency': 'field is not available due to the drop of enter events.',
};
