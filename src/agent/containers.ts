import type { Config } from '../config/index.ts';
import { ContainerService, type ServiceStats } from '../containers/service.ts';
import type { EngineStats } from '../engine/messages.ts';
import type { EngineLink } from './engine-link.ts';
import type { Log } from './log.ts';

/** What `saker status` tells of containers. */
export interface ContainerStatus {
  /** In the engine: those with facts, those asked for, those nobody knows (any more). */
  readonly known: number;
  readonly pending: number;
  readonly gone: number;
  /** Events that waited for facts of their container, and how that ended (engine/held.ts). */
  readonly held: EngineStats['held'];
  /** By socket that answered or failed. */
  readonly runtimes: Readonly<Record<string, ServiceStats['sources'][string]>>;
}

export interface ContainerWatch {
  status(): Promise<ContainerStatus>;
  /** By socket that answered or failed. */
  runtimes(): ContainerStatus['runtimes'];
  stop(): void;
}

/** Warnings in a minute: a hostile container can cause any number of them. */
const WARNINGS = 20;
const MINUTE_MS = 60_000;
/** Somebody waits for the status. */
const PATIENCE_MS = 1000;

const NONE_HELD: EngineStats['held'] = { held: 0, completed: 0, expired: 0, crowded: 0, waiting: 0 };

/** Ties the engine's questions about containers to the runtimes, until stopped. */
export function startContainers(
  { container_engines: { docker, podman, containerd, cri, label_max_len } }: Config,
  engine: EngineLink,
  log: Pick<Log, 'warning'>,
): ContainerWatch {
  const settings = { labelMaxBytes: label_max_len, engines: { docker, podman, containerd, cri } };
  const service = new ContainerService(settings, {
    send: (news) => engine.tellContainers(news),
    // The log escapes.
    warn: limited((text) => log.warning(text)),
  });
  engine.onAsks = (asks) => service.ask(asks);
  service.start();
  const runtimes = (): ContainerStatus['runtimes'] =>
    Object.fromEntries(
      Object.entries(service.stats().sources).filter(([, one]) => one.connects + one.lookups > 0),
    );
  return {
    runtimes,
    status: async () => {
      const from = await answerOf(engine);
      const { known, pending, gone } = from?.containers ?? { known: 0, pending: 0, gone: 0 };
      return { known, pending, gone, held: from?.held ?? NONE_HELD, runtimes: runtimes() };
    },
    stop: () => service.stop(),
  };
}

/** Null: it has too much to do, or is gone. */
export function answerOf(engine: Pick<EngineLink, 'stats'>): Promise<EngineStats | null> {
  const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null).unref());
  return Promise.race([engine.stats().catch(() => null), late]);
}

/** Lets some of a minute through and tells how many it kept back. */
export function limited(
  say: (text: string) => void,
  now: () => number = () => performance.now(),
): (text: string) => void {
  let [minute, said] = [Number.NEGATIVE_INFINITY, 0];
  return (text) => {
    if (now() - minute >= MINUTE_MS) {
      if (said > WARNINGS) say(`${said - WARNINGS} more warnings about containers in the minute before`);
      [minute, said] = [now(), 0];
    }
    if (++said <= WARNINGS) say(text);
  };
}
