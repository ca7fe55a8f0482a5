import { readdirSync } from 'node:fs';
import { readPlainFile } from '../host/plain-file.ts';
import type { Runtime } from './cgroup.ts';
import { type ContainerFacts, mergeFacts } from './facts.ts';
import type { Ask } from './messages.ts';
import { factsOfSpec, parseJson } from './spec.ts';
import { readStorageNames } from './storage.ts';
import { Faults } from './text.ts';

/** Directories of the machine in which runtimes keep bundles; tests give their own. */
export interface BundlePlaces {
  /** State directories of containerd, each with `io.containerd.runtime.v2.task/NAMESPACE/ID`. */
  readonly containerd: readonly string[];
  /** Run and graph root of containers/storage (cri-o, podman), each with `DRIVER-containers/ID/userdata`. */
  readonly storage: readonly string[];
}

export const BUNDLE_PLACES: BundlePlaces = {
  // The third is dockerd's own containerd where no other runs.
  containerd: ['/run/containerd', '/run/k3s/containerd', '/run/docker/containerd/daemon'],
  storage: ['/run/containers/storage', '/var/lib/containers/storage'],
};

/** Specifications are 10 to 50 kB; one with the largest environment the kernel takes is below 1 MiB. */
export const MAX_BUNDLE_BYTES = 1024 * 1024;
/** Namespaces tried for a container whose path does not tell; a host has one to three. */
const MAX_NAMESPACES = 32;
/** Storage drivers; all but the first are rare. */
const STORAGE_FOLDERS = ['overlay', 'vfs', 'btrfs', 'zfs'].map((driver) => `${driver}-containers`);
const TASKS = 'io.containerd.runtime.v2.task';

export interface BundleResult {
  /** Null: no bundle, or one that cannot be used. */
  readonly facts: ContainerFacts | null;
  /** What is wrong with the bundle that was found, for a warning. */
  readonly fault: string | null;
  /** The fault may be that the runtime is just writing it. */
  readonly unfinished: boolean;
}

const NOTHING: BundleResult = { facts: null, fault: null, unfinished: false };

/**
 * Reads the bundle of a container that root's runtimes started: some 0.2 ms, no waiting for anybody. There before the
 * first process of the container runs. Containers in a user's directories are left to that user's sockets: reading
 * there could block on a file system of the user's making.
 */
export function readBundle(ref: Ask, labelMaxBytes: number, places = BUNDLE_PLACES): BundleResult {
  // Ids come from cgroup names: `.` and `..` are names too.
  if (ref.userId !== null || !/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(ref.fullId)) return NOTHING;
  const faults = new Faults();
  const names = storageNames(ref, places, faults);
  for (const { base, path, runtime } of candidates(ref, places)) {
    const content = readPlainFile(base, path, { maxBytes: MAX_BUNDLE_BYTES, uid: process.getuid?.() ?? 0 });
    if (content === 'absent') continue;
    if (typeof content === 'string')
      return { facts: names, fault: `${base}/${path}: ${content}`, unfinished: false };
    const spec = parseJson(content.toString('utf8'));
    if (spec === undefined) return { facts: names, fault: `${base}/${path}: not JSON`, unfinished: true };
    const facts = factsOfSpec(spec, runtime, labelMaxBytes, faults);
    return {
      facts: names === null ? facts : mergeFacts(facts, names),
      fault: faults.count === 0 ? null : `${base}/${path}: ${faults.count} values left out`,
      unfinished: false,
    };
  }
  return { ...NOTHING, facts: names };
}

function storageNames(ref: Ask, places: BundlePlaces, faults: Faults): ContainerFacts | null {
  if (ref.runtime !== 'podman' && ref.runtime !== 'cri-o') return null;
  for (const base of places.storage) {
    for (const folder of STORAGE_FOLDERS) {
      const found = readStorageNames(base, folder, ref.fullId, ref.runtime, faults);
      if (found !== null) return found;
    }
  }
  return null;
}

interface Candidate {
  readonly base: string;
  readonly path: string;
  readonly runtime: Runtime;
}

function* candidates(ref: Ask, places: BundlePlaces): Generator<Candidate> {
  const { fullId } = ref;
  if (ref.runtime === 'podman' || ref.runtime === 'cri-o') {
    for (const base of places.storage) {
      for (const folder of STORAGE_FOLDERS) {
        yield { base, path: `${folder}/${fullId}/userdata/config.json`, runtime: ref.runtime };
      }
    }
    return;
  }
  if (ref.runtime !== 'docker' && ref.runtime !== 'containerd') return;
  for (const base of places.containerd) {
    for (const namespace of namespacesOf(ref, base)) {
      const runtime = namespace === 'moby' ? 'docker' : 'containerd';
      yield { base, path: `${TASKS}/${namespace}/${fullId}/config.json`, runtime };
    }
  }
}

function namespacesOf(ref: Ask, base: string): readonly string[] {
  if (ref.namespace !== null) return [ref.namespace];
  try {
    return readdirSync(`${base}/${TASKS}`).slice(0, MAX_NAMESPACES);
  } catch {
    return [];
  }
}
