/** Literals of a comparison as values of the left side's type, or the fault that says why not. */
import { hostNet, parseAddress, parseNet } from './address.ts';
import type { CompareNode, ValueNode } from './ast.ts';
import { type CheckedOperand, CheckFault } from './check-operand.ts';
import type { Net } from './checked.ts';
import { parseBool, parseInteger, parsePort } from './literals.ts';

export function numbers(values: readonly ValueNode[], left: CheckedOperand): (number | bigint)[] {
  return values.map((value) => {
    const isPort = left.fieldType === 'port';
    const parsed = isPort ? parsePort(value.text) : parseInteger(value.text, left.fieldType);
    if (parsed !== null) return parsed;
    if (isPort)
      throw new CheckFault(`unrecognized protocol ${value.text}`, value, 'a port number or service');
    throw new CheckFault(`${value.text} is not a valid number`, value, 'write a decimal integer');
  });
}

export function bools(values: readonly ValueNode[]): boolean[] {
  return values.map((value) => {
    const parsed = parseBool(value.text);
    if (parsed !== null) return parsed;
    throw new CheckFault(`filter error: unrecognized boolean value ${value.text}`, value, 'true or false');
  });
}

export function addressOf(value: ValueNode, comparison: CompareNode): Net {
  const address = parseAddress(value.text);
  if (address !== null) return hostNet(address);
  const family = value.text.includes('.') ? 'IPv4' : 'IPv6';
  const hint = parseNet(value.text) === null ? undefined : netComparison(comparison);
  throw new CheckFault(`unrecognized ${family} address ${value.text}`, value, hint);
}

/** Most networks of a list that a hint repeats. */
const MAX_SHOWN = 4;

/** The comparison with networks that was meant by one of an address field with networks. */
function netComparison({ left, op, modifier, right }: CompareNode): string | undefined {
  if (left.kind !== 'field' || !left.name.endsWith('ip')) return undefined;
  const field = left.name.replace(/ip$/, 'net');
  const start = op === '!=' ? `write not ${field} =` : `write ${field} ${op}`;
  if (right.kind === 'value') return `${start} ${right.text}`;
  if (right.kind !== 'list') return `compare ${field}`;
  const shown = right.items.slice(0, MAX_SHOWN).map(({ text }) => withPrefix(text));
  if (right.items.length > MAX_SHOWN) shown.push('...');
  return `${start}${modifier === null ? '' : ` ${modifier}`} (${shown.join(', ')})`;
}

/** One address is the network that holds nothing else. */
function withPrefix(text: string): string {
  if (parseAddress(text) === null) return text;
  return `${text}/${text.includes('.') ? 32 : 128}`;
}

export function netOf(value: ValueNode): Net {
  const net = parseNet(value.text);
  if (net !== null) return net;
  const hint = parseAddress(value.text) === null ? 'write 10.0.0.0/8' : `write ${withPrefix(value.text)}`;
  throw new CheckFault(`unrecognized IP network ${value.text}`, value, hint);
}
