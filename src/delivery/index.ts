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
import { type OutputOptions, planSinks, type SinkPlan } from './sinks.ts';
import { Slot } from './slot.ts';

export type { Sink, SinkStats } from './sink.ts';
export type { OutputOptions, SpoolLimits } from './sinks.ts';
export { wantsColour } from './stdout.ts';
export type { Target } from './targets/index.ts';

export interface DeliveryOptions extends OutputOptions, QueueLimits {
  /** Alerts of this rule and source `internal` go to `heard` alone, by a queue of their own. */
  readonly canary?: { readonly rule: string; readonly heard: () => void };
}

/** All destinations together, with the shape of one. */
export interface Delivery extends Omit<Sink, 'name' | 'open' | 'stats' | 'renew'> {
  stats(): SinkStats[];
  /**
   * Makes the destinations those of `options`: unchanged ones stay with what they have in their queues, and read their
   * certificates and tokens anew; others are
   * opened, closed within a bound, or exchanged; one that does not open leaves the one before in its place. One call
   * at a time; the canary stays as it is.
   */
  change(options: DeliveryOptions): Promise<Change[]>;
}

/** What became of a destination, and what is wrong, or null. */
export interface Change {
  readonly name: string;
  readonly what: 'opened' | 'changed' | 'closed' | 'kept';
  readonly error: string | null;
}

// What a destination still has when it is given up gets this long.
const LEAVE_MS = 5000;

/** Opens every destination; one that cannot be opened is reported, and tried again with each alert. */
export function createDelivery(options: DeliveryOptions, openDatagram: OpenDatagram, pid: number): Delivery {
  let slots = planSinks(options, openDatagram, pid).map((plan) => new Slot(plan));
  let { capacity } = options;
  /** Outputs that a reload took away and that still hand over what they have. */
  const leaving = new Map<Slot, Promise<Change>>();
  const dismiss = (slot: Slot): Promise<Change> => {
    const left = leave(slot).finally(() => leaving.delete(slot));
    leaving.set(slot, left);
    return left;
  };
  const canary = options.canary && queueSink(canaryChannel(options.canary.heard), options, options.onState);
  return {
    write: (alert: Alert) => {
      if (canary && alert.rule === options.canary?.rule && alert.source === 'internal') canary.write(alert);
      else for (const slot of slots) slot.write(alert, capacity);
    },
    flush: async (timeoutMs) => (await Promise.all(slots.map((s) => s.flush(timeoutMs)))).every(Boolean),
    reopen: () => {
      for (const slot of slots) slot.reopen();
    },
    close: async (timeoutMs) =>
      void (await Promise.all([...slots.map((s) => s.close(timeoutMs)), ...leaving.values()])),
    stats: () => [...slots, ...leaving.keys()].map((s) => s.stats()),
    change: (wanted) => {
      capacity = wanted.capacity;
      const plans = planSinks(wanted, openDatagram, pid);
      const before = slots;
      const found = plans.map((plan) => ({ plan, old: before.find((s) => s.name === plan.channel.name) }));
      const gone = before.filter((slot) => !found.some(({ old }) => old === slot));
      const exchanges = found.filter(({ plan, old }) => old !== undefined && !old.isLike(plan));
      const opened = found.filter(({ old }) => old === undefined);
      for (const { plan, old } of found) if (old?.isLike(plan)) old.renew();
      slots = found.map(({ plan, old }) => old ?? new Slot(plan));
      return Promise.all([
        ...opened.map(({ plan }) => ({ name: plan.channel.name, what: 'opened' as const, error: null })),
        ...exchanges.map(({ plan, old }) => exchange(old!, plan)),
        ...gone.map(dismiss),
      ]);
    },
  };
}

async function exchange(slot: Slot, plan: SinkPlan): Promise<Change> {
  const error = await slot.exchange(plan, LEAVE_MS);
  return { name: slot.name, what: error === null ? 'changed' : 'kept', error };
}

async function leave(slot: Slot): Promise<Change> {
  await slot.close(LEAVE_MS);
  const { dropped, spool } = slot.stats();
  const left = [
    dropped > 0 ? `${dropped} alerts were lost to it in its time` : '',
    (spool?.records ?? 0) > 0 ? `${spool?.records} alerts for it stay in its spool` : '',
  ];
  return { name: slot.name, what: 'closed', error: left.filter(Boolean).join(', ') || null };
}
