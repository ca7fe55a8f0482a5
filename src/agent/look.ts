import type { Delivery } from '../delivery/index.ts';
import type { Backlog } from '../engine/backlog.ts';
import type { Probes } from '../kernel/index.ts';
import { BacklogWatch } from './backlog.ts';
import type { EngineLink } from './engine-link.ts';
import type { Log } from './log.ts';
import { LossWatch } from './loss.ts';

/** The ring and destinations are looked at this often: nothing but memory is read for that. */
const LOOK_EVERY_MS = 1000;
/** The kernel's counters while the ring has room, where nothing can be lost: a system call for each type of event. */
const COUNTS_EVERY_MS = 60_000;
/** Facts of a program cost the kernel some 50,000 instructions, and there are dozens of programs. */
const PROGRAMS_EVERY_MS = 300_000;
/** What the engine counts, and outputs to which no alert came meanwhile. */
const REST_EVERY_MS = 30_000;

/**
 * Looks again and again for what was lost, and says it. An agent that has nothing to do must cost next to nothing, so
 * the kernel is asked often only while it may have lost something: while more comes than half of the ring holds.
 */
export function lookForLosses(
  log: Log,
  probes: Probes,
  engine: EngineLink,
  delivery: Delivery,
  backlog: () => Backlog,
): NodeJS.Timeout[] {
  const losses = new LossWatch(log);
  const behind = new BacklogWatch(log);
  let counts = probes.counts();
  let { read, written } = backlog();
  const atKernel = (): void => {
    counts = probes.counts();
    losses.lookAtKernel(counts);
  };
  const often = (): void => {
    const level = backlog();
    // What waited at any moment since the last look is less than this.
    const mostWaiting = level.written - read;
    if (level.written === written && level.read === read && mostWaiting === 0) return;
    ({ read, written } = level);
    if (mostWaiting > level.sizeBytes / 2) atKernel();
    behind.look(level, counts, performance.now());
    losses.lookAtSinks(delivery.stats());
  };
  const atRest = (): void => {
    losses.lookAtSinks(delivery.stats());
    engine.stats().then(
      (stats) => losses.lookAtEngine(stats),
      () => {},
    );
  };
  return [
    setInterval(often, LOOK_EVERY_MS),
    setInterval(atKernel, COUNTS_EVERY_MS),
    setInterval(() => losses.lookAtPrograms(probes.facts()), PROGRAMS_EVERY_MS),
    setInterval(atRest, REST_EVERY_MS),
  ];
}
