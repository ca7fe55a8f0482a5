/** Literals of a comparison as values of the left side's type, or the fault that says why not. */
import { hostNet, parseAddress, parseNet } from './address.ts';
import type { ValueNode } from './ast.ts';
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

export function addressOf(value: ValueNode): Net {
  const address = parseAddress(value.text);
  if (address !== null) return hostNet(address);
  const family = value.text.includes('.') ? 'IPv4' : 'IPv6';
  const hint = value.text.includes('/')
    ? 'a network is compared with fd.net, fd.cnet, fd.snet, ...'
    : undefined;
  throw new CheckFault(`unrecognized ${family} address ${value.text}`, value, hint);
}

export function netOf(value: ValueNode): Net {
  const net = parseNet(value.text);
  if (net !== null) return net;
  const hint = parseAddress(value.text) === null ? 'write 10.0.0.0/8' : `write ${value.text}/32`;
  throw new CheckFault(`unrecognized IP network ${value.text}`, value, hint);
}
