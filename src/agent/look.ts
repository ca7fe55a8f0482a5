import type { Delivery } from '../delivery/index.ts';
import type { Backlog } from '../engine/backlog.ts';
import type { Probes } from '../kernel/index.ts';
import { BacklogWatch } from './backlog.ts';
import type { EngineLink } from './engine-link.ts';
import type { Log } from './log.ts';
import { LossWatch } from './loss.ts';

/** Kernel losses and destinations are looked at this often. */
const LOOK_EVERY_MS = 1000;
const ENGINE_LOOK_EVERY_MS = 10_000;

/** Looks again and again for what was lost, and says it. */
export function lookForLosses(
  log: Log,
  probes: Probes,
  engine: EngineLink,
  delivery: Delivery,
  backlog: () => Backlog,
): NodeJS.Timeout[] {
  const losses = new LossWatch(log);
  const behind = new BacklogWatch(log);
  const atEngine = (): void => {
    engine.stats().then(
      (stats) => losses.lookAtEngine(stats),
      () => {},
    );
  };
  const atKernel = (): void => {
    const counts = probes.counts();
    losses.look(counts, probes.facts(), delivery.stats());
    behind.look(backlog(), counts, performance.now());
  };
  return [setInterval(atEngine, ENGINE_LOOK_EVERY_MS), setInterval(atKernel, LOOK_EVERY_MS)];
}
