/**
 * Tree → canonical text, in the form that `falco -L` prints: one blank around operators, parentheses around every
 * and/or, quotes only where a blank, a quote or an escape asks for them.
 */
import { decodeByteText } from '../../base/byte-text.ts';
import type { ArgumentNode, ConditionNode, OperandNode, RightNode, ValueNode } from './ast.ts';

export function printCondition(node: ConditionNode): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return `(${node.children.map(printCondition).join(` ${node.kind} `)})`;
    case 'not':
      return `not ${printCondition(node.child)}`;
    case 'identifier':
      return node.name;
    case 'exists':
      return `${printOperand(node.left)} exists`;
    case 'compare': {
      const op = node.modifier === null ? node.op : `${node.op} ${node.modifier}`;
      return `${printOperand(node.left)} ${op} ${printRight(node.right)}`;
    }
  }
}

function printRight(node: RightNode): string {
  if (node.kind === 'list') return `(${node.items.map(printValue).join(', ')})`;
  return node.kind === 'value' ? printValue(node) : printOperand(node);
}

export function printOperand(node: OperandNode): string {
  if (node.kind === 'field') return node.name + printIndex(node.arg);
  return `${node.name}(${node.args.map(printArgument).join(',')})${printIndex(node.index)}`;
}

const printIndex = (arg: string | null): string => (arg === null ? '' : `[${printText(arg)}]`);

function printArgument(node: ArgumentNode): string {
  if (node.kind === 'value') return printValue(node);
  if (node.kind === 'arguments') return `(${node.items.map(printArgument).join(',')})`;
  return printOperand(node);
}

const printValue = (node: ValueNode): string => printText(node.text);

const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
  '"': '\\"',
};

/** Values with parentheses or commas stay bare, as Falco prints them: for people, not always to be parsed again. */
function printText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the question
  if (text !== '' && !/[\x00-\x20"'\\=\x7f]/.test(text)) return decodeByteText(text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the question
  const escaped = text.replace(/[\x00-\x1f"\\\x7f]/g, (c) => ESCAPES[c] ?? `\\x${hex(c)}`);
  return `"${decodeByteText(escaped)}"`;
}

const hex = (char: string): string => char.charCodeAt(0).toString(16).padStart(2, '0');
