import { type ContainerFacts, mergeFacts, noFacts } from '../facts.ts';
import { parseImageName } from '../image.ts';
import type { Asked, Source, SourceEvent } from '../source.ts';
import { factsOfSpec, parseJson } from '../spec.ts';
import { cleanLabels, cleanText, type Faults, LIMITS } from '../text.ts';
import { GrpcConnection, GrpcError, type GrpcLimits, STATUS } from './grpc.ts';
import { encode, Message } from './protobuf.ts';

/**
 * containerd's own API, versions 1.6 to 2.x (services containers, images, namespaces, tasks, events; field numbers from
 * containerd's api/services). Numbers are written where they are read, with the name of the field.
 */

const SERVICE = '/containerd.services';
/** A tag is moved by a pull, minutes or days apart from the next start. */
const DIGEST_MS = 2000;
const MAX_DIGESTS = 256;
const TOPICS: Readonly<Record<string, SourceEvent['kind']>> = {
  '/containers/create': 'created',
  '/tasks/start': 'started',
  '/containers/delete': 'removed',
};
// containerd's own notes among a container's labels; the pod's labels are what remains.
const INTERNAL_LABEL = /^(?:io\.cri-containerd\.|containerd\.io\/)/;

export class ContainerdSource implements Source {
  readonly name: string;
  readonly socketPath: string;
  readonly #connection: GrpcConnection;
  readonly #labelMaxBytes: number;
  /** Namespace and image → digest, for a moment: a host has many containers of one image. */
  readonly #digests = new Map<string, { readonly digest: string | null; readonly untilMs: number }>();

  constructor(socketPath: string, labelMaxBytes: number, limits?: GrpcLimits) {
    this.name = `containerd ${socketPath}`;
    this.socketPath = socketPath;
    this.#labelMaxBytes = labelMaxBytes;
    this.#connection = new GrpcConnection(socketPath, limits);
  }

  async lookup(
    asked: Asked,
    faults: Faults,
    onPart: (facts: ContainerFacts) => void = () => {},
  ): Promise<ContainerFacts | null> {
    const namespaces = asked.namespace === null ? await this.#namespaces() : [asked.namespace];
    for (const namespace of namespaces) {
      const found = await this.#container(asked.fullId, namespace);
      if (found === null) continue;
      const facts = this.#facts(found, namespace, faults);
      onPart(facts);
      return this.#complete(facts, found.text(3), namespace, faults);
    }
    return null;
  }

  async list(): Promise<readonly Asked[]> {
    const all: Asked[] = [];
    for (const namespace of await this.#namespaces()) {
      // Tasks are containers that run. The list of containers would carry all their specifications, 10 kB each.
      const answer = await this.#call('tasks.v1.Tasks/List', encode(), namespace);
      // tasks (1): id (2)
      for (const task of answer.messages(1)) all.push({ fullId: task.text(2), namespace });
    }
    return all;
  }

  async watch(onOpen: () => void, onEvent: (event: SourceEvent) => void, signal: AbortSignal): Promise<void> {
    const filters = Object.keys(TOPICS).map((topic) => [1, `topic=="${topic}"`] as const);
    const stop = (): void => this.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const watching = this.#connection.stream(
        `${SERVICE}.events.v1.Events/Subscribe`,
        encode(...filters),
        (bytes) => {
          // Envelope: namespace (2), topic (3), event (4): Any with value (2), whose first field is the id.
          const envelope = new Message(bytes);
          const kind = TOPICS[envelope.text(3)];
          if (kind === undefined) return;
          onEvent({ kind, fullId: envelope.message(4).message(2).text(1), namespace: envelope.text(2) });
        },
      );
      // An answer to a later call of the same connection: containerd has read our subscription by then.
      watching.catch(() => {});
      await this.#namespaces();
      onOpen();
      await watching;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  close(): void {
    this.#connection.close();
  }

  async #namespaces(): Promise<readonly string[]> {
    const answer = await this.#call('namespaces.v1.Namespaces/List', encode());
    // namespaces (1): name (1)
    return answer.messages(1).map((one) => one.text(1));
  }

  async #container(fullId: string, namespace: string): Promise<Message | null> {
    return notFoundIsNull(
      // container (1)
      this.#call('containers.v1.Containers/Get', encode([1, fullId]), namespace).then((answer) =>
        answer.message(1),
      ),
    );
  }

  #facts(container: Message, namespace: string, faults: Faults): ContainerFacts {
    const runtime = namespace === 'moby' ? 'docker' : 'containerd';
    // spec (5): Any, value (2) is the OCI specification as JSON
    const spec = parseJson(new TextDecoder().decode(container.message(5).bytes(2)));
    const fromSpec = factsOfSpec(spec, runtime, this.#labelMaxBytes, faults);
    // labels (2)
    const labels = cleanLabels(container.map(2), this.#labelMaxBytes, faults);
    // image (3)
    const image = cleanText(container.text(3), LIMITS.text, faults);
    const name = parseImageName(image);
    const sandbox = container.text(11) || fromSpec.podSandboxId;
    const isSandbox = labels.get('io.cri-containerd.kind') === 'sandbox';
    return mergeFacts(fromSpec, {
      ...noFacts(runtime),
      name:
        fromSpec.name ??
        labels.get('io.kubernetes.container.name') ??
        labels.get('nerdctl/name') ??
        // dockerd's own names are known to dockerd only
        (runtime === 'docker' ? null : cleanText(container.text(1).slice(0, 12), LIMITS.text, faults)),
      image,
      imageRepository: name.repository,
      imageTag: name.tag,
      imageDigest: name.digest,
      labels,
      // created_at (8): seconds (1)
      createdMs: Number(container.message(8).integer(1)) * 1000 || null,
      isPodSandbox: isSandbox || fromSpec.isPodSandbox,
      podName: labels.get('io.kubernetes.pod.name') ?? null,
      podNamespace: labels.get('io.kubernetes.pod.namespace') ?? null,
      podUid: labels.get('io.kubernetes.pod.uid') ?? null,
      podSandboxId: cleanText(sandbox, LIMITS.text, faults),
    });
  }

  /** What takes further calls. */
  async #complete(
    facts: ContainerFacts,
    image: string,
    namespace: string,
    faults: Faults,
  ): Promise<ContainerFacts> {
    const { imageDigest, podSandboxId } = facts;
    return {
      ...facts,
      imageDigest: imageDigest ?? (await this.#digest(image, namespace, faults)),
      podLabels: podSandboxId === null ? null : await this.#podLabels(podSandboxId, namespace, faults),
    };
  }

  async #digest(image: string, namespace: string, faults: Faults): Promise<string | null> {
    if (image === '') return null;
    const key = `${namespace} ${image}`;
    const kept = this.#digests.get(key);
    if (kept !== undefined && kept.untilMs > performance.now()) return kept.digest;
    try {
      // image (1): target (3): digest (2)
      const answer = await notFoundIsNull(this.#call('images.v1.Images/Get', encode([1, image]), namespace));
      const digest =
        answer === null ? null : cleanText(answer.message(1).message(3).text(2), LIMITS.text, faults);
      if (this.#digests.size >= MAX_DIGESTS) this.#digests.clear();
      this.#digests.set(key, { digest, untilMs: performance.now() + DIGEST_MS });
      return digest;
    } catch {
      // The container itself is known; it shall not lose its name to its image's troubles.
      faults.count++;
      return null;
    }
  }

  /** A pod's labels are kept as those of its own container. */
  async #podLabels(
    sandboxId: string,
    namespace: string,
    faults: Faults,
  ): Promise<ReadonlyMap<string, string> | null> {
    try {
      const sandbox = await this.#container(sandboxId, namespace);
      if (sandbox === null) return null;
      const labels = cleanLabels(sandbox.map(2), this.#labelMaxBytes, faults);
      return new Map([...labels].filter(([key]) => !INTERNAL_LABEL.test(key)));
    } catch {
      faults.count++;
      return null;
    }
  }

  async #call(method: string, request: Uint8Array, namespace?: string): Promise<Message> {
    const headers = namespace === undefined ? {} : { 'containerd-namespace': namespace };
    return new Message(await this.#connection.unary(`${SERVICE}.${method}`, request, headers));
  }
}

async function notFoundIsNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GrpcError && error.status === STATUS.notFound) return null;
    throw error;
  }
}
