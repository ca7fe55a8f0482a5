/** Reading the text of a literal as the type it is compared with. Each returns null when it is not of that type. */
import type { FieldType } from '../../schema/fields.ts';
import { servicePort } from '../../schema/services.ts';

/** Bits of the unsigned types: a negative literal wraps around in them, as the language always had it. */
const UNSIGNED_BITS: Partial<Record<FieldType, number>> = {
  port: 16,
  u32: 32,
  u64: 64,
  abstime: 64,
  reltime: 64,
};

/** Strictly decimal: no fraction, no exponent, no 0x, whatever the field. */
export function parseInteger(text: string, type: FieldType): number | bigint | null {
  if (!/^[+-]?\d{1,40}$/.test(text)) return null;
  const small = Number(text);
  const bits = UNSIGNED_BITS[type];
  if (bits !== undefined && small < 0) return narrow(BigInt.asUintN(bits, BigInt(text)));
  return Number.isSafeInteger(small) ? small + 0 : narrow(BigInt(text.replace('+', '')));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A port by number or by service name. */
export function parsePort(text: string): number | bigint | null {
  return /^[+-]?\d/.test(text) ? parseInteger(text, 'port') : (servicePort(text) ?? null);
}

export function parseBool(text: string): boolean | null {
  return text === 'true' ? true : text === 'false' ? false : null;
}
