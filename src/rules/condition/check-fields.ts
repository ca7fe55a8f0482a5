/** Comparisons between two values of the same event. */
import type { Catalogue } from '../../schema/fields.ts';
import type { CompareNode, OperandNode } from './ast.ts';
import { type CheckedOperand, CheckFault, checkOperandNode } from './check-operand.ts';
import type { FieldPredicate } from './checked.ts';
import { OPS, WIRE_NAMES } from './operators.ts';

/** `proc.name = val(proc.exe)`, `fd.name contains tolower(proc.name)`. */
export function checkFieldComparison(
  node: CompareNode,
  left: CheckedOperand,
  rightNode: OperandNode,
  catalogue: Catalogue,
): FieldPredicate {
  const { op } = node;
  if (left.field?.name === 'evt.type') {
    throw new CheckFault('filter error: evt.type can only be compared with event names', node);
  }
  if (op === 'regex' || op === 'pmatch' || op === 'bcontains' || op === 'bstartswith') {
    throw new CheckFault(`filter error: '${op}' does not support a field on the right-hand side`, node);
  }
  if (left.field !== null && (left.field.type === 'net' || left.field.ancestor || left.field.filterOnly)) {
    const message = `filter error: field '${left.field.name}' can not be compared with another field`;
    throw new CheckFault(message, node);
  }
  const right = rightOperand(rightNode, catalogue);
  if (right.fieldType !== left.fieldType) {
    const message = `field '${nameOf(node.left)}' has type '${WIRE_NAMES[left.fieldType]}' while the right-hand side field '${nameOf(rightNode)}' has incompatible type '${WIRE_NAMES[right.fieldType]}'`;
    throw new CheckFault(message, node);
  }
  return {
    kind: 'fields',
    left: left.operand,
    op: OPS[op] as FieldPredicate['op'],
    right: right.operand,
    span: { start: node.start, end: node.end },
  };
}

function rightOperand(node: OperandNode, catalogue: Catalogue): CheckedOperand {
  if (node.kind === 'transform' && node.name === 'val') {
    if (node.index !== null) {
      throw new CheckFault("filter error: transformer 'val' does not support field arguments", node);
    }
    const inner = node.args[0];
    if (node.args.length !== 1 || inner?.kind !== 'field') {
      throw new CheckFault("filter error: transformer 'val' takes one field", node);
    }
    return rightField(checkOperandNode(inner, catalogue), inner);
  }
  return checkOperandNode(node, catalogue);
}

function rightField(right: CheckedOperand, node: OperandNode): CheckedOperand {
  if (right.field?.noRight === true || right.operand.shape !== 'one') {
    throw new CheckFault(`filter error: field '${nameOf(node)}' can not stand on the right-hand side`, node);
  }
  return right;
}

const nameOf = (node: OperandNode): string => {
  if (node.kind === 'field') return node.name;
  const inner = node.args[0];
  return node.name === 'val' && inner?.kind === 'field' ? inner.name : node.name;
};
