import { type ArgumentNode, type OperandNode, printOperand } from '../condition/index.ts';

export interface NamedNode {
  readonly name: string;
  readonly node: OperandNode;
}

/**
 * The names under which a field or transformer of an output appears in `output_fields`: every field, and every
 * transformer but one whose result goes straight into the next one as its last argument. That is Falco's
 * selection; consumers know its keys.
 */
export function fieldNames(root: OperandNode): NamedNode[] {
  const found: NamedNode[] = [];
  let lastIsTransform = false;
  const visit = (node: ArgumentNode): void => {
    if (node.kind === 'value') return;
    if (node.kind === 'arguments') {
      for (const item of node.items) visit(item);
      return;
    }
    if (node.kind === 'field') {
      found.push({ name: printOperand(node), node });
      lastIsTransform = false;
      return;
    }
    for (const argument of node.args) visit(argument);
    if (lastIsTransform) found.pop();
    found.push({ name: printOperand(node), node });
    lastIsTransform = true;
  };
  visit(root);
  return found;
}
