import type { ContainerRef } from './cgroup.ts';
import type { ContainerFacts } from './facts.ts';

/** What the engine thread and the main thread say to one another about containers. Plain data: structured clone. */

/** A container the engine saw and knows nothing of. */
export interface Ask extends Pick<ContainerRef, 'fullId' | 'runtime' | 'namespace' | 'userId'> {
  readonly key: string;
}

/** Engine → main thread. Each ask is answered by at least one `facts`, the last of them final, within some seconds. */
export interface AskMessage {
  readonly kind: 'ask-containers';
  readonly asks: readonly Ask[];
}

export type ContainerNews =
  | {
      readonly kind: 'facts';
      readonly key: string;
      /** Null (only when final): nobody on this host knows it. */
      readonly facts: ContainerFacts | null;
      /** False: what the bundle or a first call told; the runtime is being asked further. */
      readonly final: boolean;
    }
  | { readonly kind: 'removed'; readonly key: string };

/** Main thread → engine, also unasked: containers that exist at start, and each one as it is created or removed. */
export interface NewsMessage {
  readonly kind: 'container-news';
  readonly news: readonly ContainerNews[];
}

/**
 * Identity of a container among everything seen. Ids of 64 digits are random and stand for themselves; others are
 * chosen by people and unique in a containerd namespace only. What lies below a user's service manager never meets
 * what root's runtimes say: a user may name cgroups at will.
 */
export function containerKey(ref: Pick<ContainerRef, 'fullId' | 'namespace' | 'userId'>): string {
  const owner = ref.userId === null ? '' : `${ref.userId}:`;
  return /^[0-9a-f]{64}$/.test(ref.fullId)
    ? `${owner}${ref.fullId}`
    : `${owner}${ref.namespace ?? ''}/${ref.fullId}`;
}

/** True for a container below a user's service manager. Ids and namespaces hold no colon. */
export function isUserKey(key: string): boolean {
  return /^\d+:/.test(key);
}
