import type { Runtime } from '../cgroup.ts';
import { type ContainerFacts, type Mount, mergeFacts, noFacts, type Probe } from '../facts.ts';
import { parseImageName } from '../image.ts';
import { factsOfSpec, parseJson } from '../spec.ts';
import { cleanLabels, cleanText, type Faults, isObject, items, LIMITS, member } from '../text.ts';
import type { Message } from './protobuf.ts';

/** Answers of the CRI → facts. Numbers are fields of cri-api's runtime/v1, named where read. */

interface ContainerContext {
  readonly runtime: Runtime;
  /** PodSandboxStatusResponse. */
  readonly sandbox: Message | null;
  readonly sandboxId: string;
  readonly labelMaxBytes: number;
}

// MountPropagation as mount(8) says it; Falco's words.
const PROPAGATION = ['private', 'rslave', 'rshared'];
/** NamespaceMode NODE. */
const NODE = 2n;
/** Above this a pod was not written by hand and applied with kubectl. */
const MAX_APPLIED = 256 * 1024;

/** @param response ContainerStatusResponse, verbose */
export function factsOfContainer(
  response: Message,
  context: ContainerContext,
  faults: Faults,
): ContainerFacts {
  const { runtime, sandbox, sandboxId, labelMaxBytes } = context;
  // status (1), info (2)
  const status = response.message(1);
  const info = parseJson(response.map(2).info ?? '');
  // metadata (2): name (1)
  const name = cleanText(status.message(2).text(1), LIMITS.text, faults);
  return mergeFacts(factsOfSpec(member(info, 'runtimeSpec'), runtime, labelMaxBytes, faults), {
    ...noFacts(runtime),
    name,
    ...imageOf(status, info, faults),
    privileged: privilegedOf(info),
    // mounts (14)
    mounts: status
      .messages(14)
      .slice(0, LIMITS.mounts)
      .flatMap((mount) => mountOf(mount, faults)),
    // labels (12)
    labels: new Map([
      ...cleanLabels(status.map(12), labelMaxBytes, faults),
      ...cleanLabels({ 'io.kubernetes.sandbox.id': sandboxId }, LIMITS.text, faults),
    ]),
    // created_at (4), ns
    createdMs: Number(status.integer(4) / 1_000_000n) || null,
    isPodSandbox: false,
    podSandboxId: cleanText(sandboxId, LIMITS.text, faults),
    ...probesOf(sandbox, name, faults),
  });
}

/** @param response PodSandboxStatusResponse, verbose. What all containers of the pod share. */
export function factsOfSandbox(
  response: Message,
  runtime: Runtime,
  labelMaxBytes: number,
  faults: Faults,
): ContainerFacts {
  // status (1): id (1), metadata (2): name (1), uid (2), namespace (3); network (5): ip (1); labels (7)
  const status = response.message(1);
  const metadata = status.message(2);
  const text = (value: string): string | null => cleanText(value, LIMITS.text, faults);
  // linux (6): namespaces (1): options (2): network (1), pid (2), ipc (3)
  const options = status.message(6).message(1).message(2);
  return {
    ...noFacts(runtime),
    ip: text(status.message(5).text(1)),
    cniJson: cniOf(parseJson(response.map(2).info ?? ''), faults),
    hostNetwork: options.integer(1) === NODE,
    hostPid: options.integer(2) === NODE,
    hostIpc: options.integer(3) === NODE,
    podName: text(metadata.text(1)),
    podUid: text(metadata.text(2)),
    podNamespace: text(metadata.text(3)),
    podSandboxId: text(status.text(1)),
    podLabels: cleanLabels(status.map(7), labelMaxBytes, faults),
  };
}

type ImageFacts = Pick<ContainerFacts, 'image' | 'imageId' | 'imageRepository' | 'imageTag' | 'imageDigest'>;

function imageOf(status: Message, info: unknown, faults: Faults): ImageFacts {
  // image (8): image (1), user_specified_image (18); image_ref (9) is `repository@digest` or an id
  const reference = parseImageName(cleanText(status.text(9), LIMITS.text, faults));
  const named = [
    status.message(8).text(1),
    status.message(8).text(18),
    member(info, 'runtimeSpec', 'annotations', 'io.kubernetes.cri.image-name'),
    member(info, 'runtimeSpec', 'annotations', 'io.kubernetes.cri-o.ImageName'),
    reference.repository,
  ].find((one) => typeof one === 'string' && one !== '' && !isId(one));
  const image = cleanText(named, LIMITS.text, faults);
  const { repository, tag } = parseImageName(image);
  // image_id (17), since Kubernetes 1.30; before, the container's configuration holds it
  const id = [status.text(17), member(info, 'config', 'image', 'image'), status.text(9)].find(
    (one): one is string => typeof one === 'string' && isId(one),
  );
  return {
    image,
    imageId: cleanText(id?.replace(/^sha256:/, ''), LIMITS.text, faults),
    imageRepository: repository,
    imageTag: tag,
    imageDigest: reference.repository === null ? null : reference.digest,
  };
}

function isId(text: string): boolean {
  return /^(?:sha256:)?[0-9a-f]{64}$/.test(text);
}

/** containerd and cri-o say it in different places. */
function privilegedOf(info: unknown): boolean | null {
  for (const path of [['config', 'linux', 'security_context', 'privileged'], ['privileged']]) {
    const value = member(info, ...path);
    if (typeof value === 'boolean') return value;
  }
  return null;
}

function mountOf(mount: Message, faults: Faults): readonly Mount[] {
  // container_path (1), host_path (2), readonly (3), propagation (5)
  const dest = cleanText(mount.text(1), LIMITS.path, faults);
  if (dest === null) return [];
  return [
    {
      source: cleanText(mount.text(2), LIMITS.path, faults) ?? '',
      dest,
      mode: '',
      rdwr: mount.integer(3) === 0n,
      propagation: PROPAGATION[Number(mount.integer(5))] ?? 'unknown',
    },
  ];
}

/** Addresses by interface: without those that carry none to the pod, hardware addresses and paths. */
function cniOf(info: unknown, faults: Faults): string | null {
  const interfaces = member(info, 'cniResult', 'Interfaces');
  if (!isObject(interfaces)) {
    const kept = member(info, 'runtimeSpec', 'annotations', 'io.kubernetes.cri-o.CNIResult');
    return cleanText(kept, LIMITS.cni, faults);
  }
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(interfaces)) {
    if (name === 'lo' || name.startsWith('veth') || !isObject(value)) continue;
    const { Mac: _mac, Sandbox: _sandbox, ...rest } = value;
    shown[name] = rest;
  }
  return cleanText(JSON.stringify(shown), LIMITS.cni, faults);
}

type Probes = Pick<ContainerFacts, 'livenessProbe' | 'readinessProbe'>;

/**
 * The CRI does not carry probes. A pod that was applied with kubectl has its definition among the annotations (8),
 * and there they are; for pods of a deployment they stay unknown.
 */
function probesOf(sandbox: Message | null, name: string | null, faults: Faults): Probes {
  const applied = sandbox?.message(1).map(8)['kubectl.kubernetes.io/last-applied-configuration'] ?? '';
  const pod = applied.length > MAX_APPLIED ? undefined : parseJson(applied);
  const containers = items(member(pod, 'spec', 'containers'), LIMITS.probeArguments, faults);
  const own = containers.find((one) => name !== null && member(one, 'name') === name);
  const probe = (kind: string): Probe | null => {
    const command = items(member(own, kind, 'exec', 'command'), LIMITS.probeArguments, faults);
    const args = command.map((arg) => cleanText(arg, LIMITS.path, faults));
    return args.length > 0 && args.every((arg) => arg !== null) ? args : null;
  };
  return { livenessProbe: probe('livenessProbe'), readinessProbe: probe('readinessProbe') };
}
