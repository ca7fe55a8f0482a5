import type { Interned } from '../base/interning.ts';
import type { Field } from '../schema/fields.ts';

/**
 * Where rules meet events. The engine binds fields to its event view, `saker try` and the tests bind them
 * to plain field maps; the compiled rules see only getters.
 */

/** A field as one rule uses it: `proc.aname[2]` is the field proc.aname with argument "2". */
export interface FieldUse {
  readonly field: Field;
  /** Argument text between the brackets, or null when none was given. */
  readonly arg: string | null;
}

/**
 * A value by the field's type: string → Interned (byte text, see base/byte-text.ts); bool → boolean; integers,
 * double, ports and times → number, or bigint where it may pass 2^53 (times in ns: since the epoch for absolute,
 * a span for relative); ip → 4 or 16 bytes in network order; bytes → Uint8Array; dynamic → Interned, number or
 * bigint, as the event's argument is. An ancestor field without index and a list field → array, nearest first.
 *
 * The rules never ask for fd.ip, fd.port, fd.proto or any *net field: they ask for the ends
 * (fd.cip, fd.sip, fd.cport, fd.sport, fd.lip, fd.rip) and combine them. evt.type is asked for only by transformers'
 * arguments and outputs; comparisons with it are decided by the type id given to `match`.
 */
export type Value =
  | Interned
  | number
  | bigint
  | boolean
  | Uint8Array
  | readonly (Interned | number | bigint)[];

/** Reads one value from an event, or null when the event has none. Must not allocate for scalar fields. */
export type Getter<E> = (event: E) => Value | null;

export interface FactSource<E> {
  /** Called once per distinct field use at compile time. Null: this source never has that field. */
  bind(use: FieldUse): Getter<E> | null;
}
