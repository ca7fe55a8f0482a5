/**
 * In: alerts, on the main thread. Out: every enabled destination has them, or its counters say how many it has not.
 * One queue per destination: none can delay another. Destinations on the network have a spool on the disk as well.
 * The agent makes one Delivery at start and closes it at the end.
 */
import type { Alert } from '../base/alert.ts';
import type { OpenDatagram } from '../base/datagram.ts';
import { canaryChannel } from './canary.ts';
import { type QueueLimits, queueSink } from './queue.ts';
import type { Sink, SinkStats } from './sink.ts';
import { makeSinks, type OutputOptions } from './sinks.ts';

export type { Sink, SinkStats } from './sink.ts';
export type { OutputOptions, SpoolLimits } from './sinks.ts';
export { wantsColour } from './stdout.ts';
export type { Target } from './targets/index.ts';

export interface DeliveryOptions extends OutputOptions, QueueLimits {
  /** Alerts of this rule and source `internal` go to `heard` alone, by a queue of their own. */
  readonly canary?: { readonly rule: string; readonly heard: () => void };
}

/** All destinations together, with the shape of one. */
export interface Delivery extends Omit<Sink, 'name' | 'open' | 'stats'> {
  stats(): SinkStats[];
}

/** Opens every destination; one that cannot be opened is reported, and tried again with each alert. */
export function createDelivery(options: DeliveryOptions, openDatagram: OpenDatagram, pid: number): Delivery {
  const sinks = makeSinks(options, openDatagram, pid);
  for (const sink of sinks) sink.open();
  const canary = options.canary && queueSink(canaryChannel(options.canary.heard), options, options.onState);
  return {
    write: (alert: Alert) => {
      if (canary && alert.rule === options.canary?.rule && alert.source === 'internal') canary.write(alert);
      else for (const sink of sinks) sink.write(alert);
    },
    flush: async (timeoutMs) => (await Promise.all(sinks.map((s) => s.flush(timeoutMs)))).every(Boolean),
    reopen: () => {
      for (const sink of sinks) sink.reopen();
    },
    close: async (timeoutMs) => void (await Promise.all(sinks.map((s) => s.close(timeoutMs)))),
    stats: () => sinks.map((s) => s.stats()),
  };
}
