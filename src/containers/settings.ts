import type { Runtime } from './cgroup.ts';

/** Falco's names of engines that have a socket: `plugins: container: init_config: engines`. */
export type EngineName = 'docker' | 'podman' | 'containerd' | 'cri';

export interface ContainerSettings {
  /** Bytes; labels with longer values are left out. Falco's `label_max_len`. */
  readonly labelMaxBytes: number;
  readonly engines: Readonly<
    Record<EngineName, { readonly enabled: boolean; readonly sockets: readonly string[] }>
  >;
}

// containerd's API and its CRI share a socket; k3s has its own, Bottlerocket calls it host-containerd.
const CONTAINERD = [
  '/run/containerd/containerd.sock',
  '/run/k3s/containerd/containerd.sock',
  '/run/host-containerd/containerd.sock',
];

/** Falco's defaults. Sockets that do not exist are waited for and cost nothing. */
export const CONTAINER_SETTINGS: ContainerSettings = {
  labelMaxBytes: 100,
  engines: {
    docker: { enabled: true, sockets: ['/run/docker.sock'] },
    podman: { enabled: true, sockets: ['/run/podman/podman.sock'] },
    containerd: { enabled: true, sockets: CONTAINERD },
    cri: { enabled: true, sockets: [...CONTAINERD, '/run/crio/crio.sock'] },
  },
};

/** Where the containers of one user are asked for; rootless podman and docker, by their documentation. */
export function userSockets(userId: number): Readonly<Record<'podman' | 'docker', string>> {
  return { podman: `/run/user/${userId}/podman/podman.sock`, docker: `/run/user/${userId}/docker.sock` };
}

/** Who is asked, in this order; a bare id on a cgroup leaves open whose it is. */
export const ORDER: Readonly<Partial<Record<Runtime, readonly EngineName[]>>> = {
  docker: ['docker', 'containerd', 'cri'],
  containerd: ['containerd', 'cri', 'docker'],
  'cri-o': ['cri'],
  cri: ['cri'],
  podman: ['podman'],
};
