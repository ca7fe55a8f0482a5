import { type ContainerFacts, type Mount, noFacts, type Probe } from '../facts.ts';
import { parseImageName } from '../image.ts';
import { cleanLabels, cleanText, Faults, items, LIMITS, member } from '../text.ts';

/**
 * Answers of the Docker Engine API → facts.
 *
 * @param inspection of GET /containers/ID/json
 * @param image of GET /images/ID/json; null when the image is gone
 */
export function factsOfInspection(
  inspection: unknown,
  image: unknown,
  runtime: 'docker' | 'podman',
  labelMaxBytes: number,
  faults: Faults,
): ContainerFacts {
  const text = (...path: readonly string[]): string | null =>
    cleanText(member(inspection, ...path), LIMITS.text, faults);
  const labels = cleanLabels(member(inspection, 'Config', 'Labels'), labelMaxBytes, faults);
  const name = text('Name')?.replace(/^\//, '') ?? null;
  const createdMs = Date.parse(text('Created') ?? '');
  return {
    ...noFacts(runtime),
    name,
    ...imageOf(text('Config', 'Image'), image, faults),
    // "sha256:…" with docker, bare with podman
    imageId: text('Image')?.replace(/^sha256:/, '') ?? null,
    privileged: flag(member(inspection, 'HostConfig', 'Privileged')),
    mounts: mountsOf(member(inspection, 'Mounts'), faults),
    labels,
    ip: addressOf(inspection, faults),
    hostPid: text('HostConfig', 'PidMode') === 'host',
    hostNetwork: text('HostConfig', 'NetworkMode') === 'host',
    hostIpc: text('HostConfig', 'IpcMode') === 'host',
    createdMs: Number.isFinite(createdMs) ? createdMs : null,
    healthcheck: healthcheckOf(member(inspection, 'Config', 'Healthcheck', 'Test'), faults),
    ...podOf(name, labels),
  };
}

/**
 * One container of GET /containers/json: all but privileges, health check and the image's digest.
 */
export function factsOfListed(
  listed: unknown,
  runtime: 'docker' | 'podman',
  labelMaxBytes: number,
): ContainerFacts {
  const faults = new Faults();
  const names = items(member(listed, 'Names'), LIMITS.labels, faults);
  // A link names it `/other/alias`; its own name has no second slash.
  const own = names.find((name) => typeof name === 'string' && name.lastIndexOf('/') <= 0);
  const name = cleanText(own, LIMITS.text, faults)?.replace(/^\//, '') ?? null;
  const labels = cleanLabels(member(listed, 'Labels'), labelMaxBytes, faults);
  return {
    ...early(name, member(listed, 'Image'), labels, runtime),
    mounts: mountsOf(member(listed, 'Mounts'), faults),
    ip: addressOf(listed, faults),
  };
}

// What docker and podman say beside the labels; a label of that name comes with the inspection.
const NO_LABELS: ReadonlySet<string> = new Set([
  'name',
  'image',
  'podId',
  'network',
  'error',
  'containerExitCode',
]);

/** @param attributes of an event's Actor: the container's labels, name and image */
export function factsOfEvent(
  attributes: unknown,
  runtime: 'docker' | 'podman',
  labelMaxBytes: number,
): ContainerFacts {
  const faults = new Faults();
  const all = cleanLabels(attributes, labelMaxBytes, faults);
  const labels = new Map([...all].filter(([key]) => !NO_LABELS.has(key)));
  const name = cleanText(member(attributes, 'name'), LIMITS.text, faults);
  return early(name, member(attributes, 'image'), labels, runtime);
}

/** What is told before the whole; its faults are counted with the whole. */
function early(
  name: string | null,
  reference: unknown,
  labels: ReadonlyMap<string, string>,
  runtime: 'docker' | 'podman',
): ContainerFacts {
  const image = cleanText(reference, LIMITS.text, new Faults());
  const { repository, tag, digest } = parseImageName(image);
  return {
    ...noFacts(runtime),
    name,
    // An id says less than the name by which the container was asked for.
    ...(repository === null
      ? {}
      : { image, imageRepository: repository, imageTag: tag, imageDigest: digest }),
    labels,
    ...podOf(name, labels),
  };
}

/** cri-dockerd's names: k8s_NAME_POD_NAMESPACE_UID_ATTEMPT, with POD for the pod's own container. */
function podOf(name: string | null, labels: ReadonlyMap<string, string>) {
  return {
    isPodSandbox: name?.startsWith('k8s_POD_') ? true : null,
    podName: labels.get('io.kubernetes.pod.name') ?? null,
    podNamespace: labels.get('io.kubernetes.pod.namespace') ?? null,
    podUid: labels.get('io.kubernetes.pod.uid') ?? null,
    podSandboxId: labels.get('io.kubernetes.sandbox.id') ?? null,
  };
}

type ImageFacts = Pick<ContainerFacts, 'image' | 'imageRepository' | 'imageTag' | 'imageDigest'>;

/** A container may have been started by an image's id: then the image's own names say what it is. */
function imageOf(reference: string | null, image: unknown, faults: Faults): ImageFacts {
  const names = (key: string): readonly string[] =>
    items(member(image, key), LIMITS.labels, faults)
      .map((one) => cleanText(one, LIMITS.text, faults))
      .filter((one) => one !== null);
  const asked = parseImageName(reference);
  const isName = asked.repository !== null && !/^[0-9a-f]{12,64}$/.test(asked.repository);
  const tags = names('RepoTags').map(parseImageName);
  const digests = names('RepoDigests').map(parseImageName);
  const repository = isName ? asked.repository : ((tags[0] ?? digests[0])?.repository ?? null);
  const same = digests.find((one) => one.repository === repository);
  return {
    image: reference,
    imageRepository: repository,
    imageTag:
      isName && asked.tag !== null
        ? asked.tag
        : (tags.find((one) => one.repository === repository)?.tag ?? null),
    imageDigest: asked.digest ?? (same ?? (digests.length === 1 ? digests[0] : undefined))?.digest ?? null,
  };
}

function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

function mountsOf(value: unknown, faults: Faults): readonly Mount[] {
  return items(value, LIMITS.mounts, faults).flatMap((mount) => {
    const part = (key: string): string => cleanText(member(mount, key), LIMITS.path, faults) ?? '';
    const dest = part('Destination');
    if (dest === '') return [];
    const rdwr = member(mount, 'RW') === true;
    return [{ source: part('Source'), dest, mode: part('Mode'), rdwr, propagation: part('Propagation') }];
  });
}

/** Of the default bridge, else of the first network by name. */
function addressOf(inspection: unknown, faults: Faults): string | null {
  const settings = member(inspection, 'NetworkSettings');
  const networks = Object.entries(member(settings, 'Networks') ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const value of [
    member(settings, 'IPAddress'),
    ...networks.map(([, one]) => member(one, 'IPAddress')),
  ]) {
    const address = cleanText(value, LIMITS.text, faults);
    if (address !== null) return address;
  }
  return null;
}

/** ["CMD", exe, args…], ["CMD-SHELL", command], ["NONE"]; docker's reference of HEALTHCHECK. */
function healthcheckOf(test: unknown, faults: Faults): Probe | null {
  const [kind, ...rest] = items(test, LIMITS.probeArguments, faults).map((one) =>
    cleanText(one, LIMITS.path, faults),
  );
  if (kind === 'NONE') return [];
  const args = rest.filter((one) => one !== null);
  if (args.length === 0 || args.length < rest.length) return null;
  if (kind === 'CMD') return args;
  return kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...args] : null;
}
