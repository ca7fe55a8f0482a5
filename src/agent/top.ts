/** What `saker top` draws: the shape of the answer to GET /top. Totals since the start; differences are the reader's. */
import { VERSION } from '../base/version.ts';
import type { Delivery } from '../delivery/index.ts';
import type { EngineStats } from '../engine/messages.ts';
import type { Probes } from '../kernel/index.ts';
import type { EngineLink } from './engine-link.ts';

export interface TopSample {
  readonly version: string;
  readonly pid: number;
  /** Monotonic time of the sample, ms. */
  readonly at_ms: number;
  readonly uptime_s: number;
  /** Processor time of all threads, user and system, µs. */
  readonly cpu_us: number;
  readonly rss_bytes: number;
  readonly events: number;
  readonly alerts: number;
  /** Alerts that the main thread did not take in time. */
  readonly overrun: number;
  readonly processes: number;
  readonly rules: readonly TopRule[];
  readonly types: readonly { readonly type: string; readonly sent: number; readonly lost: number }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly queued: number;
    readonly delivered: number;
    readonly lost: number;
  }[];
}

export interface TopRule {
  readonly name: string;
  readonly evaluated: number;
  readonly matched: number;
  /** Alerts that noise control held back. */
  readonly suppressed: number;
  /** Evaluations that were timed, and their time together. */
  readonly samples: number;
  readonly sampled_ns: number;
}

function suppressedOf({ suppressed }: EngineStats, rule: string): number {
  const one = suppressed.get(rule);
  return one === undefined ? 0 : one.dedup + one.rate + one.budget;
}

export async function topSample(
  engine: Pick<EngineLink, 'stats'>,
  probes: Pick<Probes, 'counts'>,
  delivery: Pick<Delivery, 'stats'>,
): Promise<TopSample> {
  const stats = await engine.stats();
  const { user, system } = process.cpuUsage();
  return {
    version: VERSION,
    pid: process.pid,
    at_ms: Math.round(performance.now()),
    uptime_s: Math.round(process.uptime()),
    cpu_us: user + system,
    rss_bytes: process.memoryUsage.rss(),
    events: stats.events,
    alerts: stats.matches,
    overrun: stats.overrun,
    processes: stats.processes,
    rules: stats.rules.map(({ name, evaluated, matched, samples, sampledNs }) => ({
      name,
      evaluated,
      matched,
      suppressed: suppressedOf(stats, name),
      samples,
      sampled_ns: sampledNs,
    })),
    types: probes
      .counts()
      .filter(({ sent, lost }) => sent + lost > 0n)
      .map(({ type, sent, lost }) => ({ type, sent: Number(sent), lost: Number(lost) })),
    outputs: delivery.stats().map(({ name, queued, delivered, dropped, refused }) => ({
      name,
      queued,
      delivered,
      lost: dropped + refused,
    })),
  };
}
