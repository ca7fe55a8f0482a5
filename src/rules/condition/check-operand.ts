/** Fields and transformers of a condition or an output: do they exist, do their arguments fit, what type results. */
import { nearest } from '../../base/suggest.ts';
import { EVENT_ARGS } from '../../schema/event-args.ts';
import type { Catalogue, Field, FieldRef, FieldType } from '../../schema/fields.ts';
import type { ArgumentNode, FieldNode, OperandNode, Span, TransformNode } from './ast.ts';
import type { FieldOperand, Operand, TransformOperand, ValueType } from './checked.ts';

export type ProblemKind = 'unknown-field' | 'condition';

/** Thrown inside the checker only; the caller gets it as a CheckProblem. */
export class CheckFault extends Error {
  readonly span: Span;
  readonly hint: string | undefined;
  readonly problem: ProblemKind;

  constructor(message: string, span: Span, hint?: string, problem: ProblemKind = 'condition') {
    super(message);
    this.span = span;
    this.hint = hint;
    this.problem = problem;
  }
}

const VALUE_TYPES: Readonly<Record<FieldType, ValueType>> = {
  string: 'string',
  bool: 'bool',
  i16: 'number',
  i32: 'number',
  i64: 'number',
  u32: 'number',
  u64: 'number',
  double: 'number',
  port: 'number',
  abstime: 'number',
  reltime: 'number',
  ip: 'ip',
  net: 'ip',
  bytes: 'bytes',
  dynamic: 'dynamic',
};

/** Fields that stand for other fields: either end of a connection, or an end asked about by network. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  'fd.ip': ['fd.cip', 'fd.sip'],
  'fd.port': ['fd.cport', 'fd.sport'],
  'fd.proto': ['fd.cport', 'fd.sport'],
  'fd.net': ['fd.cip', 'fd.sip'],
  'fd.cnet': ['fd.cip'],
  'fd.snet': ['fd.sip'],
  'fd.lnet': ['fd.lip'],
  'fd.rnet': ['fd.rip'],
};

export function resolveField(node: FieldNode, catalogue: Catalogue): FieldRef {
  const ref = catalogue.resolve(node.name, node.arg);
  if (ref === undefined) {
    const near = nearest(node.name, names(catalogue));
    const hint = near === null ? undefined : `did you mean ${near}?`;
    throw new CheckFault(
      `filter_check called with nonexistent field ${node.name}`,
      node,
      hint,
      'unknown-field',
    );
  }
  checkArgument(ref, node);
  return ref;
}

function* names(catalogue: Catalogue): Iterable<string> {
  for (const field of catalogue.fields) yield field.name;
}

function checkArgument({ field, arg }: FieldRef, node: FieldNode): void {
  const { name } = field;
  if (arg === null) {
    if (field.arg === 'required') {
      throw new CheckFault(`filter error: field '${name}' requires an argument`, node, `write ${name}[...]`);
    }
    return;
  }
  if (field.arg === 'none') {
    throw new CheckFault(`filter error: field '${name}' does not support arguments`, node);
  }
  if (field.argKind === 'index' && !/^-?\d{1,20}$/.test(arg)) {
    throw new CheckFault(`filter error: the argument of '${name}' must be a number, not '${arg}'`, node);
  }
  if (field.argKind === 'name' && !/^\d{1,4}$/.test(arg) && !EVENT_ARGS.has(arg)) {
    const near = nearest(arg, EVENT_ARGS);
    const hint = near === null ? undefined : `did you mean ${name}.${near}?`;
    throw new CheckFault(`unknown event argument ${arg}`, node, hint, 'unknown-field');
  }
}

export function fieldOperand(ref: FieldRef, catalogue: Catalogue): FieldOperand {
  const { field, arg } = ref;
  const ends = ENDS[field.name]?.map((name) => catalogue.get(name)).filter((end) => end !== undefined);
  const uses = ends === undefined ? [{ field, arg }] : ends.map((end) => ({ field: end, arg: null }));
  const shape = field.list ? 'list' : field.ancestor && arg === null ? 'any' : 'one';
  return { kind: 'field', uses, type: VALUE_TYPES[field.type], shape };
}

/** The catalogue entry behind an operand: a transformer's result is described by a type only. */
export interface CheckedOperand {
  readonly operand: Operand;
  readonly fieldType: FieldType;
  /** Null for a transformer. */
  readonly field: Field | null;
}

export function checkOperandNode(node: OperandNode, catalogue: Catalogue): CheckedOperand {
  if (node.kind === 'field') {
    const ref = resolveField(node, catalogue);
    return { operand: fieldOperand(ref, catalogue), fieldType: ref.field.type, field: ref.field };
  }
  const operand = checkTransform(node, catalogue);
  return { operand, fieldType: operand.type === 'number' ? 'u64' : (operand.type as FieldType), field: null };
}

function checkTransform(node: TransformNode, catalogue: Catalogue): TransformOperand {
  const { name } = node;
  if (name === 'val') {
    throw new CheckFault(
      "the 'val' transformer is only allowed on the right-hand side of a comparison",
      node,
    );
  }
  if (node.index !== null && name !== 'getopt') {
    throw new CheckFault(`filter error: transformer '${name}' does not support field arguments`, node);
  }
  if (node.index === '')
    throw new CheckFault("filter error: transformer 'getopt' needs an option name", node);
  const args = node.args.map((arg) => checkArgumentNode(arg, name, catalogue));
  const fault = faultOf(name, args, node);
  if (fault !== null) throw new CheckFault(`filter error: transformer '${name}' ${fault}`, node);
  const first = args[0]!;
  switch (name) {
    case 'tolower':
    case 'toupper':
    case 'b64':
    case 'basename':
      return { kind: 'transform', name, args, index: null, type: first.type, shape: first.shape };
    case 'len':
      return { kind: 'transform', name, args, index: null, type: 'number', shape: 'one' };
    case 'join':
    case 'concat':
      return { kind: 'transform', name, args, index: null, type: 'string', shape: 'one' };
    case 'getopt': {
      const shape = node.index === null ? 'list' : 'one';
      return { kind: 'transform', name, args, index: node.index, type: 'string', shape };
    }
  }
}

const isText = (operand: Operand | undefined) => operand?.type === 'string' && operand.shape === 'one';
const isTextList = (operand: Operand | undefined) => operand?.type === 'string' && operand.shape === 'list';

/** What is wrong with a transformer's arguments, or null. */
function faultOf(name: TransformNode['name'], args: readonly Operand[], node: TransformNode): string | null {
  const [first, second] = args;
  switch (name) {
    case 'join':
      return args.length === 2 && isText(first) && isTextList(second)
        ? null
        : 'takes a separator and a list: join(",", (a, b))';
    case 'concat':
      if (args.length < 2) return 'takes two or more strings';
      return args.every(isText) && !node.args.some(isBareNumber) ? null : 'takes strings only';
    case 'getopt':
      return args.length === 2 && isTextList(first) && isText(second)
        ? null
        : 'takes a list of words and an option string: getopt((list), "ab:")';
    default: {
      if (args.length !== 1 || first === undefined) return 'takes one argument';
      const takesBytes = name === 'b64' || name === 'len';
      const fits = first.type === 'string' || (takesBytes && first.type === 'bytes') || isList(name, first);
      return fits ? null : `does not support arguments of type ${first.type}`;
    }
  }
}

const isList = (name: string, operand: Operand) => name === 'len' && operand.shape === 'list';
const isBareNumber = (node: ArgumentNode) => node.kind === 'value' && !node.quoted;

function checkArgumentNode(node: ArgumentNode, owner: string, catalogue: Catalogue): Operand {
  switch (node.kind) {
    case 'value':
      return { kind: 'text', text: node.text, type: 'string', shape: 'one' };
    case 'arguments': {
      const items = node.items.map((item) => checkArgumentNode(item, owner, catalogue));
      const bad = items.findIndex((item) => !isText(item));
      if (bad >= 0) throw new CheckFault(`filter error: '${owner}' takes strings only`, node.items[bad]!);
      return { kind: 'group', items, type: 'string', shape: 'list' };
    }
    case 'transform':
      return checkTransform(node, catalogue);
    case 'field': {
      const ref = resolveField(node, catalogue);
      if (ref.field.noTransform) {
        throw new CheckFault(`filter error: field '${node.name}' does not support transformers`, node);
      }
      if (node.name === 'evt.type' && owner !== 'join' && owner !== 'concat') {
        throw new CheckFault(
          `filter error: transformer '${owner}' can not be applied to evt.type`,
          node,
          'the event type decides which rules are tried, so it is compared as it is; use syscall.type instead',
        );
      }
      return fieldOperand(ref, catalogue);
    }
  }
}
