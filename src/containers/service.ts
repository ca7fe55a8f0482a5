import { ContainerdSource } from './api/containerd.ts';
import { CriSource } from './api/cri.ts';
import { DockerSource } from './api/docker.ts';
import { BUNDLE_PLACES, type BundlePlaces, type BundleResult, readBundle } from './bundle.ts';
import type { Runtime } from './cgroup.ts';
import { type ContainerFacts, mergeFacts } from './facts.ts';
import { KEEPER_TIMES, Keeper, type KeeperStats, type KeeperTimes } from './keeper.ts';
import { type Ask, type ContainerNews, containerKey } from './messages.ts';
import { Retries } from './retries.ts';
import { Roll } from './roll.ts';
import { type ContainerSettings, type EngineName, ORDER, userSockets } from './settings.ts';
import type { Asked, Source, SourceEvent } from './source.ts';
import { STORED_FOLDERS, StoredSource } from './stored.ts';
import { Faults } from './text.ts';
import { UserKeepers } from './user-keepers.ts';

export interface ServiceCalls {
  /** To the engine: one message per call. */
  readonly send: (news: readonly ContainerNews[]) => void;
  /** For the agent's log; may hold any text of a socket's or container's making. */
  readonly warn: (text: string) => void;
}

export interface ServiceOptions {
  readonly bundles?: BundlePlaces;
  /** Folders of podman's that are followed beside its socket. */
  readonly storedFolders?: readonly string[];
  readonly times?: KeeperTimes;
  readonly userSockets?: typeof userSockets;
}

export interface ServiceStats {
  readonly asks: number;
  readonly bundles: number;
  readonly bundleFaults: number;
  /** Asks that nobody could answer. */
  readonly unknown: number;
  /** Asks that came while too many waited; answered as unknown, asked again later. */
  readonly refused: number;
  readonly sources: Readonly<Record<string, KeeperStats>>;
}

/** Look-ups under way; runtimes answer in some ms, one that hangs holds one of these for the time limit. */
const MAX_ACTIVE = 16;
/** Look-ups waiting: a host that starts more containers than this in a second has other worries. */
const MAX_WAITING = 4096;
/** Of one user, who may make them hang or name thousands. */
const MAX_ACTIVE_OF_USER = 2;
const MAX_WAITING_OF_USERS = 512;
/** Containers told after a connect; more than any kubelet runs. */
const MAX_LISTED = 4096;

/**
 * Answers the engine's questions about containers, and tells of containers before they are asked for. All sockets
 * and files of runtimes are read here, on the main thread.
 */
export class ContainerService {
  readonly #settings: ContainerSettings;
  readonly #calls: ServiceCalls;
  readonly #options: Required<ServiceOptions>;
  readonly #keepers: Readonly<Record<EngineName, readonly Keeper[]>>;
  readonly #stored: readonly Keeper[];
  readonly #users: UserKeepers;
  readonly #waiting = new Map<string, Ask>();
  readonly #active = new Map<string, Ask>();
  /** Removed while they were asked for: the answer must not bring them back. */
  readonly #removed = new Set<string>();
  readonly #roll = new Roll();
  readonly #retries = new Retries();
  /** For each list that is being read: those removed meanwhile, which it may still have. */
  readonly #listing = new Set<Set<string>>();
  #stats = { asks: 0, bundles: 0, bundleFaults: 0, unknown: 0, refused: 0 };
  #stopped = false;

  constructor(settings: ContainerSettings, calls: ServiceCalls, options: ServiceOptions = {}) {
    this.#settings = settings;
    this.#calls = calls;
    this.#options = {
      bundles: BUNDLE_PLACES,
      storedFolders: STORED_FOLDERS,
      times: KEEPER_TIMES,
      userSockets,
      ...options,
    };
    const max = settings.labelMaxBytes;
    this.#users = new UserKeepers(settings, calls, this.#options);
    this.#keepers = {
      docker: this.#keep('docker', (path) => new DockerSource('docker', path, max)),
      podman: this.#keep('podman', (path) => new DockerSource('podman', path, max)),
      containerd: this.#keep('containerd', (path) => new ContainerdSource(path, max)),
      cri: this.#keep('cri', (path) => new CriSource(path, max)),
    };
    this.#stored = this.#keep('podman', (folder) => new StoredSource(folder), this.#options.storedFolders);
  }

  start(): void {
    // Where containerd is followed by its own API, its CRI is asked for pods only.
    const followed = new Set(this.#keepers.containerd.map(({ source }) => source.socketPath));
    for (const keeper of this.#all()) {
      if (!(keeper.source instanceof CriSource && followed.has(keeper.source.socketPath))) keeper.start();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    for (const keeper of this.#all()) keeper.stop();
  }

  ask(asks: readonly Ask[]): void {
    for (const ask of asks) this.#enqueue(ask);
    this.#next();
  }

  stats(): ServiceStats {
    const sources = Object.fromEntries(this.#all().map((keeper) => [keeper.source.name, keeper.stats()]));
    return { ...this.#stats, sources };
  }

  #all(): readonly Keeper[] {
    return [...Object.values(this.#keepers).flat(), ...this.#stored];
  }

  #keep(engine: EngineName, make: (path: string) => Source, paths?: readonly string[]): readonly Keeper[] {
    const { enabled, sockets } = this.#settings.engines[engine];
    const runtime: Runtime = engine;
    const calls = {
      onOpen: (source: Source) => void this.#tellAll(source, runtime),
      onEvent: (_: Source, event: SourceEvent) => this.#event(runtime, event),
      warn: this.#calls.warn,
    };
    return enabled
      ? [...new Set(paths ?? sockets)].map((path) => new Keeper(make(path), calls, this.#options.times))
      : [];
  }

  async #tellAll(source: Source, runtime: Runtime): Promise<void> {
    const before = this.#roll.of(source);
    const removed = new Set<string>();
    this.#listing.add(removed);
    try {
      const listed = await source.list();
      // Removed while nobody listened. One that merely does not run now is told again when it is started.
      const there = new Set(listed.map((one) => containerKey({ ...one, userId: null })));
      for (const key of before) if (!there.has(key)) this.#forget(key);
      for (const one of listed.slice(0, MAX_LISTED))
        if (!removed.has(containerKey({ ...one, userId: null }))) this.#seen(one, runtime);
      if (listed.length > MAX_LISTED)
        this.#calls.warn(`${source.name}: ${listed.length} containers, ${MAX_LISTED} read`);
    } catch (error) {
      this.#calls.warn(`${source.name}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#listing.delete(removed);
    }
    this.#next();
  }

  #event(runtime: Runtime, event: SourceEvent): void {
    if (event.kind === 'removed') {
      // dockerd removes containerd's container when it stops, and keeps its own.
      if (event.namespace === 'moby') return;
      this.#forget(containerKey({ ...event, userId: null }));
      return;
    }
    const key = this.#seen(event, runtime);
    this.#next();
    // It waits behind a look-up that the runtime does not answer (dockerd while a container starts): its bundle, which
    // may be there by now, need not.
    const waiting = key === null ? undefined : this.#waiting.get(key);
    if (waiting !== undefined) this.#fromBundle(waiting);
  }

  #forget(key: string): void {
    this.#roll.remove(key);
    for (const removed of this.#listing) removed.add(key);
    this.#waiting.delete(key);
    this.#retries.done(key);
    if (this.#active.has(key)) this.#removed.add(key);
    this.#calls.send([{ kind: 'removed', key }]);
  }

  /** A runtime told of it: as if the engine had asked. Its key; null for what is no container's id. */
  #seen({ fullId, namespace, facts }: Asked & Pick<SourceEvent, 'facts'>, engine: Runtime): string | null {
    // Ids come from sockets here; those of cgroups have passed the same bound.
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(fullId) || (namespace?.length ?? 0) > 128) return null;
    const runtime = namespace === 'moby' ? 'docker' : engine;
    const key = containerKey({ fullId, namespace, userId: null });
    if (facts !== undefined) this.#tell(key, facts, false);
    this.#enqueue({
      key,
      fullId,
      runtime,
      namespace: runtime === 'containerd' ? namespace : null,
      userId: null,
    });
    return key;
  }

  #enqueue(ask: Ask): void {
    this.#stats.asks++;
    const ofUsers = ask.userId === null ? 0 : count(this.#waiting, (one) => one.userId !== null);
    if (this.#waiting.size < MAX_WAITING && ofUsers < MAX_WAITING_OF_USERS) {
      this.#waiting.set(ask.key, ask);
    } else {
      this.#stats.refused++;
      this.#tell(ask.key, null, true);
    }
  }

  #next(): void {
    for (const [key, ask] of this.#waiting) {
      if (this.#active.size >= MAX_ACTIVE || this.#stopped) return;
      // A second question about one that is being asked for waits for the first: things may have changed since.
      if (this.#active.has(key)) continue;
      const { userId } = ask;
      if (userId !== null && count(this.#active, (one) => one.userId === userId) >= MAX_ACTIVE_OF_USER)
        continue;
      this.#waiting.delete(key);
      this.#active.set(key, ask);
      void this.#answer(ask).finally(() => {
        this.#active.delete(key);
        if (this.#removed.delete(key)) this.#forget(key);
        this.#next();
      });
    }
  }

  async #answer(ask: Ask): Promise<void> {
    const faults = new Faults();
    const bundle = this.#fromBundle(ask);
    let facts = bundle.facts;
    let done = false;
    const unheard: Keeper[] = [];
    for (const keeper of this.#toAsk(ask)) {
      const isCri = keeper.source instanceof CriSource;
      // containerd's own API knows no addresses and probes: for pods the CRI is asked as well.
      if (isCri ? !mayBeOfPod(ask, facts) : done) continue;
      const told = await keeper.lookup(ask, faults, (part) => this.#tell(ask.key, part, false));
      if (told === 'failed') unheard.push(keeper);
      if (told === null || told === 'failed') continue;
      if (ask.userId === null) this.#roll.add(keeper.source, ask.key);
      done = true;
      facts = facts === null ? told : mergeFacts(facts, told);
      if (isCri) break;
    }
    // A bundle is written while the container is being made: what was not whole yet matters only if nobody else knows.
    if (bundle.fault !== null && !(done && bundle.unfinished)) this.#faulty(ask, bundle.fault);
    if (faults.count > 0) this.#calls.warn(`container ${ask.fullId}: ${faults.count} values left out`);
    if (facts === null && this.#askLater(ask, unheard)) return;
    this.#retries.done(ask.key);
    if (facts === null) this.#stats.unknown++;
    this.#tell(ask.key, facts, true);
  }

  /** That nobody could be asked is no answer yet. A user may make the sockets hang as long as it likes. */
  #askLater(ask: Ask, unheard: readonly Keeper[]): boolean {
    if (ask.userId !== null || unheard.length === 0) return false;
    const restMs = Math.max(...unheard.map((keeper) => keeper.restMs()));
    return this.#retries.later(ask.key, restMs, () => this.ask([ask]));
  }

  #tell(key: string, facts: ContainerFacts | null, final: boolean): void {
    if (!this.#stopped) this.#calls.send([{ kind: 'facts', key, facts, final }]);
  }

  #fromBundle(ask: Ask): BundleResult {
    const found = readBundle(ask, this.#settings.labelMaxBytes, this.#options.bundles);
    if (found.facts !== null) {
      this.#stats.bundles++;
      this.#tell(ask.key, found.facts, false);
    }
    return found;
  }

  #faulty(ask: Ask, fault: string): void {
    this.#stats.bundleFaults++;
    this.#calls.warn(`container ${ask.fullId}: ${fault}`);
  }

  #toAsk(ask: Ask): readonly Keeper[] {
    if (ask.userId === null) return (ORDER[ask.runtime] ?? []).flatMap((engine) => this.#keepers[engine]);
    return this.#users.of(ask.userId).filter((keeper) => keeper.source.name.startsWith(ask.runtime));
  }
}

function count(asks: ReadonlyMap<string, Ask>, fits: (ask: Ask) => boolean): number {
  let found = 0;
  for (const ask of asks.values()) if (fits(ask)) found++;
  return found;
}

function mayBeOfPod(ask: Ask, facts: ContainerFacts | null): boolean {
  return ask.runtime === 'cri-o' || ask.runtime === 'cri' || facts === null || facts.isPodSandbox !== null;
}
