import type { ContainerFacts } from '../facts.ts';
import type { Asked, Source, SourceEvent } from '../source.ts';
import type { Faults } from '../text.ts';
import { member } from '../text.ts';
import { factsOfEvent, factsOfInspection, factsOfListed } from './docker-facts.ts';
import { getJson, HTTP_LIMITS, type HttpLimits, streamJson } from './unix-http.ts';
import { holdUserSocket } from './user-socket.ts';

/** dockerd, and podman through the same API (Docker Engine API; both serve it without a version in the path). */

// docker says destroy, podman remove.
const ACTIONS: Readonly<Record<string, SourceEvent['kind']>> = {
  create: 'created',
  start: 'started',
  destroy: 'removed',
  remove: 'removed',
};
const FILTERS = encodeURIComponent(
  JSON.stringify({ type: ['container'], event: ['create', 'start', 'destroy', 'remove'] }),
);

export class DockerSource implements Source {
  readonly name: string;
  readonly socketPath: string;
  readonly #runtime: 'docker' | 'podman';
  readonly #labelMaxBytes: number;
  readonly #limits: HttpLimits;
  /** Whose socket it must be, when it lies in a user's directory. */
  readonly #userId: number | null;

  constructor(
    runtime: 'docker' | 'podman',
    socketPath: string,
    labelMaxBytes: number,
    { limits = HTTP_LIMITS, userId = null }: { limits?: HttpLimits; userId?: number | null } = {},
  ) {
    this.name = `${runtime} ${socketPath}`;
    this.socketPath = socketPath;
    this.#runtime = runtime;
    this.#labelMaxBytes = labelMaxBytes;
    this.#limits = limits;
    this.#userId = userId;
  }

  /**
   * dockerd answers an inspection only when nothing else works on the container: not while it starts, hence not before
   * its first process runs. The list is read from a snapshot (since 2017) and comes at once. podman's waits
   * like its inspection.
   */
  async lookup(
    asked: Asked,
    faults: Faults,
    onPart: (facts: ContainerFacts) => void = () => {},
  ): Promise<ContainerFacts | null> {
    const listed = this.#runtime === 'docker' ? await this.#listed(asked.fullId) : null;
    if (listed !== null) onPart(listed);
    try {
      return await this.#inspected(asked, faults);
    } catch (error) {
      if (listed === null) throw error;
      // The socket answers: it is this container that is stuck, or starts slowly; its start will be told.
      faults.count++;
      return listed;
    }
  }

  async #listed(fullId: string): Promise<ContainerFacts | null> {
    const filters = encodeURIComponent(JSON.stringify({ id: [fullId] }));
    const all = await this.#get(`/containers/json?all=1&filters=${filters}`);
    const found = Array.isArray(all) ? all.find((one) => member(one, 'Id') === fullId) : undefined;
    return found === undefined ? null : factsOfListed(found, this.#runtime, this.#labelMaxBytes);
  }

  async #inspected(asked: Asked, faults: Faults): Promise<ContainerFacts | null> {
    const inspection = await this.#get(`/containers/${encodeURIComponent(asked.fullId)}/json`);
    // The API also finds by name and by the beginning of an id; only this very container counts.
    if (inspection === null || member(inspection, 'Id') !== asked.fullId) return null;
    const imageId = member(inspection, 'Image');
    const image =
      typeof imageId === 'string' ? await this.#get(`/images/${encodeURIComponent(imageId)}/json`) : null;
    return factsOfInspection(inspection, image, this.#runtime, this.#labelMaxBytes, faults);
  }

  async list(): Promise<readonly Asked[]> {
    const all = await this.#get('/containers/json?all=1');
    if (!Array.isArray(all)) return [];
    const ids = all.map((one) => member(one, 'Id')).filter((id) => typeof id === 'string');
    return ids.map((fullId) => ({ fullId, namespace: null }));
  }

  watch(onOpen: () => void, onEvent: (event: SourceEvent) => void, signal: AbortSignal): Promise<void> {
    const value = (event: unknown): void => {
      const kind = ACTIONS[String(member(event, 'Action') ?? member(event, 'status'))];
      const fullId = member(event, 'Actor', 'ID') ?? member(event, 'id');
      if (kind === undefined || typeof fullId !== 'string') return;
      const attributes = member(event, 'Actor', 'Attributes');
      const facts =
        kind === 'removed' ? undefined : factsOfEvent(attributes, this.#runtime, this.#labelMaxBytes);
      onEvent({ kind, fullId, namespace: null, ...(facts && { facts }) });
    };
    return streamJson(
      this.socketPath,
      `/events?filters=${FILTERS}`,
      { open: onOpen, value },
      signal,
      this.#limits,
    );
  }

  close(): void {
    // Each request has a connection of its own.
  }

  async #get(path: string): Promise<unknown> {
    if (this.#userId === null) return getJson(this.socketPath, path, this.#limits);
    const held = holdUserSocket(this.socketPath, this.#userId);
    if (held === null) return null;
    try {
      return await getJson(held.path, path, this.#limits);
    } finally {
      held.release();
    }
  }
}
