/** IP addresses and networks as bytes in network order. */
import type { Net } from './checked.ts';

/** Text → 4 bytes for a form with dots, else 16; null when it is no address. */
export function parseAddress(text: string): Uint8Array | null {
  return text.includes('.') ? parseIpv4(text) : parseIpv6(text);
}

function parseIpv4(text: string): Uint8Array | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const bytes = new Uint8Array(4);
  for (const [at, part] of parts.entries()) {
    if (!/^\d{1,3}$/.test(part) || (part.length > 1 && part[0] === '0') || Number(part) > 255) return null;
    bytes[at] = Number(part);
  }
  return bytes;
}

function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const count = groups.reduce((sum, half) => sum + half.length, 0);
  if (halves.length === 1 ? count !== 8 : count > 7) return null;
  const zeros = Array<string>(8 - count).fill('0');
  const all = halves.length === 1 ? groups[0]! : [...groups[0]!, ...zeros, ...groups[1]!];
  const bytes = new Uint8Array(16);
  for (const [at, group] of all.entries()) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return null;
    const value = Number.parseInt(group, 16);
    bytes[at * 2] = value >> 8;
    bytes[at * 2 + 1] = value & 0xff;
  }
  return bytes;
}

/** "10.0.0.0/8" → network; null when it is none. Bits behind the prefix length may be set and are cleared. */
export function parseNet(text: string): Net | null {
  const slash = text.indexOf('/');
  if (slash < 0) return null;
  const address = parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === null || !/^\d{1,3}$/.test(length)) return null;
  const bits = Number(length);
  if (bits > address.length * 8) return null;
  for (let at = 0; at < address.length; at++) {
    const kept = Math.min(8, Math.max(0, bits - at * 8));
    address[at]! &= 0xff << (8 - kept);
  }
  return { address, bits };
}

/** A whole address as the network that holds only it. */
export function hostNet(address: Uint8Array): Net {
  return { address, bits: address.length * 8 };
}

/** False for an address of the other family. */
export function isInNet(address: Uint8Array, net: Net): boolean {
  if (address.length !== net.address.length) return false;
  const whole = net.bits >> 3;
  for (let at = 0; at < whole; at++) if (address[at] !== net.address[at]) return false;
  const rest = net.bits & 7;
  return rest === 0 || (address[whole]! & (0xff << (8 - rest)) & 0xff) === net.address[whole];
}
