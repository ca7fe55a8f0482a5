import { Interned } from '../base/interning.ts';
import { type ContainerRef, containerOfCgroup, type Runtime } from './cgroup.ts';
import { type ContainerFacts, enoughToJudge, mergeFacts, noFacts } from './facts.ts';
import { type Ask, type ContainerNews, containerKey, isUserKey } from './messages.ts';

/** pending: asked for, not enough told yet to judge events by. gone: nobody knows it (any more); facts it had remain readable. */
export type ContainerState = 'pending' | 'known' | 'gone';

export interface CacheStats {
  /** Look-ups by cgroup path, and those answered by the path table alone. */
  readonly lookups: number;
  readonly hits: number;
  readonly asked: number;
  readonly pending: number;
  readonly known: number;
  readonly gone: number;
  readonly evicted: number;
}

export interface CacheLimits {
  /** Cgroup paths remembered, containers or not; a host has some hundred, with short-lived units some thousand. */
  readonly paths: number;
  readonly containers: number;
  /** Of containers below users' service managers: users can name as many as they like. */
  readonly userContainers: number;
  /** Containers asked for in one go; the others wait for the next. */
  readonly asks: number;
  /** After this time somebody unknown is asked for again. */
  readonly goneMs: number;
  /** A removed container is remembered this long: its last events may still be on their way. */
  readonly graceMs: number;
}

export const CACHE_LIMITS: CacheLimits = {
  paths: 16_384,
  containers: 4096,
  userContainers: 512,
  asks: 256,
  goneMs: 30_000,
  graceMs: 10_000,
};

// These have no API that tells more than the cgroup's name, which is what people call them by.
const NAMED_BY_CGROUP: ReadonlySet<Runtime> = new Set(['lxc', 'libvirt-lxc', 'systemd-nspawn', 'bpm']);

class Entry {
  readonly key: string;
  facts: ContainerFacts | null = null;
  state: ContainerState = 'pending';
  sinceMs: number;
  /** What `text` made of the facts. */
  texts = new Map<string, Interned | null>();
  waiters: (() => void)[] = [];
  /** When to forget it; null while it exists. */
  forgetAtMs: number | null = null;

  constructor(key: string, nowMs: number) {
    this.key = key;
    this.sinceMs = nowMs;
  }
}

/** The container of a process. Its facts appear and change while the object stays: keep it with the process. */
export class Container {
  /** `container.id`, 12 characters. */
  readonly id: string;
  /** `container.full_id`. */
  readonly fullId: string;
  /** The same for rules. */
  readonly idText: Interned;
  readonly fullIdText: Interned;
  #runtimeText: Interned | null = null;
  readonly #ref: ContainerRef;
  readonly #entry: Entry;

  /** Made by `Containers` only. */
  constructor(ref: ContainerRef, entry: Entry) {
    this.id = ref.id;
    this.fullId = ref.fullId;
    this.idText = new Interned(ref.id);
    this.fullIdText = new Interned(ref.fullId);
    this.#ref = ref;
    this.#entry = entry;
  }

  /** `container.type`. */
  get runtime(): Runtime {
    return this.#ref.outer === null ? (this.#entry.facts?.runtime ?? this.#ref.runtime) : this.#ref.runtime;
  }

  get runtimeText(): Interned {
    if (this.#runtimeText?.text !== this.runtime) this.#runtimeText = new Interned(this.runtime);
    return this.#runtimeText!;
  }

  /**
   * A text out of the facts, the same object until they change; null where there is none.
   *
   * @param key names `part`, which is asked once
   */
  text(key: string, part: (facts: ContainerFacts) => string | null): Interned | null {
    const { facts, texts } = this.#entry;
    if (facts === null) return null;
    let text = texts.get(key);
    if (text === undefined) {
      const made = part(facts);
      text = made === null ? null : new Interned(made);
      texts.set(key, text);
    }
    return text;
  }

  /** Of a container inside another one: facts of the outermost, the only one this host's runtimes know. */
  get facts(): ContainerFacts | null {
    return this.#entry.facts;
  }

  /** The same for all cgroups of one container of this host, also for those of containers inside it. */
  get key(): string {
    return this.#entry.key;
  }

  /** It lies below a user's service manager: that user names it, and answers for its runtime. */
  get isOfUser(): boolean {
    return isUserKey(this.#entry.key);
  }

  get state(): ContainerState {
    return this.#entry.state;
  }

  /** Calls back once when the state is no longer pending; at once when it is not. */
  onSettled(call: () => void): void {
    if (this.#entry.state === 'pending') this.#entry.waiters.push(call);
    else call();
  }
}

/**
 * What the engine knows of containers. A look-up is a Map.get; what is missing is collected for `takeAsks`, and
 * `apply` takes the answers. No I/O, no clock of its own.
 */
export class Containers {
  readonly #limits: CacheLimits;
  /** Cgroup path → container, null for the host. */
  readonly #paths = new Map<string, Container | null>();
  readonly #entries = new Map<string, Entry>();
  readonly #userEntries = new Map<string, Entry>();
  readonly #asks = new Map<string, Ask>();
  /** Removed containers in the order in which they are to be forgotten. */
  readonly #removed: Entry[] = [];
  #lookups = 0;
  #hits = 0;
  #asked = 0;
  #evicted = 0;

  constructor(limits = CACHE_LIMITS) {
    this.#limits = limits;
  }

  /** @param path cgroup path, byte text @param nowMs any clock that never goes back */
  of(path: string, nowMs: number): Container | null {
    this.#lookups++;
    const known = this.#paths.get(path);
    if (known !== undefined && known?.state !== 'gone') {
      this.#hits++;
      return known;
    }
    const ref = containerOfCgroup(path);
    const container = ref === null ? null : new Container(ref, this.#entry(ref, nowMs));
    this.#paths.delete(path);
    this.#paths.set(path, container);
    if (this.#paths.size > this.#limits.paths) this.#paths.delete(this.#paths.keys().next().value!);
    return container;
  }

  /** What to ask the main thread for, usually nothing; each container once until it is answered. */
  takeAsks(nowMs: number): readonly Ask[] {
    this.#forgetRemoved(nowMs);
    if (this.#asks.size === 0) return [];
    const asks = [...this.#asks.values()].slice(0, this.#limits.asks);
    for (const ask of asks) this.#asks.delete(ask.key);
    this.#asked += asks.length;
    return asks;
  }

  apply(news: readonly ContainerNews[], nowMs: number): void {
    for (const one of news) {
      if (one.kind === 'facts') this.#learn(one, nowMs);
      else this.#remove(one.key, nowMs);
    }
  }

  stats(): CacheStats {
    const count = { pending: 0, known: 0, gone: 0 };
    for (const entries of [this.#entries, this.#userEntries]) {
      for (const entry of entries.values()) count[entry.state]++;
    }
    return { lookups: this.#lookups, hits: this.#hits, asked: this.#asked, ...count, evicted: this.#evicted };
  }

  #entry(inner: ContainerRef, nowMs: number): Entry {
    const ref = inner.outer ?? inner;
    const key = containerKey(ref);
    const found = this.#tableOf(key).get(key);
    if (found !== undefined && (found.state !== 'gone' || nowMs - found.sinceMs < this.#limits.goneMs))
      return found;
    const entry = this.#add(key, nowMs);
    if (NAMED_BY_CGROUP.has(ref.runtime)) {
      this.#settle(entry, { ...noFacts(ref.runtime), name: ref.fullId }, 'known', nowMs);
    } else {
      const { fullId, runtime, namespace, userId } = ref;
      this.#asks.set(key, { key, fullId, runtime, namespace, userId });
    }
    return entry;
  }

  #learn({ key, facts, final }: Extract<ContainerNews, { kind: 'facts' }>, nowMs: number): void {
    // Unasked news come before the first process: then the first look-up finds everything.
    const entry = this.#tableOf(key).get(key) ?? this.#add(key, nowMs);
    this.#asks.delete(key);
    // Removed and made again under the same name: nothing of the former counts.
    const before = entry.forgetAtMs === null ? entry.facts : null;
    if (facts === null) {
      this.#settle(entry, before, before === null ? 'gone' : 'known', nowMs);
      return;
    }
    entry.forgetAtMs = null;
    // What is told first never replaces what was told whole before.
    const [base, better] = final ? [before, facts] : [facts, before];
    const all = base === null || better === null ? facts : mergeFacts(base, better);
    this.#settle(entry, all, final || enoughToJudge(all) ? 'known' : entry.state, nowMs);
  }

  #settle(entry: Entry, facts: ContainerFacts | null, state: ContainerState, nowMs: number): void {
    if (entry.facts !== facts) entry.texts = new Map();
    entry.facts = facts;
    entry.state = state;
    entry.sinceMs = nowMs;
    if (state === 'pending') return;
    const waiters = entry.waiters;
    entry.waiters = [];
    for (const call of waiters) call();
  }

  #remove(key: string, nowMs: number): void {
    const entry = this.#tableOf(key).get(key);
    if (entry === undefined || entry.forgetAtMs !== null) return;
    entry.forgetAtMs = nowMs + this.#limits.graceMs;
    this.#removed.push(entry);
  }

  #forgetRemoved(nowMs: number): void {
    while (this.#removed.length > 0 && (this.#removed[0]!.forgetAtMs ?? 0) <= nowMs) {
      const entry = this.#removed.shift()!;
      if (entry.forgetAtMs !== null) this.#drop(entry, nowMs);
    }
  }

  #add(key: string, nowMs: number): Entry {
    const table = this.#tableOf(key);
    const entry = new Entry(key, nowMs);
    table.delete(key);
    table.set(key, entry);
    if (table.size > (table === this.#entries ? this.#limits.containers : this.#limits.userContainers)) {
      this.#drop(table.values().next().value!, nowMs);
      this.#evicted++;
    }
    return entry;
  }

  /** Whoever still holds the container keeps its facts; the next look-up of its path starts over. */
  #drop(entry: Entry, nowMs: number): void {
    const table = this.#tableOf(entry.key);
    if (table.get(entry.key) === entry) table.delete(entry.key);
    this.#settle(entry, entry.facts, 'gone', nowMs);
  }

  #tableOf(key: string): Map<string, Entry> {
    return isUserKey(key) ? this.#userEntries : this.#entries;
  }
}
