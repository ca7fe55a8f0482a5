import type { Runtime } from '../cgroup.ts';
import { type ContainerFacts, mergeFacts, noFacts } from '../facts.ts';
import { type Asked, NotWatchable, type Source, type SourceEvent } from '../source.ts';
import type { Faults } from '../text.ts';
import { factsOfContainer, factsOfSandbox } from './cri-facts.ts';
import { GrpcConnection, GrpcError, type GrpcLimits, STATUS } from './grpc.ts';
import { encode, Message } from './protobuf.ts';

/** Kubernetes' container runtime interface, version v1: cri-o, and containerd's pods. */

const SERVICE = '/runtime.v1.RuntimeService';
const EVENTS: readonly (SourceEvent['kind'] | null)[] = ['created', 'started', null, 'removed'];

export class CriSource implements Source {
  readonly name: string;
  readonly socketPath: string;
  readonly #connection: GrpcConnection;
  readonly #labelMaxBytes: number;
  #runtime: Runtime | null = null;

  constructor(socketPath: string, labelMaxBytes: number, limits?: GrpcLimits) {
    this.name = `cri ${socketPath}`;
    this.socketPath = socketPath;
    this.#labelMaxBytes = labelMaxBytes;
    this.#connection = new GrpcConnection(socketPath, limits);
  }

  async lookup(asked: Asked, faults: Faults): Promise<ContainerFacts | null> {
    const runtime = await this.#runtimeName();
    // filter (1): id (1) → containers (1): pod_sandbox_id (2)
    const listed = await this.#call('ListContainers', encode([1, encode([1, asked.fullId])]));
    const container = listed.messages(1).find((one) => one.text(1) === asked.fullId);
    // Asking for the status of what does not exist would leave an error in the runtime's log each time.
    if (container === undefined && !(await this.#isSandbox(asked.fullId))) return null;
    const sandboxId = container?.text(2) ?? asked.fullId;
    // Both with verbose (2): the runtime's own JSON comes along.
    const sandbox = await this.#found('PodSandboxStatus', encode([1, sandboxId], [2, true]));
    const fromSandbox =
      sandbox === null ? noFacts(runtime) : factsOfSandbox(sandbox, runtime, this.#labelMaxBytes, faults);
    if (container === undefined) {
      return sandbox === null
        ? null
        : { ...fromSandbox, isPodSandbox: true, name: fromSandbox.name ?? 'POD' };
    }
    const status = await this.#found('ContainerStatus', encode([1, asked.fullId], [2, true]));
    if (status === null) return null;
    return mergeFacts(
      fromSandbox,
      factsOfContainer(status, { runtime, sandbox, sandboxId, labelMaxBytes: this.#labelMaxBytes }, faults),
    );
  }

  async list(): Promise<readonly Asked[]> {
    const answer = await this.#call('ListContainers', encode());
    return answer.messages(1).map((one) => ({ fullId: one.text(1), namespace: null }));
  }

  async watch(onOpen: () => void, onEvent: (event: SourceEvent) => void, signal: AbortSignal): Promise<void> {
    const stop = (): void => this.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const watching = this.#connection.stream(`${SERVICE}/GetContainerEvents`, encode(), (bytes) => {
        // container_id (1), container_event_type (2)
        const event = new Message(bytes);
        const kind = EVENTS[Number(event.integer(2))] ?? null;
        if (kind !== null) onEvent({ kind, fullId: event.text(1), namespace: null });
      });
      watching.catch(() => {});
      await this.#runtimeName();
      onOpen();
      await watching;
    } catch (error) {
      // containerd before 1.7, cri-o before 1.26 and those with events switched off.
      if (error instanceof GrpcError && error.status === STATUS.unimplemented)
        throw new NotWatchable(error.message);
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  close(): void {
    this.#connection.close();
  }

  async #runtimeName(): Promise<Runtime> {
    if (this.#runtime === null) {
      // runtime_name (2)
      const name = (await this.#call('Version', encode())).text(2);
      this.#runtime = name === 'containerd' || name === 'cri-o' ? name : 'cri';
    }
    return this.#runtime;
  }

  async #isSandbox(id: string): Promise<boolean> {
    // filter (1): id (1) → items (1): id (1)
    const listed = await this.#call('ListPodSandbox', encode([1, encode([1, id])]));
    return listed.messages(1).some((one) => one.text(1) === id);
  }

  async #found(method: string, request: Uint8Array): Promise<Message | null> {
    try {
      return await this.#call(method, request);
    } catch (error) {
      if (error instanceof GrpcError && error.status === STATUS.notFound) return null;
      throw error;
    }
  }

  async #call(method: string, request: Uint8Array): Promise<Message> {
    return new Message(await this.#connection.unary(`${SERVICE}/${method}`, request));
  }
}
