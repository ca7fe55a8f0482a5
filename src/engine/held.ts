import type { Container } from '../containers/index.ts';
import type { MaybeContainer } from './cgroup-containers.ts';
import type { Event } from './event.ts';

/**
 * Events whose rules or outputs asked for facts of a container that its runtime has not told yet. Each is kept whole
 * and judged again once the facts are there, or after a bounded time by what is known then; so no condition is false,
 * and no alert without a name, just because an answer was under way. One queue for each container, in the order of the
 * events; nobody else's events wait.
 */

export interface HoldLimits {
  /** Longest wait of an event; 0 holds none. */
  readonly holdMs: number;
  /** Events held, and bytes of their records. An event with the copy of its process and ancestors takes some 4 KiB more. */
  readonly events: number;
  readonly bytes: number;
  /** Of these, events of one container: the others' have room whatever it does. */
  readonly perContainer: number;
  /** Users' own containers together get this part of all: a user may name any number, and have a runtime that hangs. */
  readonly userPart: number;
}

export const HOLD_LIMITS: HoldLimits = {
  holdMs: 500,
  events: 2048,
  bytes: 4 << 20,
  perContainer: 512,
  userPart: 1 / 4,
};

export interface HeldStats {
  /** Events kept so far, and what became of them: the facts came, the time was over, others needed the room. */
  readonly held: number;
  readonly completed: number;
  readonly expired: number;
  readonly crowded: number;
  /** Kept now. */
  readonly waiting: number;
}

interface Held {
  readonly event: Event;
  readonly bytes: number;
  readonly untilMs: number;
}

/** What is kept of the host's containers, or of users'. */
interface Share {
  waiting: number;
  bytes: number;
}

interface Queue {
  readonly share: Share;
  readonly events: Held[];
}

type End = 'completed' | 'expired' | 'crowded';

export class HeldEvents {
  readonly #limits: HoldLimits;
  readonly #judge: (event: Event) => void;
  /** Key of a container → its events, oldest first. Without events: it has been asked to tell when it is settled. */
  readonly #queues = new Map<string, Queue>();
  /** Keys of containers whose facts came. */
  #settled: string[] = [];
  readonly #host: Share = { waiting: 0, bytes: 0 };
  readonly #users: Share = { waiting: 0, bytes: 0 };
  #held = 0;
  readonly #ended: Record<End, number> = { completed: 0, expired: 0, crowded: 0 };

  /** @param judge takes an event as if it had just come */
  constructor(judge: (event: Event) => void, limits = HOLD_LIMITS) {
    this.#judge = judge;
    this.#limits = limits;
  }

  /**
   * The container that an event just judged has to wait for; null: none.
   * @param alerted it gave alerts: these do not overtake those of the same container
   */
  waitsFor(event: Event, alerted: boolean): Container | null {
    if (this.#limits.holdMs === 0) return null;
    const { askedOf } = event;
    if (askedOf?.state === 'pending') return askedOf;
    if (!alerted || this.#waiting === 0 || !event.container) return null;
    return (this.#queues.get(event.container.key)?.events.length ?? 0) > 0 ? event.container : null;
  }

  /** Whether events that happened here may have to wait: then what they give counts only once they need not. */
  concerns(container: MaybeContainer): boolean {
    if (!container || this.#limits.holdMs === 0) return false;
    return container.state === 'pending' || (this.#queues.get(container.key)?.events.length ?? 0) > 0;
  }

  /**
   * Keeps the event. False when there is no room: then all of this container's have been judged, and this one is next.
   * @param record its bytes, valid for now
   */
  hold(container: Container, event: Event, record: Uint8Array, nowMs: number): boolean {
    const { key } = container;
    const queue = this.#queues.get(key) ?? this.#open(container);
    const { events, bytes, perContainer, userPart, holdMs } = this.#limits;
    const { share } = queue;
    const part = share === this.#users ? userPart : 1;
    const isFull = share.waiting >= events * part || share.bytes + record.length > bytes * part;
    this.#held++;
    if (isFull || queue.events.length >= perContainer) {
      this.#end(queue, queue.events.length, 'crowded');
      this.#ended.crowded++;
      return false;
    }
    queue.events.push({ event: event.kept(record.slice()), bytes: record.length, untilMs: nowMs + holdMs });
    share.waiting++;
    share.bytes += record.length;
    return true;
  }

  /** Judges what waits no longer. */
  release(nowMs: number): void {
    for (const key of this.#settled.splice(0)) {
      const queue = this.#queues.get(key);
      this.#queues.delete(key);
      if (queue !== undefined) this.#end(queue, queue.events.length, 'completed');
    }
    if (this.#waiting === 0) return;
    for (const queue of this.#queues.values()) {
      const due = queue.events.findIndex(({ untilMs }) => untilMs > nowMs);
      this.#end(queue, due < 0 ? queue.events.length : due, 'expired');
    }
  }

  /** ms until the first time is over; Infinity when nothing waits. */
  dueMs(nowMs: number): number {
    let due = Number.POSITIVE_INFINITY;
    if (this.#settled.length > 0) return 0;
    for (const {
      events: [first],
    } of this.#queues.values()) {
      if (first !== undefined) due = Math.min(due, first.untilMs - nowMs);
    }
    return Math.max(0, due);
  }

  stats(): HeldStats {
    return { held: this.#held, ...this.#ended, waiting: this.#waiting };
  }

  get #waiting(): number {
    return this.#host.waiting + this.#users.waiting;
  }

  #open(container: Container): Queue {
    const queue: Queue = { share: container.isOfUser ? this.#users : this.#host, events: [] };
    this.#queues.set(container.key, queue);
    // Judging takes its time: the container only leaves word.
    container.onSettled(() => this.#settled.push(container.key));
    return queue;
  }

  #end({ share, events }: Queue, count: number, how: End): void {
    for (const { event, bytes } of events.splice(0, count)) {
      share.waiting--;
      share.bytes -= bytes;
      this.#ended[how]++;
      this.#judge(event);
    }
  }
}
