import { Interned } from '../base/interning.ts';
import { parseAddress } from '../rules/condition/address.ts';

/** Name of a host → its addresses as text; none when it has none. */
export type HostAddresses = ReadonlyMap<string, readonly string[]>;

/** One character per byte: equal bytes, equal keys. */
const keyOf = (address: Uint8Array): string => String.fromCharCode(...address);

/**
 * What the names that rules compare addresses with stand for. The main thread looks them up and sends what changed; an
 * event only looks into memory.
 */
export class HostNames {
  #addresses = new Map<string, ReadonlySet<string>>();
  /** Address → the first of the names that stand for it. */
  #names = new Map<string, Interned>();

  /** Replaces everything known. */
  set(all: HostAddresses): void {
    this.#addresses = new Map();
    this.#names = new Map();
    for (const [name, addresses] of all) {
      const parsed = addresses.map(parseAddress).filter((address) => address !== null);
      const keys = new Set(parsed.map(keyOf));
      const text = new Interned(name);
      this.#addresses.set(name, keys);
      for (const key of keys) if (!this.#names.has(key)) this.#names.set(key, text);
    }
  }

  /** Whether the name stands for the address; null while it has not been looked up. */
  holds(name: string, address: Uint8Array): boolean | null {
    return this.#addresses.get(name)?.has(keyOf(address)) ?? null;
  }

  /** A name that rules use and that stands for the address; null when there is none. */
  nameOf(address: Uint8Array): Interned | null {
    return this.#names.size === 0 ? null : (this.#names.get(keyOf(address)) ?? null);
  }
}
