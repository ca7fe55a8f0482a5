import type { Interned } from '../base/interning.ts';
import { type Container, type Containers, containerOfCgroup } from '../containers/index.ts';
import type { Details, ImageFacts, Process } from '../state/index.ts';

/** Null: the host. Undefined: nobody can tell. */
export type MaybeContainer = Container | null | undefined;

/** Where an event's process was, by what its record tells. */
export interface ContainerOf {
  /** @param cgroup id of the process's cgroup at the event, 0 when not told */
  of(process: Process | null, cgroup: number, nowNs: number): MaybeContainer;
}

/** What is asked of the machine. */
export interface CgroupSource {
  readonly details: Pick<Details, 'cgroups'>;
  cgroupId(path: string): bigint | null;
  readonly legacyCgroups: boolean;
}

/** A busy machine has some hundred cgroups; short-lived containers and sessions add some thousand. */
const MAX_CGROUPS = 8192;
/** The kernel side walks so many levels; a path of as many may have lost its front, and with it whose it is. */
const MAX_LEVELS = 12;
/** A cgroup nobody could tell the path of, and a container nobody knows, are looked at again after this time. */
const RETRY_NS = 1e9;

interface Place {
  readonly path: string | null;
  container: MaybeContainer;
  /** Not before this time. */
  lookAgainNs: number;
}

/**
 * The containers that events happened in, by cgroup. Every record has the id of its cgroup, which is never used again
 * while the machine runs, and the path of a cgroup never changes: so a move is seen at once, a process that ended is
 * no less known, and on the event path there is one Map.get. Paths come with exec records and with the tasks found at
 * start; of a cgroup in which nothing was executed yet, from /proc.
 *
 * On machines with cgroup v1 records have no id that tells anything: there /proc is asked at exec, and children have
 * what their parent had.
 */
export class CgroupContainers implements ContainerOf {
  readonly #containers: Containers;
  readonly #source: CgroupSource;
  readonly #nowMs: () => number;
  readonly #places = new Map<number, Place>();
  /** A program's facts are shared by those who were forked from it, and are others after an exec. */
  readonly #byImage = new WeakMap<ImageFacts, Place>();

  /** @param nowMs the clock of `containers` */
  constructor(containers: Containers, source: CgroupSource, nowMs = () => performance.now()) {
    this.#containers = containers;
    this.#source = source;
    this.#nowMs = nowMs;
  }

  /** From an exec record: the container is asked for before an alert needs it. @param path asked for only when the id is new */
  learn(id: bigint, path: () => Interned): void {
    const number = Number(id);
    if (number === 0 || this.#source.legacyCgroups || (this.#places.get(number)?.path ?? null) !== null)
      return;
    const { text } = path();
    if (text !== '' && text.split('/').length <= MAX_LEVELS) this.#keep(number, this.#place(text));
  }

  of(process: Process | null, cgroup: number, nowNs: number): MaybeContainer {
    if (this.#source.legacyCgroups) return this.#ofImage(process, nowNs);
    const known = this.#places.get(cgroup) ?? this.#find(process, cgroup, nowNs);
    if (known.path === null && nowNs >= known.lookAgainNs)
      return this.#find(process, cgroup, nowNs).container;
    return this.#current(known, nowNs);
  }

  /** A container that is gone may be there again. */
  #current(place: Place, nowNs: number): MaybeContainer {
    if (place.container?.state === 'gone' && place.path !== null && nowNs >= place.lookAgainNs) {
      place.lookAgainNs = nowNs + RETRY_NS;
      place.container = this.#containers.of(place.path, this.#nowMs());
    }
    return place.container;
  }

  #find(process: Process | null, cgroup: number, nowNs: number): Place {
    const path = process === null ? null : this.#unified(process, nowNs);
    // The process may have moved since the event: then this is not what it was in.
    const isIt = path !== null && this.#source.cgroupId(path) === BigInt(cgroup);
    const place = isIt
      ? this.#place(path)
      : { path: null, container: undefined, lookAgainNs: nowNs + RETRY_NS };
    return this.#keep(cgroup, place);
  }

  #unified(process: Process, nowNs: number): string | null {
    const cgroups = this.#source.details.cgroups(process, nowNs);
    return cgroups?.find(([controller]) => controller === '')?.[1] ?? null;
  }

  #place(path: string): Place {
    return { path, container: this.#containers.of(path, this.#nowMs()), lookAgainNs: 0 };
  }

  #keep(id: number, place: Place): Place {
    this.#places.delete(id);
    this.#places.set(id, place);
    if (this.#places.size > MAX_CGROUPS) this.#places.delete(this.#places.keys().next().value!);
    return place;
  }

  #ofImage(process: Process | null, nowNs: number): MaybeContainer {
    if (process === null) return undefined;
    const known = this.#byImage.get(process.image);
    if (known !== undefined) return this.#current(known, nowNs);
    const cgroups = this.#source.details.cgroups(process, nowNs);
    if (cgroups === null || cgroups.length === 0) return undefined;
    const paths = cgroups.map(([, path]) => path);
    const place = this.#place(paths.find((path) => containerOfCgroup(path) !== null) ?? '/');
    // Without a path it is no program's own, but stands for all unknown ones.
    if (process.exepath.text !== '') this.#byImage.set(process.image, place);
    return place.container;
  }
}
