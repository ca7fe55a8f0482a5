/** Membership of an address in many networks: one look-up per distinct prefix length, not per network. */

import { isInNet } from '../condition/address.ts';
import type { AddressPredicate, Net } from '../condition/checked.ts';
import { quantify, type Test } from '../condition/text-test.ts';

/** The predicate on the addresses of all ends that have one (at least one). */
export function compileAddressTest({
  op,
  quantifier,
  values,
}: AddressPredicate): Test<readonly Uint8Array[]> {
  if (op !== 'ne' && quantifier === 'any' && values.length > 1) {
    const inside = anyNet(values);
    return (ends) => ends.some(inside);
  }
  const tests = values.map((net) => (ends: readonly Uint8Array[]) => {
    const inside = ends.some((address) => isInNet(address, net));
    return op === 'ne' ? !inside : inside;
  });
  return quantify(quantifier, tests);
}

function anyNet(nets: readonly Net[]): Test<Uint8Array> {
  const v4 = anyIpv4(nets.filter((net) => net.address.length === 4));
  const v6 = anyIpv6(nets.filter((net) => net.address.length === 16));
  return (address) => (address.length === 4 ? v4(address) : v6(address));
}

function anyIpv4(nets: readonly Net[]): Test<Uint8Array> {
  const byMask = new Map<number, Set<number>>();
  for (const { address, bits } of nets) {
    const mask = bits === 0 ? 0 : -1 << (32 - bits);
    const set = byMask.get(mask) ?? new Set();
    byMask.set(mask, set.add(toInt32(address)));
  }
  const masks = [...byMask];
  return (address) => {
    const value = toInt32(address);
    for (const [mask, set] of masks) if (set.has(value & mask)) return true;
    return false;
  };
}

function toInt32(address: Uint8Array): number {
  return (address[0]! << 24) | (address[1]! << 16) | (address[2]! << 8) | address[3]!;
}

/** IPv6 networks are bucketed by their first four bytes when they are that long; the rest is tried in turn. */
function anyIpv6(nets: readonly Net[]): Test<Uint8Array> {
  const short = nets.filter((net) => net.bits < 128);
  const hosts = new Set(nets.filter((net) => net.bits === 128).map((net) => keyOf(net.address)));
  const buckets = new Map<number, Net[]>();
  for (const net of short.filter(({ bits }) => bits >= 32)) {
    const key = toInt32(net.address);
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [net]);
    else bucket.push(net);
  }
  const wide = short.filter(({ bits }) => bits < 32);
  return (address) =>
    (hosts.size > 0 && hosts.has(keyOf(address))) ||
    (buckets.get(toInt32(address))?.some((net) => isInNet(address, net)) ?? false) ||
    wide.some((net) => isInNet(address, net));
}

const keyOf = (address: Uint8Array): string => String.fromCharCode(...address);
