import { existsSync, type FSWatcher, watch } from 'node:fs';
import { identityOf, nearestDirectory } from '../host/plain-file.ts';
import type { ContainerFacts } from './facts.ts';
import { type Asked, NotWatchable, type Source, type SourceEvent } from './source.ts';
import type { Faults } from './text.ts';

export interface KeeperStats {
  readonly lookups: number;
  readonly found: number;
  readonly failures: number;
  readonly events: number;
  readonly connects: number;
}

export interface KeeperCalls {
  /** Events are being told now: whatever `list` gives exists, later ones will be told. */
  readonly onOpen: (source: Source) => void;
  readonly onEvent: (source: Source, event: SourceEvent) => void;
  readonly warn: (text: string) => void;
}

export interface KeeperTimes {
  /** Pause after a failure; doubled up to the last. */
  readonly firstPauseMs: number;
  readonly lastPauseMs: number;
}

/** Where the directory is watched a look is a precaution only: with a dozen sockets that are not there it costs most. */
const WATCHED_PAUSES = 20;

export const KEEPER_TIMES: KeeperTimes = { firstPauseMs: 500, lastPauseMs: 30_000 };

/**
 * Keeps one socket: waits while it does not exist, follows its events while it does, comes back after failures with
 * growing pauses. While one pauses after a failed look-up, further look-ups are not tried: a socket that hangs costs
 * one time limit a pause, not one a container.
 */
export class Keeper {
  readonly source: Source;
  readonly #calls: KeeperCalls;
  readonly #times: KeeperTimes;
  readonly #stop = new AbortController();
  #pauseMs: number;
  #brokenUntilMs = 0;
  #stats = { lookups: 0, found: 0, failures: 0, events: 0, connects: 0 };

  constructor(source: Source, calls: KeeperCalls, times = KEEPER_TIMES) {
    this.source = source;
    this.#calls = calls;
    this.#times = times;
    this.#pauseMs = times.firstPauseMs;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stop.abort();
    this.source.close();
  }

  stats(): KeeperStats {
    return this.#stats;
  }

  /** Null: not known there, or no socket. `failed`: also while it pauses after a failure. */
  async lookup(
    asked: Asked,
    faults: Faults,
    onPart: (facts: ContainerFacts) => void,
  ): Promise<ContainerFacts | null | 'failed'> {
    if (!existsSync(this.source.socketPath)) return null;
    if (performance.now() < this.#brokenUntilMs) return 'failed';
    this.#stats.lookups++;
    try {
      const facts = await this.source.lookup(asked, faults, onPart);
      if (facts !== null) this.#stats.found++;
      return facts;
    } catch (error) {
      this.#failed(error);
      return 'failed';
    }
  }

  /** ms until it is asked again after a failure, 0: now. */
  restMs(): number {
    return Math.max(0, Math.ceil(this.#brokenUntilMs - performance.now()));
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (existsSync(this.source.socketPath)) await this.#follow();
      else await this.#appears();
    }
  }

  async #follow(): Promise<void> {
    const onOpen = (): void => {
      this.#stats.connects++;
      this.#pauseMs = this.#times.firstPauseMs;
      this.#calls.onOpen(this.source);
    };
    const onEvent = (event: SourceEvent): void => {
      this.#stats.events++;
      this.#calls.onEvent(this.source, event);
    };
    try {
      await this.source.watch(onOpen, onEvent, this.#stop.signal);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (error instanceof NotWatchable) {
        // It answers look-ups; events may come with an upgrade, which makes the socket anew. Asking again and again
        // would fill the runtime's log.
        await this.#replaced();
        return;
      }
      this.#failed(error);
    }
    await this.#pause(this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#times.lastPauseMs);
  }

  #failed(error: unknown): void {
    this.#stats.failures++;
    this.#brokenUntilMs = performance.now() + this.#pauseMs;
    // A runtime that is being stopped or upgraded removes its socket first: nothing to tell.
    if (!existsSync(this.source.socketPath)) return;
    this.#calls.warn(`${this.source.name}: ${error instanceof Error ? error.message : String(error)}`);
  }

  async #replaced(): Promise<void> {
    const identity = identityOf(this.source.socketPath);
    while (!this.#stop.signal.aborted && identityOf(this.source.socketPath) === identity) {
      await this.#pause(this.#times.lastPauseMs);
    }
  }

  /** Until something happens in the nearest directory that exists; unwatched, at most the longest pause. */
  async #appears(): Promise<void> {
    const { socketPath } = this.source;
    const changed = Promise.withResolvers<void>();
    let watcher: FSWatcher | null = null;
    const directory = nearestDirectory(socketPath);
    try {
      watcher = watch(directory, { persistent: false }, () => changed.resolve());
      watcher.on('error', () => changed.resolve()); // the directory went away
    } catch {
      // No inotify instance left: the timer remains.
    }
    // Another directory may have come just before the watch.
    const isWatched = watcher !== null && nearestDirectory(socketPath) === directory;
    const pauseMs = this.#times.lastPauseMs * (isWatched ? WATCHED_PAUSES : 1);
    if (!existsSync(socketPath)) await this.#pause(pauseMs, changed.promise);
    watcher?.close();
    // /run changes often: look again at most this often.
    await this.#pause(this.#times.firstPauseMs / 10);
  }

  async #pause(ms: number, orEarlier?: Promise<void>): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, ms);
    timer.unref();
    const stop = (): void => over.resolve();
    this.#stop.signal.addEventListener('abort', stop, { once: true });
    await (orEarlier === undefined ? over.promise : Promise.race([over.promise, orEarlier]));
    clearTimeout(timer);
    this.#stop.signal.removeEventListener('abort', stop);
  }
}
