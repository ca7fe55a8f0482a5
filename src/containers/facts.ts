import type { Runtime } from './cgroup.ts';

/** One mount of a container, byte text; texts are empty where the runtime says nothing. */
export interface Mount {
  readonly source: string;
  readonly dest: string;
  readonly mode: string;
  readonly rdwr: boolean;
  /** rprivate, rslave, rshared, private … mount_namespaces(7). */
  readonly propagation: string;
}

/** A health check or probe that runs a command in the container; an empty list is one explicitly switched off. */
export type Probe = readonly string[];

/**
 * What is known of one container: all `container.*` and `k8s.*` fields but those the kernel knows better
 * (`container.start_ts` and `container.duration`: start of the first process of the pid namespace).
 * Texts are byte text, bounded and without control characters. Null: not known (yet).
 */
export interface ContainerFacts {
  readonly runtime: Runtime;
  readonly name: string | null;
  /** Image reference as the container was asked for. */
  readonly image: string | null;
  /** Id of the image's configuration, hexadecimal without `sha256:`. */
  readonly imageId: string | null;
  readonly imageRepository: string | null;
  readonly imageTag: string | null;
  /** `sha256:…` of the image in its registry. */
  readonly imageDigest: string | null;
  readonly privileged: boolean | null;
  readonly mounts: readonly Mount[] | null;
  readonly labels: ReadonlyMap<string, string> | null;
  readonly ip: string | null;
  readonly cniJson: string | null;
  readonly hostPid: boolean | null;
  readonly hostNetwork: boolean | null;
  readonly hostIpc: boolean | null;
  /** When the runtime made it, ms since the epoch; only where the kernel's own start time is not known. */
  readonly createdMs: number | null;
  readonly healthcheck: Probe | null;
  readonly livenessProbe: Probe | null;
  readonly readinessProbe: Probe | null;
  /** True for the container that holds a pod's namespaces and runs no workload. */
  readonly isPodSandbox: boolean | null;
  readonly podName: string | null;
  readonly podNamespace: string | null;
  readonly podUid: string | null;
  readonly podSandboxId: string | null;
  readonly podLabels: ReadonlyMap<string, string> | null;
}

/** Nothing known but the runtime. */
export function noFacts(runtime: Runtime): ContainerFacts {
  return {
    runtime,
    name: null,
    image: null,
    imageId: null,
    imageRepository: null,
    imageTag: null,
    imageDigest: null,
    privileged: null,
    mounts: null,
    labels: null,
    ip: null,
    cniJson: null,
    hostPid: null,
    hostNetwork: null,
    hostIpc: null,
    createdMs: null,
    healthcheck: null,
    livenessProbe: null,
    readinessProbe: null,
    isPodSandbox: null,
    podName: null,
    podNamespace: null,
    podUid: null,
    podSandboxId: null,
    podLabels: null,
  };
}

/** Both together; where both know, `better` counts. Labels are united, since each source sees some only. */
export function mergeFacts(base: ContainerFacts, better: ContainerFacts): ContainerFacts {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(better)) if (value !== null) merged[key] = value;
  merged.labels = unite(base.labels, better.labels);
  merged.podLabels = unite(base.podLabels, better.podLabels);
  return merged as unknown as ContainerFacts;
}

type Labels = ReadonlyMap<string, string> | null;

function unite(base: Labels, better: Labels): Labels {
  if (base === null || better === null) return better ?? base;
  return new Map([...base, ...better].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/**
 * True when events can be judged by them; the rest may follow later. A name alone may be early news of the runtime:
 * privileges and mounts come together, from the bundle or the whole answer.
 */
export function enoughToJudge(facts: ContainerFacts): boolean {
  return facts.name !== null && facts.image !== null && facts.privileged !== null;
}
