import type { ErrorCode, LintCode, WarningCode } from './codes.ts';
import type { Place, Position, YamlNode } from './yaml-nodes.ts';

export type ItemType =
  | 'value for'
  | 'exceptions'
  | 'exception'
  | 'exception values'
  | 'exception value'
  | 'rules content'
  | 'rules content item'
  | 'required_engine_version'
  | 'required plugin versions'
  | 'required plugin versions entry'
  | 'required plugin versions alternative'
  | 'list'
  | 'list item'
  | 'macro'
  | 'macro condition'
  | 'rule'
  | 'rule condition'
  | 'condition expression'
  | 'rule output'
  | 'rule priority'
  | 'overrides';

/** One link of the chain "in this file, in this rule, in its condition". */
export interface Location {
  readonly type: ItemType;
  readonly name: string;
  /** File name, or for an expression the start of its text in quotes. */
  readonly file: string;
  readonly at: Position;
}

export interface Expression {
  /** The text in which the fault was found. */
  readonly text: string;
  /** Place of the fault in that text. */
  readonly offset: number;
}

/** Where something was found: Falco's chain, and the true place in the file. */
export interface Context {
  readonly locations: readonly Location[];
  readonly file: string;
  /** The place to show to people: maybe in another file, where a macro or an appended piece stands. */
  readonly place: Place;
  readonly expression: Expression | null;
}

const START: Position = { offset: 0, line: 0, column: 0 };

export function fileContext(file: string): Context {
  return {
    locations: [{ type: 'rules content', name: '', file, at: START }],
    file,
    place: { ...START, file },
    expression: null,
  };
}

export function within(parent: Context, type: ItemType, name: string, at: Position | YamlNode): Context {
  const position = 'at' in at ? at.at : at;
  const location: Location = { type, name, file: parent.file, at: position };
  return {
    locations: [...parent.locations, location],
    file: parent.file,
    place: { ...position, file: parent.file },
    expression: null,
  };
}

/**
 * A place inside an expression. Falco adds its 1-based line and column there (0 when it speaks of the whole) to
 * the 0-based ones of the parent; tools see those sums, so they are kept, and `place` says where it really is.
 *
 * @param offset in `measured`, the text that was read; `text` is what is shown (before lists are put in)
 */
export function inExpression(
  parent: Context,
  text: string,
  offset: number | null,
  place: Place,
  measured = text,
): Context {
  const last = parent.locations.at(-1)!.at;
  const before = offset === null ? '' : measured.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const at: Position = {
    offset: last.offset + before.length,
    line: last.line + (offset === null ? 0 : before.split('\n').length),
    column: last.column + (offset === null ? 0 : before.length - lineStart + 1),
  };
  const head = text.length > 20 ? `${text.slice(0, 17)}...` : text;
  const file = `"${head.replace(/[\r\n]/g, ' ')}"`;
  return {
    locations: [...parent.locations, { type: 'condition expression', name: '', file, at }],
    file: parent.file,
    place,
    expression: { text, offset: at.offset },
  };
}

export interface Issue {
  readonly message: string;
  readonly context: Context;
  /** What to write instead, when we can guess it. */
  readonly hint?: string;
}
export interface LoadError extends Issue {
  readonly code: ErrorCode;
}
export interface LoadWarning extends Issue {
  readonly code: WarningCode;
  readonly deprecatedField?: string;
}
export interface Lint extends Issue {
  readonly code: LintCode;
}

/** Ends the reading or compiling of one item; its neighbours go on. */
export class RuleLoadError extends Error {
  readonly issue: LoadError;

  constructor(code: ErrorCode, message: string, context: Context, hint?: string) {
    super(message);
    this.issue = hint === undefined ? { code, message, context } : { code, message, context, hint };
  }
}
