/**
 * The tree of a condition as written. Every node knows its place in the text it was parsed from
 * (`start` inclusive, `end` exclusive, in UTF-16 units of that text).
 *
 * Texts of values are byte texts (see base/byte-text.ts): one character per byte.
 */

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Several operands; always two or more, never directly nested in a node of the same kind without parentheses. */
export interface LogicalNode extends Span {
  readonly kind: 'and' | 'or';
  readonly children: readonly ConditionNode[];
}

export interface NotNode extends Span {
  readonly kind: 'not';
  readonly child: ConditionNode;
}

/** A bare name: the place where a macro's condition belongs. */
export interface IdentifierNode extends Span {
  readonly kind: 'identifier';
  readonly name: string;
}

export interface ExistsNode extends Span {
  readonly kind: 'exists';
  readonly left: OperandNode;
}

export interface CompareNode extends Span {
  readonly kind: 'compare';
  readonly left: OperandNode;
  readonly op: CompareOp;
  readonly opSpan: Span;
  readonly modifier: Modifier | null;
  readonly right: RightNode;
}

export type ConditionNode = LogicalNode | NotNode | IdentifierNode | ExistsNode | CompareNode;

export interface FieldNode extends Span {
  readonly kind: 'field';
  /** Name without the argument: `proc.aname` of `proc.aname[2]`. */
  readonly name: string;
  /** Argument between the brackets, unescaped; null when there are no brackets. */
  readonly arg: string | null;
}

/** `tolower(...)`, `val(...)`, ... `index` is the argument in brackets after the call, as in `getopt(...)[t]`. */
export interface TransformNode extends Span {
  readonly kind: 'transform';
  readonly name: TransformName;
  readonly args: readonly ArgumentNode[];
  readonly index: string | null;
}

export type OperandNode = FieldNode | TransformNode;
export type ArgumentNode = OperandNode | ValueNode | ArgumentListNode;

export interface ArgumentListNode extends Span {
  readonly kind: 'arguments';
  readonly items: readonly ArgumentNode[];
}

export interface ValueNode extends Span {
  readonly kind: 'value';
  readonly text: string;
  readonly quoted: boolean;
}

export interface ListNode extends Span {
  readonly kind: 'list';
  readonly items: readonly ValueNode[];
}

export type RightNode = ValueNode | ListNode | OperandNode;

export type Modifier = 'oneof' | 'anyof' | 'allof';

export const MODIFIERS: readonly Modifier[] = ['oneof', 'anyof', 'allof'];

/** In the order in which the parser tries them: a longer spelling stands before its own prefix. */
export const STRING_OPS = [
  '==',
  '=',
  '!=',
  'glob',
  'iglob',
  'contains',
  'icontains',
  'bcontains',
  'startswith',
  'bstartswith',
  'endswith',
  'regex',
] as const;
export const NUMBER_OPS = ['<=', '<', '>=', '>'] as const;
export const LIST_OPS = ['intersects', 'in', 'pmatch'] as const;

export type StringOp = (typeof STRING_OPS)[number];
export type NumberOp = (typeof NUMBER_OPS)[number];
export type ListOp = (typeof LIST_OPS)[number];
export type CompareOp = StringOp | NumberOp | ListOp;

export const TRANSFORMS = [
  'toupper',
  'tolower',
  'b64',
  'basename',
  'len',
  'join',
  'concat',
  'getopt',
  'val',
] as const;
export type TransformName = (typeof TRANSFORMS)[number];
