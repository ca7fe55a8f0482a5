import { EMPTY, Interned } from '../base/interning.ts';
import type { Container } from './cache.ts';
import type { ContainerFacts, Probe } from './facts.ts';
import {
  HOST_CONTAINER,
  labelsText,
  mountPicker,
  mountsText,
  mountText,
  probeText,
  shortId,
} from './values.ts';

/**
 * `container.*` and `k8s.*` fields as getters over a process's container, null for a process of the host. Texts are
 * made once per container, field and argument.
 *
 * Missing while nothing is known; once a runtime has answered, a text it did not tell is empty, as with Falco. What
 * only some containers have (labels, mounts by argument, pods, probes) is missing where there is none.
 */
export type ContainerGetter = (container: Container | null) => Interned | boolean | null;

/**
 * Bound once, when rules load. Null for fields that need more than the container: `container.start_ts` and
 * `container.duration` (first process of the pid namespace), `proc.is_container_*` (`runsProbe` with the arguments).
 *
 * @param arg text between the brackets, null without
 */
export function bindContainerField(field: string, arg: string | null): ContainerGetter | null {
  if (arg !== null) return own(BY_ARGUMENT, field)?.(arg, `${field}[${arg}]`) ?? null;
  return own(PLAIN, field) ?? (KEPT_FOR_OLD_RULES.test(field) ? () => null : null);
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

// Falco keeps these names and gives them no value; they take an argument or not.
const KEPT_FOR_OLD_RULES = /^k8s\.(?:(?:rc|svc|rs|deployment)\.(?:name|id|labels)|ns\.(?:id|labels))$/;

const HOST = new Interned(HOST_CONTAINER.id);

type Part = (facts: ContainerFacts) => string | null;

/** A text every container has: empty for the host and where the runtime does not say. */
function text(key: string, part: Part, ofHost: Interned | null = EMPTY): ContainerGetter {
  return (container) => {
    if (container === null) return ofHost;
    return container.text(key, part) ?? (container.state === 'known' ? EMPTY : null);
  };
}

/** A text that some containers have. */
function some(key: string, part: Part): ContainerGetter {
  return (container) => container?.text(key, part) ?? null;
}

function flag(part: (facts: ContainerFacts) => boolean | null): ContainerGetter {
  return (container) => {
    if (container === null) return false;
    return container.facts === null ? null : part(container.facts);
  };
}

const probe = (key: string, part: (facts: ContainerFacts) => Probe | null): ContainerGetter =>
  some(key, (facts) => {
    const found = part(facts);
    return found === null ? null : probeText(found);
  });

const inPod =
  (part: Part): Part =>
  (facts) =>
    facts.podName === null ? null : part(facts);

const labels =
  (part: (facts: ContainerFacts) => ReadonlyMap<string, string> | null): Part =>
  (facts) =>
    labelsText(part(facts) ?? new Map());

const PLAIN: Readonly<Record<string, ContainerGetter>> = {
  'container.id': (container) => (container === null ? HOST : container.idText),
  'container.full_id': (container) => (container === null ? HOST : container.fullIdText),
  'container.name': text('name', ({ name }) => name, HOST),
  'container.type': (container) => (container === null ? HOST : container.runtimeText),
  'container.image': text('image', ({ image }) => image),
  'container.image.id': text('image.id', ({ imageId }) => imageId),
  'container.image.repository': text('image.repository', ({ imageRepository }) => imageRepository),
  'container.image.tag': text('image.tag', ({ imageTag }) => imageTag),
  'container.image.digest': text('image.digest', ({ imageDigest }) => imageDigest),
  'container.ip': text('ip', ({ ip }) => ip),
  'container.cni.json': text('cni.json', ({ cniJson }) => cniJson),
  'container.mounts': text('mounts', ({ mounts }) => (mounts === null ? null : mountsText(mounts))),
  'container.labels': text(
    'labels',
    labels((facts) => facts.labels),
  ),
  'container.privileged': flag(({ privileged }) => privileged),
  'container.host_pid': flag(({ hostPid }) => hostPid),
  'container.host_network': flag(({ hostNetwork }) => hostNetwork),
  'container.host_ipc': flag(({ hostIpc }) => hostIpc),
  'container.healthcheck': probe('healthcheck', ({ healthcheck }) => healthcheck),
  'container.liveness_probe': probe('liveness', ({ livenessProbe }) => livenessProbe),
  'container.readiness_probe': probe('readiness', ({ readinessProbe }) => readinessProbe),
  'k8s.pod.name': some('pod.name', ({ podName }) => podName),
  'k8s.ns.name': some('ns.name', ({ podNamespace }) => podNamespace),
  'k8s.pod.id': some('pod.uid', ({ podUid }) => podUid),
  'k8s.pod.uid': some('pod.uid', ({ podUid }) => podUid),
  'k8s.pod.sandbox_id': text('pod.sandbox_id', ({ podSandboxId }) => shortId(podSandboxId)),
  'k8s.pod.full_sandbox_id': text('pod.full_sandbox_id', ({ podSandboxId }) => podSandboxId),
  'k8s.pod.labels': text(
    'pod.labels',
    labels((facts) => facts.podLabels),
  ),
  'k8s.pod.ip': some(
    'pod.ip',
    inPod(({ ip }) => ip),
  ),
  'k8s.pod.cni.json': some(
    'pod.cni.json',
    inPod(({ cniJson }) => cniJson),
  ),
};

const mount =
  (show: Parameters<typeof mountOf>[2], by: 'source' | 'dest' = 'source') =>
  (arg: string, key: string): ContainerGetter =>
    some(key, mountOf(arg, by, show));

function mountOf(arg: string, by: 'source' | 'dest', show: typeof mountText): Part {
  const pick = mountPicker(arg, by);
  return ({ mounts }) => {
    const found = mounts === null ? null : pick(mounts);
    return found === null ? null : show(found);
  };
}

const label =
  (part: (facts: ContainerFacts) => ReadonlyMap<string, string> | null) =>
  (arg: string, key: string): ContainerGetter =>
    some(key, (facts) => part(facts)?.get(arg) ?? null);

const nothing = (): ContainerGetter => () => null;

const BY_ARGUMENT: Readonly<Record<string, (arg: string, key: string) => ContainerGetter>> = {
  'container.mount': mount(mountText),
  'container.mount.source': mount(({ source }) => source, 'dest'),
  'container.mount.dest': mount(({ dest }) => dest),
  'container.mount.mode': mount(({ mode }) => mode),
  'container.mount.rdwr': mount(({ rdwr }) => String(rdwr)),
  'container.mount.propagation': mount(({ propagation }) => propagation),
  'container.label': label((facts) => facts.labels),
  'k8s.pod.label': label((facts) => facts.podLabels),
  'k8s.rc.label': nothing,
  'k8s.svc.label': nothing,
  'k8s.ns.label': nothing,
  'k8s.rs.label': nothing,
  'k8s.deployment.label': nothing,
};
