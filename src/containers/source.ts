import type { ContainerRef } from './cgroup.ts';
import type { ContainerFacts } from './facts.ts';
import type { Faults } from './text.ts';

/** What a source tells without being asked. */
export interface SourceEvent {
  readonly kind: 'created' | 'started' | 'removed';
  readonly fullId: string;
  /** containerd's namespace, null for others. */
  readonly namespace: string | null;
  /** What the event itself says, name and image among it. */
  readonly facts?: ContainerFacts;
}

/** One runtime's socket. All calls are bounded in time and size; failures reject with a short text. */
export interface Source {
  /** For messages and counters: `docker /run/docker.sock`. */
  readonly name: string;
  readonly socketPath: string;
  /**
   * Null: this runtime does not know the container.
   *
   * @param faults counts values left out
   * @param onPart gets what is known before the rest needs a further call, name and image among it
   */
  lookup(
    ref: Asked,
    faults: Faults,
    onPart?: (facts: ContainerFacts) => void,
  ): Promise<ContainerFacts | null>;
  /** Containers there now. */
  list(): Promise<readonly Asked[]>;
  /**
   * Tells events until the socket ends or `signal` aborts; `onOpen` when no later event will be missed. Rejects with
   * NotWatchable where the runtime has no events.
   */
  watch(onOpen: () => void, onEvent: (event: SourceEvent) => void, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Enough of a container to ask for it. */
export type Asked = Pick<ContainerRef, 'fullId' | 'namespace'>;

export class NotWatchable extends Error {}
