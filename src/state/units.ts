import type { Interned } from '../base/interning.ts';
import { Lru } from '../base/lru.ts';
import { Texts } from '../base/texts.ts';
import { type UnitNames, unitNames } from '../host/index.ts';
import type { Details } from './details.ts';
import type { Process } from './process.ts';

/** UnitNames as texts that rules remember answers on. */
export type UnitTexts = { readonly [name in keyof UnitNames]: Interned | null };

/** A busy machine has a few hundred cgroups; a session or a container adds some. */
const MAX_CGROUPS = 4096;

/** The kernel side walks so many levels; a path of as many may have lost its front. */
const MAX_LEVELS = 12;

const NONE: UnitTexts = { unit: null, userUnit: null, slice: null, userSlice: null, session: null };

/**
 * Systemd's names by cgroup. The id of a cgroup is never used again while the machine runs and its path never
 * changes, so what one exec told holds for every process in there, also for one that has ended.
 */
export class Units {
  readonly #details: Details;
  readonly #idOf: (path: string) => bigint | null;
  readonly #byCgroup = new Lru<bigint, UnitTexts>(MAX_CGROUPS);
  readonly #texts = new Texts(MAX_CGROUPS);

  /** @param idOf id of the cgroup that has this path now; null when nobody can tell */
  constructor(details: Details, idOf: (path: string) => bigint | null) {
    this.#details = details;
    this.#idOf = idOf;
  }

  /** @param path asked for only when the id is new */
  learn(id: bigint, path: () => Interned): void {
    if (id === 0n || this.#byCgroup.has(id)) return;
    const { text } = path();
    // The root is also what a machine with cgroup v1 shows for every process.
    if (text === '/' || text === '' || text.split('/').length > MAX_LEVELS) return;
    this.#keep(id, this.#named(text));
  }

  /** @param id of the process's cgroup at the event, 0n when not told */
  of(process: Process, id: bigint, nowNs: number): UnitTexts {
    const known = this.#byCgroup.get(id);
    if (known !== undefined) return known;
    const cgroups = this.#details.cgroups(process, nowNs);
    const path = (wanted: string) => cgroups?.find(([controller]) => controller === wanted)?.[1];
    const legacy = path('name=systemd');
    if (legacy !== undefined) return this.#named(legacy);
    const unified = path('');
    if (unified === undefined) return NONE;
    const now = this.#idOf(unified);
    if (now === null) return this.#named(unified);
    // The process may have moved since the event: then this is not what it was in.
    return now === id ? this.#keep(id, this.#named(unified)) : NONE;
  }

  #keep(id: bigint, names: UnitTexts): UnitTexts {
    this.#byCgroup.set(id, names);
    return names;
  }

  #named(path: string): UnitTexts {
    const { unit, userUnit, slice, userSlice, session } = unitNames(path);
    const text = (name: string | null) => (name === null ? null : this.#texts.of(name));
    return {
      unit: text(unit),
      userUnit: text(userUnit),
      slice: text(slice),
      userSlice: text(userSlice),
      session: text(session),
    };
  }
}
