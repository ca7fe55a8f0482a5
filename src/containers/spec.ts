import type { Runtime } from './cgroup.ts';
import { type ContainerFacts, type Mount, noFacts } from './facts.ts';
import { parseImageName } from './image.ts';
import { cleanLabels, cleanText, type Faults, isObject, items, LIMITS, member } from './text.ts';

/**
 * The OCI runtime specification (config.json of a bundle, or the spec that containerd keeps) → facts. What Kubernetes
 * runtimes note as annotations names the container, its image and its pod without asking anybody.
 */
export function factsOfSpec(
  spec: unknown,
  runtime: Runtime,
  labelMaxBytes: number,
  faults: Faults,
): ContainerFacts {
  const annotations = member(spec, 'annotations');
  const note = (...keys: readonly string[]): string | null => {
    for (const key of keys) {
      const text = cleanText(member(annotations, key), LIMITS.text, faults);
      if (text !== null) return text;
    }
    return null;
  };
  const kind = note('io.kubernetes.cri.container-type', 'io.kubernetes.cri-o.ContainerType');
  const inPod = kind !== null;
  const image = note(
    'io.kubernetes.cri.image-name',
    'io.kubernetes.cri-o.ImageName',
    'io.kubernetes.cri.podsandbox.image-name',
  );
  const { repository, tag, digest } = parseImageName(image);
  return {
    ...noFacts(runtime),
    name: note('io.kubernetes.cri.container-name', 'io.kubernetes.container.name') ?? sandboxName(kind),
    image,
    imageRepository: repository,
    imageTag: tag,
    imageDigest: digest,
    privileged: isPrivileged(spec, faults),
    // A plain containerd container shows all its mounts as Falco does; the others those that the host gives.
    mounts: mountsOf(spec, inPod || runtime !== 'containerd', faults),
    labels: crioLabels(note, annotations, labelMaxBytes, faults),
    ip: note('io.kubernetes.cri-o.IP.0'),
    cniJson: cleanText(member(annotations, 'io.kubernetes.cri-o.CNIResult'), LIMITS.cni, faults),
    ...hostNamespaces(spec),
    isPodSandbox: inPod ? kind === 'sandbox' : null,
    podName: note('io.kubernetes.cri.sandbox-name', 'io.kubernetes.pod.name'),
    podNamespace: note('io.kubernetes.cri.sandbox-namespace', 'io.kubernetes.pod.namespace'),
    podUid: note('io.kubernetes.cri.sandbox-uid', 'io.kubernetes.pod.uid'),
    podSandboxId: note('io.kubernetes.cri.sandbox-id', 'io.kubernetes.cri-o.SandboxID'),
  };
}

/** A pod's own container has no name in the pod; kubelet and users call it by this one. */
function sandboxName(kind: string | null): string | null {
  return kind === 'sandbox' ? 'POD' : null;
}

function crioLabels(
  note: (key: string) => string | null,
  annotations: unknown,
  labelMaxBytes: number,
  faults: Faults,
): ReadonlyMap<string, string> | null {
  if (note('io.kubernetes.cri-o.ContainerType') === null) return null;
  const json = member(annotations, 'io.kubernetes.cri-o.Labels');
  return typeof json === 'string' ? cleanLabels(parseJson(json), labelMaxBytes, faults) : null;
}

/** undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Runtimes keep no flag for "privileged" in the specification, but leave out every protection: nothing masked or
 * read-only below /proc and /sys, no seccomp, AppArmor or SELinux, and CAP_SYS_ADMIN among the capabilities.
 */
function isPrivileged(spec: unknown, faults: Faults): boolean | null {
  const linux = member(spec, 'linux');
  if (!isObject(linux)) return null;
  const apparmor = member(spec, 'process', 'apparmorProfile') ?? '';
  const some = (value: unknown): boolean => Array.isArray(value) && value.length > 0;
  if (some(member(linux, 'maskedPaths')) || some(member(linux, 'readonlyPaths'))) return false;
  if (isObject(member(linux, 'seccomp')) || (member(spec, 'process', 'selinuxLabel') ?? '') !== '')
    return false;
  if (apparmor !== '' && apparmor !== 'unconfined') return false;
  const bounding = member(spec, 'process', 'capabilities', 'bounding');
  if (!Array.isArray(bounding) || !bounding.includes('CAP_SYS_ADMIN')) return false;
  const system = items(member(spec, 'mounts'), LIMITS.mounts, faults).filter((mount) =>
    ['sysfs', 'cgroup', 'cgroup2'].includes(String(member(mount, 'type'))),
  );
  return !system.some((mount) => options(mount).includes('ro'));
}

/**
 * A namespace that the specification does not list is the host's; one with a path is another's, as containers of a
 * pod share those of its sandbox: whose that one is the sandbox knows.
 */
function hostNamespaces(spec: unknown): Pick<ContainerFacts, 'hostPid' | 'hostNetwork' | 'hostIpc'> {
  if (!isObject(member(spec, 'linux'))) return { hostPid: null, hostNetwork: null, hostIpc: null };
  const value = member(spec, 'linux', 'namespaces');
  const listed = Array.isArray(value) ? value : [];
  const isHost = (type: string): boolean | null => {
    const found = listed.find((one) => member(one, 'type') === type);
    if (found === undefined) return true;
    return (member(found, 'path') ?? '') === '' ? false : null;
  };
  return { hostPid: isHost('pid'), hostNetwork: isHost('network'), hostIpc: isHost('ipc') };
}

function mountsOf(spec: unknown, bindsOnly: boolean, faults: Faults): readonly Mount[] {
  const found: Mount[] = [];
  for (const mount of items(member(spec, 'mounts'), LIMITS.mounts, faults)) {
    const opts = options(mount);
    if (
      bindsOnly &&
      member(mount, 'type') !== 'bind' &&
      !opts.some((one) => one === 'bind' || one === 'rbind')
    )
      continue;
    const dest = cleanText(member(mount, 'destination'), LIMITS.path, faults);
    if (dest === null) continue;
    const mode = opts.find((one) => one.startsWith('mode='))?.slice('mode='.length);
    const propagation = opts.find((one) => /^r?(?:private|shared|slave|unbindable)$/.test(one));
    found.push({
      source: cleanText(member(mount, 'source'), LIMITS.path, faults) ?? '',
      dest,
      mode: cleanText(mode, LIMITS.text, faults) ?? '',
      rdwr: !opts.includes('ro'),
      propagation:
        propagation ?? cleanText(member(spec, 'linux', 'rootfsPropagation'), LIMITS.text, faults) ?? '',
    });
  }
  return found;
}

/** More options than these on one mount say nothing we look for. */
const MAX_OPTIONS = 64;

function options(mount: unknown): readonly string[] {
  const all = member(mount, 'options');
  return Array.isArray(all) ? all.slice(0, MAX_OPTIONS).filter((one) => typeof one === 'string') : [];
}
