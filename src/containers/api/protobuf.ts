/**
 * As much of the protobuf wire format (protobuf.dev, Encoding) as looking up containers takes. Input comes from a
 * socket and may be anything: every length is checked, nothing recurses, and a value that is missing or of another
 * type reads as empty.
 */

/** A message that ends in the middle of a field, or uses what proto3 does not have. */
export class ProtobufError extends Error {}

/** A container has some 20 fields and at most a few hundred labels. */
const MAX_FIELDS = 65_536;

const utf8 = new TextDecoder();

export class Message {
  /** Number of a field → its values in order; repeated fields have several. */
  readonly #fields = new Map<number, (bigint | Uint8Array)[]>();

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; shift < 70n; shift += 7n) {
        const byte = bytes[at++];
        if (byte === undefined) throw new ProtobufError('a number is cut off');
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return BigInt.asUintN(64, value);
      }
      throw new ProtobufError('a number is longer than 64 bits');
    };
    const take = (length: number): number => {
      if (length > bytes.length - at) throw new ProtobufError('a field is cut off');
      at += length;
      return at - length;
    };
    for (let count = 0; at < bytes.length; count++) {
      if (count === MAX_FIELDS) throw new ProtobufError(`more than ${MAX_FIELDS} fields`);
      const key = varint();
      const wire = Number(key & 7n);
      if (wire === 0) this.#add(key, varint());
      else if (wire === 1) this.#add(key, view.getBigUint64(take(8), true));
      else if (wire === 5) this.#add(key, BigInt(view.getUint32(take(4), true)));
      else if (wire === 2) {
        const length = Number(varint());
        const start = take(length);
        this.#add(key, bytes.subarray(start, start + length));
      } else throw new ProtobufError(`wire type ${wire}`);
    }
  }

  #add(key: bigint, value: bigint | Uint8Array): void {
    const field = Number(key >> 3n);
    const values = this.#fields.get(field);
    if (values === undefined) this.#fields.set(field, [value]);
    else values.push(value);
  }

  /** The last value counts, as the format says; '' when there is none. */
  text(field: number): string {
    return utf8.decode(this.bytes(field));
  }

  bytes(field: number): Uint8Array {
    const value = this.#fields.get(field)?.at(-1);
    return value instanceof Uint8Array ? value : new Uint8Array(0);
  }

  /** An integer, enum or bool; 0 when there is none. int64 as the sender meant it. */
  integer(field: number): bigint {
    const value = this.#fields.get(field)?.at(-1);
    return typeof value === 'bigint' ? BigInt.asIntN(64, value) : 0n;
  }

  message(field: number): Message {
    return new Message(this.bytes(field));
  }

  messages(field: number): Message[] {
    return (this.#fields.get(field) ?? [])
      .filter((one) => one instanceof Uint8Array)
      .map((one) => new Message(one));
  }

  /** map<string, string>: messages of key (1) and value (2). */
  map(field: number): Record<string, string> {
    const found: Record<string, string> = Object.create(null);
    for (const entry of this.messages(field)) found[entry.text(1)] = entry.text(2);
    return found;
  }
}

/** Fields of a request, in order. False and '' are left out, as proto3 does. */
export function encode(
  ...fields: readonly (readonly [number: number, value: string | boolean | Uint8Array])[]
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (value === false || value === '') continue;
    if (value === true) {
      parts.push(Uint8Array.of(...varintBytes(number << 3), 1));
      continue;
    }
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    parts.push(Uint8Array.of(...varintBytes((number << 3) | 2), ...varintBytes(bytes.length)), bytes);
  }
  return Buffer.concat(parts);
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}
