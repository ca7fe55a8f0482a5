/**
 * Event types and sets of them. A type's id is its place in EVENT_TYPES: stable within one build, dense, usable
 * as an array index. Id 0 stands for a type this build does not know.
 */
import { NON_SYSCALL_EVENTS, SYSCALLS } from './event-names.ts';

export const UNKNOWN_EVENT = 0;

export const EVENT_TYPES: readonly string[] = ['', ...NON_SYSCALL_EVENTS, ...SYSCALLS];

const ids = new Map(EVENT_TYPES.map((name, id) => [name, id]));

/** Id of an event type, UNKNOWN_EVENT for a name that is none. */
export function eventTypeId(name: string): number {
  return ids.get(name) ?? UNKNOWN_EVENT;
}

/** An immutable set of event types. */
export class EventSet {
  readonly #words: Uint32Array;

  private constructor(words: Uint32Array) {
    this.#words = words;
  }

  static readonly NONE = new EventSet(new Uint32Array(Math.ceil(EVENT_TYPES.length / 32)));
  static readonly ALL = EventSet.NONE.complement();

  static of(typeIds: Iterable<number>): EventSet {
    const words = EventSet.NONE.#words.slice();
    for (const id of typeIds) words[id >> 5]! |= 1 << (id & 31);
    return new EventSet(words);
  }

  has(typeId: number): boolean {
    return ((this.#words[typeId >> 5] ?? 0) & (1 << (typeId & 31))) !== 0;
  }

  union(other: EventSet): EventSet {
    return new EventSet(this.#words.map((word, at) => word | other.#words[at]!));
  }

  intersection(other: EventSet): EventSet {
    return new EventSet(this.#words.map((word, at) => word & other.#words[at]!));
  }

  complement(): EventSet {
    const words = this.#words.map((word) => ~word);
    // Bits beyond the last type stay clear, so that size and equality need no special case.
    const used = EVENT_TYPES.length & 31;
    if (used !== 0) words[words.length - 1]! &= (1 << used) - 1;
    return new EventSet(words);
  }

  equals(other: EventSet): boolean {
    return this.#words.every((word, at) => word === other.#words[at]);
  }

  ids(): number[] {
    const found: number[] = [];
    for (let id = 0; id < EVENT_TYPES.length; id++) if (this.has(id)) found.push(id);
    return found;
  }

  /** Names in table order; the unknown type has none and is left out. */
  names(): string[] {
    return this.ids()
      .filter((id) => id !== UNKNOWN_EVENT)
      .map((id) => EVENT_TYPES[id]!);
  }

  get size(): number {
    return this.ids().length;
  }
}
