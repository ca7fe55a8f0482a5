import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { VERSION } from '../base/version.ts';
import type { Delivery } from '../delivery/index.ts';
import type { Backlog } from '../engine/backlog.ts';
import type { EngineStats } from '../engine/messages.ts';
import { readBootNs, readFileBounded, readHostUsage, readMachine, readProcessUsage } from '../host/index.ts';
import type { Probes, ProgramFacts } from '../kernel/index.ts';
import { type FileDigest, type Health, healthOf, type Readings } from '../metrics/index.ts';
import { answerOf, type ContainerWatch } from './containers.ts';
import type { EngineLink } from './engine-link.ts';
import type { Settings } from './settings.ts';

/** Larger than any configuration or rules file. */
const FILE_BYTES = 16 << 20;
/** What is asked more often gets the last answer: asking wakes the engine and reads a counter for each event type. */
const FRESH_MS = 1000;
/** Facts of all programs cost the kernel millions of instructions. */
const PROGRAMS_FRESH_MS = 10_000;

/** Parts of the agent that can tell something. */
export interface ReadingParts {
  readonly engine: Pick<EngineLink, 'stats'>;
  readonly probes: Pick<Probes, 'counts' | 'facts' | 'state'>;
  readonly containers: Pick<ContainerWatch, 'runtimes'>;
  readonly delivery: Pick<Delivery, 'stats'>;
  readonly backlog: () => Backlog;
  readonly losses: () => Readings['losses'];
  /** null: nothing outlives this run. */
  readonly service: () => Readings['service'];
  /** The last canary that came back, by performance.now(); null: none yet. */
  readonly heardLast: () => { readonly atMs: number; readonly tookMs: number } | null;
  /** The last reload came to nothing. */
  readonly refused: () => boolean;
  /** Longest silence of an agent that sees. */
  readonly patienceMs: number;
}

/** Collects what metrics are made of. */
export class ReadingSource {
  readonly #parts: ReadingParts;
  readonly #machine = readMachine();
  readonly #startMs = performance.now();
  readonly #startNs = wallNs();
  #reloadNs = this.#startNs;
  #files: Pick<Readings, 'rulesFiles' | 'configFiles'> = { rulesFiles: [], configFiles: [] };
  #facts: { readonly atMs: number; readonly programs: readonly ProgramFacts[] } | null = null;
  #last: { readonly atMs: number; readonly readings: Promise<Readings> } | null = null;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
  }

  /** These settings are in force from now on. */
  loaded({ rules, configFiles }: Pick<Settings, 'rules' | 'configFiles'>): void {
    this.#reloadNs = wallNs();
    this.#files = {
      rulesFiles: rules.files.map(({ name, content }) => digest(name, content)),
      configFiles: configFiles.flatMap((path) => {
        const bytes = readFileBounded(path, FILE_BYTES);
        return bytes === null ? [] : [digest(path, bytes)];
      }),
    };
  }

  health(): Health {
    const { heardLast, backlog, patienceMs } = this.#parts;
    const heard = heardLast();
    return healthOf({
      ready: heard !== null,
      silentS: (performance.now() - (heard?.atMs ?? this.#startMs)) / 1000,
      patienceS: patienceMs / 1000,
      behindS: backlog().behindMs / 1000,
    });
  }

  /** At most a second old. */
  read(): Promise<Readings> {
    const now = performance.now();
    if (this.#last === null || now - this.#last.atMs > FRESH_MS)
      this.#last = { atMs: now, readings: this.#collect() };
    return this.#last.readings;
  }

  /** What the kernel tells is read before the wait for the engine: after it the agent may have let go of its maps. */
  async #collect(): Promise<Readings> {
    const { engine, delivery, containers, losses, service } = this.#parts;
    const near = this.#near();
    const stats = await answerOf(engine);
    return {
      ...near,
      engine: stats === null ? null : engineReadings(stats),
      containers:
        stats === null ? null : { ...stats.containers, held: stats.held, runtimes: containers.runtimes() },
      outputs: delivery.stats(),
      losses: losses(),
      service: service(),
    };
  }

  #near(): Omit<Readings, 'engine' | 'containers' | 'outputs' | 'losses' | 'service'> {
    const heard = this.#parts.heardLast();
    const { behindMs, written, read, sizeBytes } = this.#parts.backlog();
    return {
      wallNs: wallNs(),
      version: VERSION,
      hostname: this.#machine.hostname,
      kernelRelease: this.#machine.kernelRelease,
      cpus: availableParallelism(),
      bootNs: readBootNs() ?? 0n,
      startNs: this.#startNs,
      reloadNs: this.#reloadNs,
      ...this.#files,
      reloadRefused: this.#parts.refused(),
      health: this.health(),
      backlog: { behindS: behindMs / 1000, ringRatio: (written - read) / sizeBytes },
      canary: {
        heardSAgo: heard === null ? null : (performance.now() - heard.atMs) / 1000,
        tookMs: heard?.tookMs ?? null,
      },
      process: this.#process(),
      host: readHostUsage(),
      kernel: this.#kernel(),
    };
  }

  #process(): Readings['process'] {
    const usage = readProcessUsage();
    if (usage === null) return null;
    const { user, system } = process.cpuUsage();
    return {
      ...usage,
      userS: user / 1e6,
      systemS: system / 1e6,
      elapsedS: process.uptime(),
      rssBytes: process.memoryUsage.rss(),
    };
  }

  #kernel(): Readings['kernel'] {
    const { probes } = this.#parts;
    try {
      const { attached, pending } = probes.state();
      return { counts: probes.counts(), programs: this.#programs(), attached, pending };
    } catch {
      // The metric that says so is an alert's matter, and the log's where the counters are read regularly.
      return null;
    }
  }

  #programs(): readonly ProgramFacts[] {
    const now = performance.now();
    if (this.#facts === null || now - this.#facts.atMs > PROGRAMS_FRESH_MS)
      this.#facts = { atMs: now, programs: this.#parts.probes.facts() };
    return this.#facts.programs;
  }
}

function engineReadings({ overrun, ...stats }: EngineStats): NonNullable<Readings['engine']> {
  return { ...stats, alertsDropped: overrun };
}

function digest(path: string, content: string | Uint8Array): FileDigest {
  return { path, sha256: createHash('sha256').update(content).digest('hex') };
}

function wallNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
